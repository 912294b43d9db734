"""What the model is given to read."""
