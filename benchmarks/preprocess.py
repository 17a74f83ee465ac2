"""Speed and memory of preprocessing, beside what users would otherwise run.

Needs bedtools, and the whole genome that README.md of this folder describes. Times are medians of
interleaved turns. Windows are 200 nt at random places of the genome, in two classes; splits are by
chromosome.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyBigWig

from benchmarks.genome_data import draw_windows, unpack_genome
from benchmarks.timing import in_turns
from enngene_core.branches.sequence import encode_sequences
from enngene_core.branches.tracks import encode_signal
from enngene_core.dataset.file import Dataset
from enngene_core.formats.genomes.file import open_genome
from enngene_core.formats.intervals.file import read_intervals
from enngene_core.formats.signals.file import open_signal
from enngene_core.intervals.placement import Stretches, place_windows
from enngene_core.intervals.windows import Windows
from enngene_core.specs.preprocess import PreprocessSpec
from enngene_core.training.batches import shuffled_batches

ENNGENE = str(Path(sys.executable).with_name("enngene"))
BY_HAND = str(Path(__file__).with_name("by_hand.py"))
WIDTH = 200
SIZES = (10_000, 100_000, 1_000_000)


class Case:
    """Two BED files of windows, and the commands that make a dataset of them."""

    def __init__(self, genome: Path, signal: Path, folder: Path, n_windows: int) -> None:
        self.genome, self.signal, self.folder = genome, signal, folder
        self.beds = [folder / f"{name}_{n_windows}.bed" for name in ("a", "b")]
        for seed, bed in enumerate(self.beds):
            draw_windows(genome, n_windows // 2, WIDTH, bed, seed=seed)
        self.dataset = folder / f"dataset_{n_windows}.h5"
        self.arrays = folder / "by_hand.npz"

    def enngene(self, branches: str = "sequence,conservation", *more: str) -> list[str]:
        """The command of this package."""
        return [
            *(ENNGENE, "preprocess", "--intervals", f"a={self.beds[0]}"),
            *("--intervals", f"b={self.beds[1]}", "--fasta", str(self.genome)),
            *("--conservation", str(self.signal), "--branches", branches),
            *("--window", str(WIDTH), "--split", "chromosome", "--output", str(self.dataset)),
            *more,
        ]

    def by_hand(self) -> list[str]:
        """The script that a user would write."""
        words = (BY_HAND, self.genome, self.signal, self.arrays, *self.beds)
        return [sys.executable, *map(str, words)]


def run(words: list[str]) -> Callable[[], object]:
    """A process to be timed as a whole, with its start."""
    return lambda: subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def row(name: str, other: float, ours: float, n: int) -> None:
    """One line of the table."""
    print(f"| {name} | {n:,} | {other:.2f} | {ours:.2f} | {other / ours:.1f} |", flush=True)


def windows_of(bed: Path, genome: Path) -> Windows:
    """Windows of a BED file."""
    intervals = read_intervals(bed)
    with open_genome(genome) as opened:
        stretches = Stretches(
            tuple(opened.chrom_sizes), np.array(list(opened.chrom_sizes.values()))
        )
    index = np.array([stretches.names.index(chrom) for chrom in intervals.chroms], dtype=np.int32)
    return place_windows(
        intervals,
        stretches,
        PreprocessSpec(window=WIDTH),
        stretch=index[intervals.chrom],
        rng=np.random.default_rng(0),
        label=0,
    ).windows


def compare_parts(case: Case, rounds: int, n: int) -> None:
    """Sequence alone, and conservation alone."""
    both = case.folder / "both.bed"
    both.write_text("".join(bed.read_text() for bed in case.beds))
    windows = windows_of(both, case.genome)

    def encode() -> None:
        with open_genome(case.genome) as genome:
            codes = np.empty((len(windows), WIDTH), np.uint8)
            for rows, values in encode_sequences(windows, genome, (), width=WIDTH):
                codes[rows] = values

    def score() -> None:
        with open_signal([case.signal]) as signal:
            scores = np.empty((len(windows), WIDTH), np.float32)
            for rows, values, _ in encode_signal(windows, signal, width=WIDTH):
                scores[rows] = values

    def score_by_call() -> None:
        with pyBigWig.open(str(case.signal)) as signal:
            np.stack(
                [
                    signal.values(windows.chroms[c], int(s), int(e), numpy=True)
                    for c, s, e in zip(windows.chrom, windows.start, windows.end, strict=True)
                ]
            )

    getfasta = ["bedtools", "getfasta", "-s", "-fi", str(case.genome), "-bed", str(both)]
    found = in_turns(
        {
            "bedtools": run([*getfasta, "-fo", str(case.folder / "windows.fa")]),
            "sequence": encode,
            "pyBigWig": score_by_call,
            "conservation": score,
        },
        rounds=rounds,
    )
    row("sequence alone; bedtools getfasta", found["bedtools"], found["sequence"], n)
    row("conservation alone; a pyBigWig call a window", found["pyBigWig"], found["conservation"], n)


def compare_wig(case: Case, folder: Path, rounds: int, n: int) -> None:
    """Reading a wig file of one score a line."""
    path, n_lines = folder / "scores.wig", 0
    with pyBigWig.open(str(case.signal)) as signal, open(path, "w") as handle:
        for chrom, size in signal.chroms().items():
            values = signal.values(chrom, 0, size, numpy=True)
            edges = np.flatnonzero(np.diff(np.isnan(values).astype(np.int8))) + 1
            for start, part in zip([0, *edges], np.split(values, edges), strict=True):
                if not np.isnan(part[0]):
                    handle.write(f"fixedStep chrom={chrom} start={start + 1} step=1\n")
                    handle.writelines(f"{value:.3f}\n" for value in part)
                    n_lines += len(part) + 1
    both = case.folder / "both.bed"
    windows = windows_of(both, case.genome)

    def by_line() -> None:
        scores: dict[str, np.ndarray] = {}
        with pyBigWig.open(str(case.signal)) as signal:
            sizes = signal.chroms()
        with open(path) as handle:
            for line in handle:
                if line.startswith("fixedStep"):
                    fields = dict(word.split("=") for word in line.split()[1:])
                    chrom, position = fields["chrom"], int(fields["start"]) - 1
                    step = int(fields["step"])
                    if chrom not in scores:
                        scores[chrom] = np.full(sizes[chrom], np.nan, np.float32)
                    of_chrom = scores[chrom]
                else:
                    of_chrom[position] = float(line)
                    position += step

    def ours() -> None:
        with open_signal([path]) as signal:
            for _ in encode_signal(windows, signal, width=WIDTH):
                pass

    found = in_turns({"line": by_line, "ours": ours}, rounds=rounds)
    row(f"wig, {n_lines:,} lines; a Python loop over them", found["line"], found["ours"], n)


def compare_batches(case: Case, n: int) -> None:
    """Windows a second: random batches read, and the default preset's own training steps."""
    from enngene_core.models.network import build_network
    from enngene_core.specs.presets import PRESETS
    from enngene_core.specs.training import TrainingSpec
    from enngene_core.training.optimizers import Schedule
    from enngene_core.training.trainer import Trainer

    with Dataset(case.dataset) as dataset:
        rows, branches = dataset.rows("train"), tuple(dataset.spec.encodings)
        start = time.perf_counter()
        chunks = shuffled_batches(
            dataset, rows, branches=branches, batch_size=64, buffer_rows=1 << 18,
            rng=np.random.default_rng(0), n_batches=8,
        )  # fmt: skip
        first = next(chunks)
        read = (len(first[1]) + sum(len(labels) for _, labels in chunks)) / (
            time.perf_counter() - start
        )
        network = PRESETS["residual"].network(branches)
        model = build_network(network, **dataset.spec.sizes, precision="bfloat16")
        spec = TrainingSpec(batch_size=64)
        schedule = Schedule(spec, len(rows) // 64)
        trainer = Trainer(model, spec, schedule, dataset.spec.encodings, None)
        trainer.update(first)
        start = time.perf_counter()
        for _ in range(8):
            trainer.update(first)
        trained = 8 * len(first[1]) / (time.perf_counter() - start)
    print(
        f"\nRandom batches of {n:,} windows from the dataset file: {read:,.0f} windows a second; "
        f"the default preset trains on {trained:,.0f} in bfloat16 ({read / trained:,.0f} times)."
    )


def measure_scaling(genome: Path, signal: Path, folder: Path, rounds: int) -> None:
    """Time by number of windows, and the fitted exponent beyond the start."""
    cases = {n: Case(genome, signal, folder, n) for n in SIZES}
    found = in_turns({str(n): run(case.enngene()) for n, case in cases.items()}, rounds=rounds)
    seconds = np.array([found[str(n)] for n in SIZES])
    exponent = np.polyfit(np.log(SIZES), np.log(seconds), 1)[0]
    last = np.log(seconds[2] / seconds[1]) / np.log(SIZES[2] / SIZES[1])
    told = ", ".join(f"{n:,}: {s:.2f} s" for n, s in zip(SIZES, seconds, strict=True))
    print(f"\nWhole process by number of windows: {told}; fitted exponent {exponent:.2f} "
          f"(from 100,000 to 1,000,000: {last:.2f}).")  # fmt: skip


def peak_memory(words: list[str]) -> float:
    """Largest resident memory of a process and its children, MiB."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True,"
        " stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, *words], check=True, capture_output=True, text=True
    )
    return int(told.stdout) / 1024


def measure_memory(case: Case, folder: Path, n: int) -> None:
    """Peak memory with three branches of a genome, and with folded ready sequences."""
    track = f"inside={case.beds[0]}"
    genomic = peak_memory(case.enngene("sequence,conservation", "--track", track))
    rng = np.random.default_rng(0)
    distinct = ["".join(word) for word in rng.choice(list("ACGU"), (500, WIDTH))]
    for name in ("c", "d"):
        with open(folder / f"{name}.fa", "w") as handle:
            handle.writelines(
                f">{name}{i}\n{distinct[j]}\n" for i, j in enumerate(rng.integers(0, 500, n // 2))
            )
    folded = peak_memory(
        [
            *(ENNGENE, "preprocess", "--sequences", f"c={folder / 'c.fa'}"),
            *("--sequences", f"d={folder / 'd.fa'}", "--branches", "sequence,structure"),
            *("--window", str(WIDTH), "--output", str(folder / "folded.h5")),
        ]
    )
    print(
        f"\nPeak memory at {n:,} windows: sequence + conservation + track {genomic:,.0f} MiB; "
        f"sequence + structure (500 distinct sequences) {folded:,.0f} MiB."
    )


def measure_start(folder: Path, rounds: int) -> None:
    """From the command to its first look at an input, which is missing here."""
    words = [ENNGENE, "preprocess", "--intervals", "a=no.bed", "--intervals", "b=no.bed"]
    words += ["--fasta", "no.fa", "--output", str(folder / "no.h5")]
    found = in_turns(
        {"start": lambda: subprocess.run(words, check=False, stderr=subprocess.DEVNULL)},
        rounds=rounds,
    )
    print(f"\nFrom the start to the first input, and the end: {found['start']:.2f} s.")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the genome's files")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--windows", type=int, default=100_000)
    arguments = parser.parse_args()
    n, rounds = arguments.windows, arguments.rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        genome, signal = unpack_genome(arguments.data, folder), arguments.data / "phyloP.bw"
        case = Case(genome, signal, folder, n)
        print("| what; beside what | windows | theirs, s | ours, s | times faster |")
        print("|---|---|---|---|---|")
        found = in_turns(
            {"theirs": run(case.by_hand()), "ours": run(case.enngene())},
            rounds=rounds,
            outputs=(case.dataset, case.arrays),
        )
        row("BED to dataset, whole process; bedtools, pyBigWig, one-hot, np.savez",
            found["theirs"], found["ours"], n)  # fmt: skip
        compare_parts(case, rounds, n)
        compare_wig(case, folder, rounds, n)
        measure_start(folder, max(rounds, 5))
        compare_batches(case, n)
        measure_scaling(genome, signal, folder, rounds)
        measure_memory(Case(genome, signal, folder, SIZES[-1]), folder, SIZES[-1])


if __name__ == "__main__":
    main()
