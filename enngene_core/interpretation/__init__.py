"""Which positions mattered."""
