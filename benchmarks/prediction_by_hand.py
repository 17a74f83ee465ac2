"""Prediction as a user writes it: pyfaidx, numpy and Keras. ``MODEL FASTA BED TABLE WIDTH``.

Windows are fetched one by one, as pyfaidx gives them, and go through ``model.predict`` some
thousand at a time, so that memory is bounded here too.
"""

import sys
from itertools import islice

import keras
import numpy as np
import pyfaidx

_AT_ONCE = 65_536
_CODES = np.full(256, 4, dtype=np.uint8)
for _code, _base in enumerate("ACGT"):
    _CODES[[ord(_base), ord(_base.lower())]] = _code
_ONE_HOT = np.vstack([np.eye(4), np.zeros((1, 4))]).astype(np.float32)


def main() -> None:
    """Write a row for each interval: its columns and the probabilities."""
    model_path, fasta_path, bed_path, table_path, width = sys.argv[1:]
    model = keras.models.load_model(model_path)
    half = int(width) // 2
    with (
        pyfaidx.Fasta(fasta_path, as_raw=True, sequence_always_upper=True) as fasta,
        open(bed_path) as bed,
        open(table_path, "w") as table,
    ):
        while lines := list(islice(bed, _AT_ONCE)):
            codes = np.full((len(lines), int(width)), 4, dtype=np.uint8)
            for row, line in enumerate(lines):
                chrom, start, end, _, _, strand = line.rstrip("\n").split("\t")
                first = (int(start) + int(end)) // 2 - half
                letters = fasta[chrom][first : first + int(width)]
                found = _CODES[np.frombuffer(letters.encode(), np.uint8)]
                if strand == "-":
                    found = np.where(found < 4, 3 - found, found)[::-1]
                codes[row, : len(found)] = found
            probabilities = model.predict(_ONE_HOT[codes], batch_size=1024, verbose=0)
            for line, values in zip(lines, probabilities.tolist(), strict=True):
                table.write(
                    line.rstrip("\n") + "".join(f"\t{value:.6f}" for value in values) + "\n"
                )


if __name__ == "__main__":
    main()
