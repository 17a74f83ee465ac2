"""Fitting a network to a dataset."""
