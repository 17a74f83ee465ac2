"""The whole genome of the benchmarks, unpacked, and windows drawn from it."""

import gzip
import shutil
from pathlib import Path

import numpy as np
import pyfaidx


def unpack_genome(data: Path, folder: Path) -> Path:
    """Plain FASTA with its index, as most users keep it."""
    genome = folder / "genome.fa"
    with gzip.open(data / "genome.fa.gz") as packed, open(genome, "wb") as plain:
        shutil.copyfileobj(packed, plain)
    pyfaidx.Faidx(str(genome)).close()
    return genome


def draw_windows(genome: Path, n_windows: int, width: int, path: Path, *, seed: int) -> None:
    """BED6 file of random places, sorted as peak callers write them."""
    rng = np.random.default_rng(seed)
    with pyfaidx.Fasta(str(genome)) as fasta:
        sizes = {name: len(record) for name, record in fasta.items()}
    names, lengths = np.array(list(sizes)), np.array(list(sizes.values()))
    chrom = rng.choice(len(names), n_windows, p=lengths / lengths.sum())
    start = rng.integers(0, lengths[chrom] - width + 1)
    order = np.lexsort((start, chrom))
    strand = rng.choice(["+", "-"], n_windows)
    with open(path, "w") as handle:
        handle.writelines(
            f"{names[chrom[i]]}\t{start[i]}\t{start[i] + width}\twindow{i}\t0\t{strand[i]}\n"
            for i in order
        )
