"""Encoders: what the network sees of a window."""
