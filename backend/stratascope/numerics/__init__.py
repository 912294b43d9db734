"""Plain functions without a model: on tensors (methods import those inside their function), and on text (`units`)."""
