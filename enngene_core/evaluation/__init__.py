"""How good a model is on data that it never saw."""
