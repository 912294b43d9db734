"""The edge: one FastAPI application over the catalogue, the jobs and the store. Never imports torch."""
