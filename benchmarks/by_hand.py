"""What users do without this package: bedtools, a pyBigWig call a window, one-hot, np.savez."""

import subprocess
import sys

import numpy as np
import pyBigWig

ONE_HOT = np.zeros((256, 4), dtype=np.float32)
for channel, letters in enumerate(("Aa", "Cc", "Gg", "Tt")):
    for letter in letters:
        ONE_HOT[ord(letter), channel] = 1


def sequences(fasta: str, bed: str) -> np.ndarray:
    """One-hot sequence of each window on its own strand, by bedtools."""
    printed = subprocess.run(
        ["bedtools", "getfasta", "-s", "-fi", fasta, "-bed", bed],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    lines = printed.split("\n")[1::2]
    return np.stack([ONE_HOT[np.frombuffer(line.encode(), dtype=np.uint8)] for line in lines])


def scores(signal: str, bed: str) -> np.ndarray:
    """Scores of each window, a call a window."""
    rows = []
    with open(bed) as handle, pyBigWig.open(signal) as bigwig:
        for line in handle:
            chrom, start, end, _, _, strand = line.rstrip("\n").split("\t")
            values = bigwig.values(chrom, int(start), int(end), numpy=True)
            rows.append(values[::-1] if strand == "-" else values)
    return np.nan_to_num(np.stack(rows).astype(np.float32))


def main() -> None:
    """Arguments: genome, bigWig, output, and a BED file for each class."""
    fasta, signal, output, *beds = sys.argv[1:]
    labels = []
    for label, bed in enumerate(beds):
        with open(bed) as handle:
            labels += [label] * sum(1 for _ in handle)
    np.savez(
        output,
        sequence=np.concatenate([sequences(fasta, bed) for bed in beds]),
        conservation=np.concatenate([scores(signal, bed) for bed in beds]),
        label=np.array(labels),
    )


if __name__ == "__main__":
    main()
