"""Text files: lines, columns, numbers and names, whole arrays at a time."""
