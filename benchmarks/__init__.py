"""Side-by-side measurements. Nothing here is a test: run `make bench` and read the tables."""
