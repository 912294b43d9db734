"""What the stream looks like as it passes through the layers."""
