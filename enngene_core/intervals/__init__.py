"""Windows from intervals, and their splits."""
