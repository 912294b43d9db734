"""What causes the answer: parts of a run replaced, and the effect measured."""
