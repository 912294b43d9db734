"""Where the heads look."""
