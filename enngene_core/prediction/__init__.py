"""Classes of new intervals."""
