"""Time to fold, beside the C library in a bare loop over the same sequences, in turns.

Windows of 100 and 200 nt are drawn from a genome. The library's time is that of folding alone, in
one process: what it found is not even read. Ours is that of `encode_structure` from codes to
codes or probabilities, the start of its processes included.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import RNA

from enngene_core.branches.structure import encode_structure
from enngene_core.specs.branches import SEQUENCE, StructureEncoding

GENOME = Path(__file__).parent.parent / "test-data" / "genome.fa"
LENGTHS = (100, 200)
SPAN = 40


def draw_sequences(fasta: Path, n: int, length: int) -> list[str]:
    """Sequences without unknown bases from random places, always the same."""
    records = fasta.read_text().upper().split(">")[1:]
    chromosomes = ["".join(record.split("\n")[1:]) for record in records]
    sizes = np.array([len(chromosome) for chromosome in chromosomes])
    rng = np.random.default_rng(0)
    sequences: set[str] = set()
    while len(sequences) < n:
        chromosome = chromosomes[rng.choice(len(sizes), p=sizes / sizes.sum())]
        start = int(rng.integers(max(len(chromosome) - length, 1)))
        sequence = chromosome[start : start + length]
        if len(sequence) == length and set(sequence) <= set(SEQUENCE.symbols):
            sequences.add(sequence)
    return sorted(sequences)


def fold_elements(sequence: str) -> None:
    """Elements of one sequence's structure."""
    RNA.db_to_element_string(RNA.fold(sequence)[0])


def fold_globally(sequence: str) -> None:
    """Partition function of one sequence, its pair probabilities not read."""
    RNA.fold_compound(sequence).pf()


def fold_locally(sequence: str) -> None:
    """Unpaired probabilities of one sequence."""
    RNA.pfl_fold_up(sequence, 1, 2 * SPAN, SPAN)


METHODS: dict[str, tuple[StructureEncoding, int, Callable[[str], object]]] = {
    "mfe": ("mfe", 0, RNA.fold),
    "unpaired": ("unpaired", 0, fold_globally),
    f"unpaired, span {SPAN}": ("unpaired", SPAN, fold_locally),
    "elements": ("elements", 0, fold_elements),
}


def seconds_of(work: Callable[[], None]) -> float:
    """Time that it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def medians(sequences: list[str], method: str, n_rounds: int) -> list[float]:
    """Milliseconds a sequence: the library, ours in one process, ours in two."""
    structure, span, fold_one = METHODS[method]
    codes = np.array([[SEQUENCE.symbols.index(base) for base in word] for word in sequences])

    def library() -> None:
        for sequence in sequences:
            fold_one(sequence)

    def ours(n_threads: int) -> None:
        for _ in encode_structure(
            codes.astype(np.uint8), structure=structure, span=span, n_threads=n_threads
        ):
            pass

    ways = (library, partial(ours, 1), partial(ours, 2))
    rounds = [[seconds_of(way) for way in ways] for _ in range(n_rounds)]
    return [1000 * statistics.median(times) / len(sequences) for times in zip(*rounds, strict=True)]


def main() -> None:
    """Print a Markdown table of medians over interleaved rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=2000, help="sequences of each length")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--fasta", type=Path, default=GENOME, help="plain FASTA")
    arguments = parser.parse_args()
    print(
        "| nt | structure | library, ms a sequence | ours, 1 process | ours, 2 processes "
        "| 1 process : library | 1 process : 2 processes |\n|---|---|---|---|---|---|---|"
    )
    for length in LENGTHS:
        sequences = draw_sequences(arguments.fasta, arguments.n, length)
        for method in METHODS:
            library, one, two = medians(sequences, method, arguments.rounds)
            cells = [f"{value:.2f}" for value in (library, one, two, one / library, one / two)]
            print("|", " | ".join([str(length), method, *cells]), "|", flush=True)


if __name__ == "__main__":
    main()
