"""Scores a base: bigWig and wig."""
