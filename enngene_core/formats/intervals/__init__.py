"""Intervals: BED, narrowPeak, broadPeak, GFF3 and GTF."""
