"""`enngene predict` of many windows of a genome beside a plain pyfaidx and Keras script.

Both read the same BED and FASTA, use the same network (default preset, sequence branch, windows of
100 nt; the script as `enngene export-model` wrote it) and write the same probabilities. Whole
processes are measured, with loading of TensorFlow, in turns; seconds are medians.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.genome_data import draw_windows, unpack_genome
from benchmarks.scores import ENNGENE, enngene
from enngene_core.specs.presets import PRESETS

WIDTH = 100


def measured(words: list[str]) -> tuple[float, float, int]:
    """Seconds, seconds of a processor, and largest memory (MiB) of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    took = time.perf_counter() - start
    if status:
        raise SystemExit(f"failed: {' '.join(words)}")
    return took, used.ru_utime + used.ru_stime, used.ru_maxrss >> 10


def make_model(data: Path, genome: Path, folder: Path, preset: str) -> None:
    """A network that was trained shortly: how well makes no difference to its speed."""
    enngene(
        "preprocess",
        *("--intervals", f"exons={data / 'exons.bed.gz'}"),
        *("--intervals", f"introns={data / 'introns.bed.gz'}"),
        *("--reduce", "exons=3000", "--reduce", "introns=3000"),
        *("--fasta", genome, "--window", WIDTH, "--output", folder / "dataset.h5"),
    )
    enngene("train", "--dataset", folder / "dataset.h5", "--epochs", 1, "--preset", preset,
            "--output", folder / "model.zip")  # fmt: skip
    enngene("export-model", "--model", folder / "model.zip", "--output", folder / "model.keras")


def check_equal(ours: Path, theirs: Path, gap: float) -> None:
    """Stop if the first thousand probabilities differ."""
    n = 1000
    by_us = np.genfromtxt(ours, skip_header=1, usecols=(5, 6), max_rows=n)
    by_them = np.genfromtxt(theirs, usecols=(6, 7), max_rows=n)
    np.testing.assert_allclose(by_us, by_them, atol=gap)


def main() -> None:
    """Print a table: windows, seconds, processor's seconds and memory of both sides."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the genome's files")
    parser.add_argument("--windows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--preset", default=next(iter(PRESETS)))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        genome = unpack_genome(arguments.data, folder)
        make_model(arguments.data, genome, folder, arguments.preset)
        print("| windows | side | seconds | of a processor | memory, MiB |\n|---|---|---|---|---|")
        for n_windows in arguments.windows:
            bed = folder / "new.bed"
            draw_windows(genome, n_windows, WIDTH, bed, seed=1)
            ours, theirs = folder / "ours.tsv", folder / "theirs.tsv"
            short = folder / "short.tsv"
            words = [ENNGENE, "predict", "--model", folder / "model.zip", "--intervals", bed,
                     "--fasta", genome, "--output"]  # fmt: skip
            sides = {
                "enngene predict": [*words, ours],
                "the same in bfloat16": [*words, short, "--precision", "bfloat16"],
                "pyfaidx and Keras": [sys.executable, "-m", "benchmarks.prediction_by_hand",
                                      folder / "model.keras", genome, bed, theirs, WIDTH],
            }  # fmt: skip
            found: dict[str, list[tuple[float, float, int]]] = {side: [] for side in sides}
            for _ in range(arguments.rounds):
                for side, command in sides.items():
                    found[side].append(measured(list(map(str, command))))
            check_equal(ours, theirs, 2e-5)
            check_equal(short, theirs, 0.02)
            medians = {
                side: [statistics.median(values) for values in zip(*of_side, strict=True)]
                for side, of_side in found.items()
            }
            for side, numbers in medians.items():
                cells = " | ".join(f"{number:.1f}" for number in numbers)
                print(f"| {n_windows:,} | {side} | {cells} |")
            *by_us, by_hand = medians.values()
            for side, numbers in zip(sides, by_us, strict=False):
                times = [f"{b / a:.1f}" for a, b in zip(numbers, by_hand, strict=True)][:2]
                print(
                    f"| {n_windows:,} | {side}: times faster | {' | '.join(times)} | |", flush=True
                )


if __name__ == "__main__":
    main()
