"""Malformed files, each made of a real one and one mistake, with what must become of it."""
