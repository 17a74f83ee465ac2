"""The dataset of the fast path beside a slow, plain one, window by window, on a whole genome.

Windows are placed a line of the BED file at a time in plain Python; sequences come from bedtools
getfasta, scores from a pyBigWig call a window, structures from ViennaRNA a sequence at a time.
"""

import argparse
import gzip
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyBigWig
import pyfaidx
import RNA

from benchmarks.genome_data import unpack_genome
from enngene_core.branches.codes import decode
from enngene_core.dataset.file import Dataset

ENNGENE = str(Path(sys.executable).with_name("enngene"))
CLASSES = ("exons", "introns")

Place = tuple[str, int, int, str]


def plain_windows(bed: Path, sizes: dict[str, int], width: int) -> Iterator[tuple[int, Place]]:
    """Line number and centred window of each interval."""
    with gzip.open(bed, "rt") as handle:
        for number, line in enumerate(handle, 1):
            chrom, start, end, _, _, strand = line.rstrip("\n").split("\t")[:6]
            middle = int(start) + (int(end) - int(start)) // 2
            first = min(max(middle - width // 2, 0), sizes[chrom] - width)
            yield number, (chrom, first, first + width, strand)


def plain_dataset(data: Path, genome: Path, width: int) -> dict[tuple[int, int], Place]:
    """Window by class and line; a repeat counts once, a place of both classes not at all."""
    with pyfaidx.Fasta(str(genome)) as fasta:
        sizes = {name: len(record) for name, record in fasta.items()}
    found = {
        (label, line): place
        for label, name in enumerate(CLASSES)
        for line, place in plain_windows(data / f"{name}.bed.gz", sizes, width)
    }
    claims = Counter(place for _, place in {(label, place) for (label, _), place in found.items()})
    kept, seen = {}, set()
    for key, place in found.items():
        if claims[place] == 1 and place not in seen:
            kept[key] = place
            seen.add(place)
    return kept


def by_bedtools(genome: Path, places: list[Place], folder: Path) -> list[str]:
    """Upper-case sequence of each place on its own strand."""
    bed = folder / "places.bed"
    bed.write_text("".join(f"{c}\t{s}\t{e}\t.\t0\t{strand}\n" for c, s, e, strand in places))
    words = ["bedtools", "getfasta", "-s", "-fi", str(genome), "-bed", str(bed)]
    printed = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return [line.upper() for line in printed.split("\n")[1::2]]


def by_pybigwig(signal: Path, places: list[Place]) -> np.ndarray:
    """Scores in the direction of the strand; 0 where there is none."""
    rows = []
    with pyBigWig.open(str(signal)) as bigwig:
        for chrom, start, end, strand in places:
            values = np.array(bigwig.values(chrom, start, end), dtype=np.float32)
            rows.append(values[::-1] if strand == "-" else values)
    return np.nan_to_num(np.stack(rows))


def main() -> None:
    """Print what was compared; a difference ends with an error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the genome's files")
    parser.add_argument("--window", type=int, default=100)
    parser.add_argument("--folded", type=int, default=46_274, help="windows to fold, at most")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        genome, output = unpack_genome(arguments.data, folder), folder / "dataset.h5"
        words = [ENNGENE, "preprocess", "--fasta", str(genome), "--split", "chromosome"]
        for of_class in CLASSES:
            words += ["--intervals", f"{of_class}={arguments.data / of_class}.bed.gz"]
        words += ["--conservation", str(arguments.data / "phyloP.bw")]
        words += ["--branches", "sequence,structure,conservation", "--output", str(output)]
        subprocess.run([*words, "--window", str(arguments.window)], check=True, stdout=sys.stderr)

        expected = plain_dataset(arguments.data, genome, arguments.window)
        with Dataset(output) as dataset:
            rows = np.arange(dataset.n_windows)
            windows = dataset.windows(rows)
            branches = {name: dataset.branch(name, rows) for name in dataset.spec.encodings}
            encodings = dataset.spec.encodings
        loci = [windows.locus(index) for index in rows.tolist()]
        keys = list(zip(windows.label.tolist(), windows.source_row.tolist(), strict=True))
        places = [(at.chrom, at.start, at.end, at.strand) for at in loci]
        assert dict(zip(keys, places, strict=True)) == expected
        print(f"{len(places):,} windows lie where plain Python puts them")
        letters = by_bedtools(genome, places, folder)
        assert decode(branches["sequence"], encodings["sequence"]) == letters
        print(f"{len(places):,} sequences equal bedtools getfasta's")
        plain_scores = by_pybigwig(arguments.data / "phyloP.bw", places)
        np.testing.assert_array_equal(branches["conservation"], plain_scores)
        print(f"{len(places):,} rows of scores equal pyBigWig's")
        folded = decode(branches["structure"][: arguments.folded], encodings["structure"])
        for word, structure in zip(letters, folded, strict=False):
            assert RNA.fold(word)[0] == structure, word
        print(f"{len(folded):,} structures equal RNA.fold's")


if __name__ == "__main__":
    main()
