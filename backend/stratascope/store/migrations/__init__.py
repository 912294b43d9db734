"""Migrations of saved.db, in order. Run by `stratascope.store.migrate` at start; never by hand."""
