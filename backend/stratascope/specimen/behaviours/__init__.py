"""What a specimen can do, measured: each function takes a subject and returns named numbers."""
