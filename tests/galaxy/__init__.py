"""A real Galaxy server on loopback, and the tests that the tool suite passes on it."""
