"""Malformed tables of names and of splits, lists of classes, and datasets."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from tests.core_fixtures import REAL_DATA
from tests.corpus.case import Case, Outcome, RefusedOrSame, Same, refused
from tests.corpus.real import EXONS, INTRONS, text

_HEADER_OF_NAMES = [f"chr_{n}\t{n}" for n in range(10, 14)]
NAMES = text(*_HEADER_OF_NAMES)
_GENES = list(dict.fromkeys(row.split("\t")[3] for row in EXONS + INTRONS))
_SPLITS = [
    f"{gene}\t{('train', 'train', 'validation', 'test')[n % 4]}" for n, gene in enumerate(_GENES)
]
SPLITS = text(*_SPLITS)
#: ``{good}`` becomes the folder of clean files.
_CLASSES = [{"name": name, "path": f"{{good}}/{name}.bed"} for name in ("exons", "introns")]
CLASSES = json.dumps(_CLASSES).encode()
DATASET = (REAL_DATA / "dataset.h5").read_bytes()


def _names() -> Iterator[tuple[str, bytes, Outcome]]:
    yield "one column", text("chr_10", "chr_11"), refused("line 1", "1 tab-separated column")
    yield "spaces for tabs", NAMES.replace(b"\t", b" "), refused("line 1", "they must be tabs")
    clash = text(*_HEADER_OF_NAMES, "chr_11\t10")
    yield "a contradiction", clash, refused("line 5", "found 'chr_11', which line 2 names too")
    yield "two rows for one name", text(*_HEADER_OF_NAMES, "x\t10"), refused("line 5", "found '10'")
    yield "empty", b"", refused("found an empty file")
    yield "only comments", b"#a\tb\n", refused("found no rows")
    yield "UTF-16", NAMES.decode().encode("utf-16"), refused("UTF-16")
    yield (
        "a name with an escape",
        NAMES.replace(b"chr_11", b"chr\x1b11"),
        refused("line 2", "a name"),
    )
    yield "a NUL byte", NAMES + b"a\0\tb\n", refused("line 5", "binary data")
    yield "a row twice", text(*_HEADER_OF_NAMES, _HEADER_OF_NAMES[0]), Same()
    yield "odd names", text(*_HEADER_OF_NAMES, "'\t\"\t<script>\t$(touch escaped)\t.."), Same()
    yield "CRLF", NAMES.replace(b"\n", b"\r\n"), Same()


def _splits() -> Iterator[tuple[str, bytes, Outcome]]:
    yield (
        "a word that is no split",
        SPLITS.replace(b"validation", b"valid", 1),
        refused("'valid'", "train, validation"),
    )
    yield (
        "a split in capitals",
        SPLITS.replace(b"\ttest", b"\tTest"),
        refused("found 'Test' as the"),
    )
    yield (
        "a contradiction",
        text(*_SPLITS, f"{_GENES[0]}\ttest"),
        refused(f"line {len(_SPLITS) + 1}", "one value for each name"),
    )
    yield "one column", text(*_GENES), refused("line 1", "1 tab-separated column")
    yield "an empty cell", text(f"{_GENES[0]}\t", *_SPLITS), refused("line 1")
    yield (
        "other names",
        text("a\ttrain", "b\ttest"),
        refused("no interval says its split", names_file=False),
    )
    yield "empty", b"", refused("found an empty file")
    yield "a row twice", text(*_SPLITS, _SPLITS[0]), Same()
    yield "names of nothing", text(*_SPLITS, "'; <script>\ttest", "x" * 10_000 + "\ttrain"), Same()


def _listed(*more: object) -> bytes:
    return json.dumps([*_CLASSES, *more]).encode()


def _lists() -> Iterator[tuple[str, bytes, Outcome]]:
    first = _CLASSES[0]
    yield "not JSON", b"exons = exons.bed\n", refused("not JSON")
    yield "cut short", _listed()[:-5], refused("not JSON")
    yield "empty", b"", refused("not JSON")
    yield "UTF-16", _listed().decode().encode("utf-16"), refused("not JSON")
    yield "larger than 1 MiB", b" " * (1 << 20) + _listed(), refused("larger than 1 MiB")
    yield "100,000 brackets", b"[" * 100_000, refused("not JSON")
    yield "a number of 10,000 digits", b"[" + b"1" * 10_000 + b"]", refused("bad.json")
    yield "a table and no list", json.dumps(first).encode(), refused("classes")
    yield "an unknown key", _listed({**first, "name": "x", "colour": "red"}), refused("colour")
    yield "no path", _listed({"name": "x"}), refused("path")
    yield (
        "a kind that is not known",
        _listed({**first, "name": "x", "kind": "wig"}),
        refused("kind"),
    )
    yield "a number as name", _listed({**first, "name": 5}), refused("name")
    yield (
        "a path with NUL",
        _listed({"name": "x", "path": "a\0b"}),
        refused("class x", names_file=False),
    )
    yield "one class", json.dumps(_CLASSES[:1]).encode(), refused("two or more", names_file=False)
    yield "no class", b"[]", refused("two or more", names_file=False)
    yield (
        "a class twice",
        _listed(first),
        refused("class 'exons' is given 2 times", names_file=False),
    )
    many = [{**first, "name": f"class {n}"} for n in range(1001)]
    yield "1001 classes", json.dumps(many).encode(), refused("1000", names_file=False)
    yield (
        "a class of a missing file",
        _listed({"name": "x", "path": "nowhere"}),
        refused("class x: nowhere: no such file", names_file=False),
    )
    for what, name in {
        "empty": "", "a blank": " ", "two lines": "a\nb", "a tab": "a\tb", "an escape": "\x1b[2J",
        "a NUL": "a\0b", "10,000 letters": "x" * 10_000, "a line separator": "a\u2028b",
        "half a character": "\ud800", "a column of tables": "strand",
    }.items():  # fmt: skip
        yield (
            f"a name that is {what}",
            _listed({**first, "name": name}),
            refused("name", names_file=False),
        )
    odd = ("'", '"', "<script>alert(1)</script>", "$(touch escaped)", "`touch escaped`", "..",
           "../../escaped", "=1+1", "a=b", "%s", "é", "x" * 100)  # fmt: skip
    for name in odd:
        yield (
            f"a name that is {name}",
            json.dumps([{**first, "name": name}, *_CLASSES[1:]]).encode(),
            Same(("classes",)),
        )
    yield "a mark of UTF-8", b"\xef\xbb\xbf" + _listed(), RefusedOrSame()


def _datasets() -> Iterator[tuple[str, bytes, Outcome]]:
    for size in (1, 8, 100, 2000, len(DATASET) // 2, len(DATASET) - 1):
        yield f"{size} bytes", DATASET[:size], refused("not an HDF5 file, or cut short")
    yield "empty", b"", refused("not an HDF5 file, or cut short")
    yield "text", text(*EXONS), refused("not an HDF5 file")
    yield "a model", (REAL_DATA / "model.zip").read_bytes(), refused("not an HDF5 file")
    yield (
        "its first half alone zeros",
        bytes(10_000) + DATASET[10_000:],
        refused("not an HDF5 file"),
    )
    yield (
        "no format",
        DATASET.replace(b"enngene-dataset", b"enngene-datasex"),
        refused("its format is"),
    )
    yield "a dataset with bytes after it", DATASET + b"garbage", RefusedOrSame()


def cases() -> Iterator[Case]:
    """All of them."""
    for name, content, outcome in _names():
        yield Case(f"names: {name}", "chromosome names", content, outcome, file="bad.tsv")
    for name, content, outcome in _splits():
        yield Case(f"splits: {name}", "splits", content, outcome, file="bad.tsv")
    for name, content, outcome in _lists():
        yield Case(f"classes: {name}", "classes", content, outcome, file="bad.json")
    for name, content, outcome in _datasets():
        yield Case(f"dataset: {name}", "dataset", content, outcome, file="bad.h5")
    pipe = refused("no such file")
    yield Case("dataset: a named pipe", "dataset", None, pipe, prepare=os.mkfifo)
    yield Case("dataset: a folder", "dataset", None, pipe, prepare=Path.mkdir)
