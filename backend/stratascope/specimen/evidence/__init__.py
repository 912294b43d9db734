"""What findings are made of: their form, the bundled models they ask, and the measurements they share."""
