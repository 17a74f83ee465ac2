"""Sequences: FASTA and 2bit."""
