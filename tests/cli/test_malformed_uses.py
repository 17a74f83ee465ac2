"""Malformed files for a model that is used: a line each, nothing written."""

from pathlib import Path

import pytest

from tests.cli.in_turn import Told, assert_one_line, run_in_turn
from tests.corpus.case import Case, Refused
from tests.corpus.malformed import CASES
from tests.corpus.real import text

DATA = Path(__file__).parents[2] / "test-data"
MODEL = ("--model", f"{DATA}/model_sequence.zip")
DATASET = ("--dataset", f"{DATA}/dataset.h5")
GENOME = ("--fasta", f"{DATA}/genome.fa")

#: Words of the command, words of the line, and files.
Mistake = tuple[tuple[str, ...], tuple[str, ...], dict[str, bytes]]

#: Files of ready sequences, as the other commands refuse them. Text without > is one sequence a
#: line, and is told of as such.
OF_SEQUENCES: dict[str, Case] = {
    case.name: case
    for case in CASES
    if case.kind == "sequences"
    and isinstance(case.outcome, Refused)
    and not case.flags
    and "bomb" not in case.name
    and "before the first record" not in case.outcome.words
}
TEXTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a protein": ("MKLEQPFIWY\n", ("line 1", "found 'L' at column 3")),
    "FASTA below a sequence": ("ACGT\n>a\nACGT\n", ("line 2", "found '>' at column 1")),
    "BED": ("chr_13\t5\t50\n", ("line 1", "expected letters of DNA or RNA")),
    "FASTQ": ("@a\nACGT\n+\nIIII\n", ("line 1", "found '@'")),
}


def regions(*lines: str) -> dict[str, bytes]:
    return {"regions.bed": text(*lines)}


REGIONS = (*GENOME, "--regions", "regions.bed")
SCANS: dict[str, Mistake] = {
    "no genome": ((), ("give --fasta",), {}),
    "a genome that is not there": (("--fasta", "no.fa"), ("no.fa: no such file",), {}),
    "an empty genome": (("--fasta", "bad.fa"), ("bad.fa", "is empty"), {"bad.fa": b""}),
    "a protein": (
        ("--fasta", "bad.fa"),
        ("bad.fa: found 'L'", "of chr_1"),
        {"bad.fa": text(">chr_1", "MKLE" * 20)},
    ),
    "a window longer than every chromosome": (
        ("--fasta", "short.fa"),
        ("longest chromosome to scan, b, has 53 nt; windows of 60 nt", "need 54"),
        {"short.fa": text(">a", "ACGT", ">b", "ACGTTGACCA" * 5 + "ACG")},
    ),
    "no known base": (
        ("--fasta", "n.fa", "--background", "100"),
        ("drawn 0 have", "expected a genome of known bases"),
        {"n.fa": text(">a", "N" * 5000)},
    ),
    "an unknown chromosome": (
        (*GENOME, "--chromosomes", "chr_10,chr_77"), ("--chromosomes chr_77: not in the gen",), {}
    ),
    "regions and chromosomes": (
        (*REGIONS, "--chromosomes", "chr_12"), ("either --regions or --chromosomes",),
        regions("chr_13\t100\t500"),
    ),
    "a strand that is none": (
        REGIONS, ("regions.bed, line 1: found strand 'x' in column 6; expected + - or .",),
        regions("chr_13\t100\t500\ta\t0\tx"),
    ),
    "end before start": (
        REGIONS, ("regions.bed, line 2: end 100 is not greater than start 500",),
        regions("chr_13\t100\t500", "chr_13\t500\t100"),
    ),
    "regions of another genome": (
        REGIONS, ("regions.bed: none of its 2 regions", "line 1: chromosome chrUn is not in the"),
        regions("chrUn\t100\t500", "chrM\t1\t2"),
    ),
    "a region beyond the end": (
        REGIONS, ("regions.bed: none of its 1 regions", "beyond the chromosome's end (160000)"),
        regions("chr_13\t159990\t260000"),
    ),
    "no regions": (REGIONS, ("regions.bed: found an empty file",), {"regions.bed": b""}),
    "binary regions": (REGIONS, ("regions.bed", "gzip"), {"regions.bed": b"\x1f\x8b\x08\0\0"}),
    "regions that are not there": (REGIONS, ("regions.bed: no such file",), {}),
    "a step beyond the window": ((*GENOME, "--step", "61"), ("--step 61", "60 at most"), {}),
}  # fmt: skip

HEADER = (
    "MEME version 4", "", "ALPHABET= ACGT", "", "strands: + -", "",
    "Background letter frequencies", "A 0.25 C 0.25 G 0.25 T 0.25", "",
)  # fmt: skip
MOTIF = (
    "MOTIF a b",
    "letter-probability matrix: alength= 4 w= 2 nsites= 20 E= 0",
    "0.25 0.25 0.25 0.25",
    "1 0 0 0",
)
MEME = text(*HEADER, *MOTIF)


def meme(old: str, new: str) -> bytes:
    """The file with other words."""
    assert old.encode() in MEME
    return MEME.replace(old.encode(), new.encode())


MEMES: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "empty": (b"", ("found an empty file",)),
    "no version": (meme("MEME version 4\n", ""), ("line 2", "expected 'MEME version 4'")),
    "an old version": (meme("version 4", "version 3"), ("line 1", "found 'MEME version 3'")),
    "JASPAR": (text(">MA0001.1 AGL3", "A [ 0 3 79 ]"), ("line 1", "found '>MA0001.1")),
    "a protein": (meme("ACGT", "ACDEFGHIKLMNPQRSTVWY"), ("line 3", "found the alphabet 'ACDEF")),
    "a protein without its alphabet": (
        meme("ALPHABET= ACGT\n", "").replace(b"alength= 4", b"alength= 20"),
        ("line 10", "found alength= 20; expected 4"),
    ),
    "wider than its rows": (meme("w= 2", "w= 3"), ("line 13", "the file ends here")),
    "narrower than its rows": (meme("w= 2", "w= 1"), ("line 13", "found '1 0 0 0'")),
    "width 0": (meme("w= 2", "w= 0"), ("line 11", "found w= 0; expected a width of 1 to 200")),
    "a huge width": (meme("w= 2", "w= " + "9" * 30), ("line 11", "found w= 99999999999999999999;")),
    "a negative width": (meme("w= 2", "w= -2"), ("line 11", "found w= -2")),
    "no width": (meme("w= 2 ", ""), ("line 11", "found w= nothing")),
    "a row that sums to 2": (meme("1 0 0 0", "1 0 0 1"), ("line 13", "found 1 0 0 1; expected")),
    "NaN": (meme("1 0 0 0", "nan 0 0 1"), ("line 13", "found nan 0 0 1; expected four prob")),
    "an infinite number": (meme("1 0 0 0", "inf 0 0 0"), ("line 13", "found inf")),
    "a number of 5,000 digits": (meme("1 0 0 0", "1" * 5000 + " 0 0 0"), ("line 13", "inf")),
    "a negative number": (meme("1 0 0 0", "-1 1 1 0"), ("line 13", "found -1 1 1 0")),
    "words for numbers": (meme("1 0 0 0", "a c g t"), ("line 13", "found 'a c g t'; expected")),
    "three columns": (meme("1 0 0 0", "1 0 0"), ("line 13", "found '1 0 0'; expected four num")),
    "no name": (meme("MOTIF a b", "MOTIF"), ("line 10", "a motif without a name")),
    "a name with an escape": (meme("MOTIF a", "MOTIF \x1b[2J"), ("line 10", "without a name")),
    "a matrix without a motif": (meme("MOTIF a b\n", ""), ("line 10", "a line with MOTIF")),
    "no matrix": (text(*HEADER, MOTIF[0]), ("line 10: motif 'a b' has no",)),
    "a motif without its matrix": (
        text(*HEADER, "MOTIF first", *MOTIF), ("line 10: motif 'first' has no",)
    ),
    "no motif": (text(*HEADER), ("found no motif",)),
    "cut short": (MEME[:-10], ("line 12", "found 0.25 0.25 0.25 0.2;")),
    "UTF-16": (MEME.decode().encode("utf-16"), ("UTF-16",)),
    "a NUL byte": (meme("MOTIF a", "MOTIF \0"), ("line 10", "binary data")),
    "a web page": (b"<html>", ("found a web page",)),
}  # fmt: skip
MOTIFS: dict[str, Mistake] = {
    "a dataset that is none": (("--dataset", "x.h5"), ("x.h5: not an HDF5",), {"x.h5": b"chr1"}),
    "a dataset of other windows": (
        ("--dataset", f"{DATA}/dataset_tracks.h5"), ("windows of 40 nt; the model reads 60",), {}
    ),
    "an unknown class": ((*DATASET, "--target", "x"), ("--target x: the model has no such",), {}),
    "a split without windows": (
        (*DATASET, "--split", "blackbox"), ("no windows in the blackbox split",), {}
    ),
    "known motifs that are not there": ((*DATASET, "--known", "k"), ("k: no such file",), {}),
}  # fmt: skip

EARLY: dict[str, Mistake] = {
    "interpret: an unknown class": (
        ("interpret", *MODEL, *GENOME, "--intervals", f"{DATA}/new.bed", "--target", "x"),
        ("--target x: the model has no such class; expected one of exons, introns",),
        {},
    ),
    "scan: an unknown class": (
        ("scan", *MODEL, *GENOME, "--peak-class", "x"),
        ("--peak-class x: the model has no such class; expected one of exons, introns",),
        {},
    ),
    "evaluate: a dataset that is none": (
        ("evaluate", *MODEL, "--dataset", "x.h5"), ("x.h5: not an HDF5",), {"x.h5": b"chr1"}
    ),
    "evaluate: a dataset of other windows": (
        ("evaluate", *MODEL, "--dataset", f"{DATA}/dataset_tracks.h5"), ("windows of 40 nt",), {}
    ),
    "evaluate: a split without windows": (
        ("evaluate", *MODEL, *DATASET, "--split", "blackbox"), ("no windows in the black",), {}
    ),
}  # fmt: skip

ROWS = (DATA / "predictions_model_sequence.tsv").read_text().splitlines()
TABLE = text(*ROWS)


def cell(column: int, value: str) -> bytes:
    """The table with another cell in its second line."""
    cells = ROWS[1].split("\t")
    cells[column] = value
    return text(ROWS[0], "\t".join(cells), *ROWS[2:])


_PROBABILITIES = ("line 2", "expected probabilities of the classes, which sum to 1")
TABLES: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "empty": (b"", ("found an empty file",)),
    "its header alone": (text(ROWS[0]), ("found no windows",)),
    "no header": (text(*ROWS[1:]), ("line 1", "enngene evaluate --predictions")),
    "a row too few": (text(*ROWS[:-1]), ("has 48 windows; expected those of", "49")),
    "a row left out": (text(*ROWS[:5], *ROWS[6:]), ("has 48 windows",)),
    "a row twice": (text(*ROWS, ROWS[1]), ("has 50 windows",)),
    "rows in another order": (
        text(ROWS[0], ROWS[2], ROWS[1], *ROWS[3:]),
        ("line 2: found chr_12:129396-129456 of exons; expected", "chr_11:46754-46814 of introns"),
    ),
    "another window": (cell(1, "5"), ("line 2: found chr_11:5-46814", "chr_11:46754-46814")),
    "another true class": (cell(5, "exons"), ("line 2: found", "of exons; expected", "of introns")),
    "an unknown class": (cell(5, "x"), ("line 2: found the class 'x'",)),
    "other classes": (
        TABLE.replace(b"exons", b"a").replace(b"introns", b"b"), ("has the classes a, b; expected",)
    ),
    "a class twice": (
        TABLE.replace(b"exons\tintrons\tpred", b"exons\texons\tpred"), ("line 1", "exons, exons")
    ),
    **{
        f"{value or 'nothing'} as a probability": (cell(6, value), _PROBABILITIES)
        for value in ("nan", "inf", "-0.5", "1.5", "abc", "")
    },
    "a column too many": (
        text(ROWS[0], f"{ROWS[1]}\tx", *ROWS[2:]), ("line 2: found 10 columns; expected 9",)
    ),
    "a blank line": (text(*ROWS[:3], "", *ROWS[3:]), ("line 4: found 1 columns",)),
    "UTF-16": (TABLE.decode().encode("utf-16"), ("UTF-16",)),
    "a NUL byte": (TABLE.replace(b"chr_11", b"chr\0", 1), ("line 2", "binary data")),
    "a model": ((DATA / "model_sequence.zip").read_bytes(), ("zip archive",)),
}  # fmt: skip


def _uses() -> dict[str, Mistake]:
    """All of them; those that are refused without TensorFlow come first."""
    found: dict[str, Mistake] = {}
    tables = ("--predictions", f"a={DATA}/predictions_model.tsv", "--predictions", "b=bad.tsv")
    for name, (content, words) in TABLES.items():
        told = ("DatasetError: model b: bad.tsv", *words)
        found[f"compare: {name}"] = ("compare", *tables), told, {"bad.tsv": content}
    known = ("motifs", *MODEL, *DATASET, "--known", "bad.meme")
    for name, (content, words) in MEMES.items():
        found[f"known: {name}"] = known, ("MotifError: bad.meme", *words), {"bad.meme": content}
    for name, (flags, words, files) in MOTIFS.items():
        found[f"motifs: {name}"] = ("motifs", *MODEL, *flags), words, files
    found |= EARLY
    for name, (flags, words, files) in SCANS.items():
        found[f"scan: {name}"] = ("scan", *MODEL, *flags), words, files
    for command in ("predict", "interpret"):
        use = (command, *MODEL, "--rejected", "rejected.tsv", "--sequences", "bad.fa")
        for name, (content, words) in TEXTS.items():
            told = ("IntervalError: bad.fa", *words)
            found[f"{command}: {name}"] = use, told, {"bad.fa": content.encode()}
        for name, case in OF_SEQUENCES.items():
            if case.content is not None and isinstance(case.outcome, Refused):
                told = ("IntervalError: bad.fa", *case.outcome.words)
                found[f"{command}: {name}"] = use, told, {"bad.fa": case.content}
    return found


USES = _uses()
LIGHT = [
    name for name in USES if name in EARLY or name.startswith(("compare: ", "known: ", "motifs: "))
]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """All commands, in one process."""
    commands = []
    for words, _, files in USES.values():
        folder = tmp_path_factory.mktemp("use")
        for name, content in files.items():
            (folder / name).write_bytes(content)
        commands.append((folder, [*words, "--output", "output"]))
    return dict(zip(USES, run_in_turn(commands), strict=True))


@pytest.mark.parametrize("name", USES)
def test_it_is_refused_in_one_line(told: dict[str, Told], name: str) -> None:
    assert_one_line(told[name], *USES[name][1])


@pytest.mark.parametrize("name", LIGHT)
def test_it_is_refused_without_tensorflow(told: dict[str, Told], name: str) -> None:
    assert not {"tensorflow", "keras"} & set(told[name].heavy)
