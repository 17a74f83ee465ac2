"""What a biologist sees of the tool suite in a browser."""
