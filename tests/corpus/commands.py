"""Commands that a malformed file is given to, as a user gives it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.corpus import features, genomes, intervals, scores, sequences, tables
from tests.corpus.case import Case, Kind
from tests.corpus.real import EXONS, INTRONS, READY_INTRONS, text

_WRITTEN = ("--output", "output", "--rejected", "rejected.tsv", "--window", "60")

#: Clean files of each kind: what a malformed one is compared with.
CLEAN: dict[Kind, bytes] = {
    "intervals": intervals.CLEAN,
    "features": features.CLEAN,
    "genome": genomes.CLEAN,
    "sequences": sequences.CLEAN,
    "scores": scores.CLEAN,
    "track": intervals.CLEAN,
    "chromosome names": tables.NAMES,
    "splits": tables.SPLITS,
    "classes": tables.CLASSES,
    "dataset": tables.DATASET,
}


@dataclass(frozen=True)
class Command:
    """One run.

    Attributes
    ----------
    name : str
        ``preprocess``, ``negatives`` or ``split``.
    case : Case
    """

    name: str
    case: Case

    def words(self, file: str, good: Path) -> list[str]:
        """All words of the command line.

        Parameters
        ----------
        file
            The malformed file.
        good
            Folder of the clean ones, which `write_good` has written.
        """
        words = [*_WORDS[self.name, self.case.kind], *self.case.flags]
        return [word.replace("{file}", file).replace("{good}", str(good)) for word in words]


def write_good(folder: Path) -> None:
    """Write all clean files that a malformed one may stand beside."""
    for name, content in {
        "exons.bed": text(*EXONS),
        "exons_11.bed": text(*EXONS).replace(b"chr_", b""),
        "introns.bed": text(*INTRONS),
        "genome.fa": genomes.CLEAN,
        "introns.fa": text(*READY_INTRONS),
    }.items():
        (folder / name).write_bytes(content)


def commands(case: Case) -> Iterator[Command]:
    """All runs that a file is given to."""
    for name, kind in _WORDS:
        # Bombs take seconds, and the same code reads them for both.
        if kind == case.kind and not ("bomb" in case.name and name != "preprocess"):
            yield Command(name, case)


_GENOME = ("--fasta", "{good}/genome.fa")
_EXONS = ("--intervals", "exons={good}/exons.bed")
_INTRONS = ("--intervals", "introns={good}/introns.bed")
_PREPROCESS = ("preprocess", *_WRITTEN)
_NEGATIVES = ("negatives", "--method", "genome", *_WRITTEN[:4])
_CLASS = ("--intervals", "exons={file}", *_INTRONS)

_WORDS: dict[tuple[str, Kind], tuple[str, ...]] = {
    ("preprocess", "intervals"): (*_PREPROCESS, *_GENOME, *_CLASS),
    ("negatives", "intervals"): (*_NEGATIVES, *_GENOME, "--positives", "{file}"),
    ("preprocess", "features"): (*_PREPROCESS, *_GENOME, *_CLASS),
    ("negatives", "features"): (*_NEGATIVES, *_GENOME, "--positives", "{file}"),
    ("preprocess", "genome"): (*_PREPROCESS, "--fasta", "{file}", *_EXONS, *_INTRONS),
    ("negatives", "genome"): (
        *(*_NEGATIVES, "--fasta", "{file}"),
        *("--positives", "{good}/exons.bed"),
    ),
    ("preprocess", "sequences"): (
        *(*_PREPROCESS, "--sequences", "exons={file}"),
        *("--sequences", "introns={good}/introns.fa"),
    ),
    ("preprocess", "scores"): (
        *(*_PREPROCESS, *_GENOME, *_EXONS, *_INTRONS),
        *("--branches", "sequence,conservation", "--conservation", "{file}"),
    ),
    ("preprocess", "track"): (
        *(*_PREPROCESS, *_GENOME, *_EXONS, *_INTRONS),
        *("--track", "peaks={file}"),
    ),
    ("preprocess", "chromosome names"): (
        *(*_PREPROCESS, *_GENOME, "--intervals", "exons={good}/exons_11.bed", *_INTRONS),
        *("--chromosome-names", "{file}"),
    ),
    ("preprocess", "splits"): (
        *(*_PREPROCESS, *_GENOME, *_EXONS, *_INTRONS),
        *("--split", "given", "--split-table", "{file}", "--allow-overlap"),
    ),
    ("preprocess", "classes"): (*_PREPROCESS, *_GENOME, "--classes", "{file}"),
    ("preprocess", "words"): (*_PREPROCESS, *_GENOME, *_EXONS, *_INTRONS),
    ("split", "dataset"): ("split", "--dataset", "{file}", *_WRITTEN[:4]),
}
