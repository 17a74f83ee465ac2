"""The only code that opens BED, FASTA and bigWig files, and that writes tables."""
