"""Motifs of a model: what its first layers' filters look for, and what its attributions share."""
