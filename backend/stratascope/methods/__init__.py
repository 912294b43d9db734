"""Every analysis: one module per method in one folder per family. The folders are the registry."""
