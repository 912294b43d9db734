"""Plain tensor functions without a model. They import torch: methods import them inside their function."""
