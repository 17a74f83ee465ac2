"""Every parameter once: its default, its bounds, its help."""
