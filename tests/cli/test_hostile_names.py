"""Names of strangers' loci and classes through all commands: text, and nothing else."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.in_turn import Told, run_in_turn
from tests.core_fixtures import REAL_DATA

ENNGENE = str(Path(sys.executable).with_name("enngene"))
NAMES = (
    "<script>alert(1)</script>", "<img/src=x/onerror=alert(1)>", "=HYPERLINK(1)", "+1+1", "-1+1",
    "@SUM(A1)", "$(touch${IFS}canary)", "`touch canary`", "'; touch canary; '", "a\x1b[2Jb",
    "\u202eback\u2066", "[x](javascript:alert(1))", "${galaxy}", "%s%n", "../../canary",
)  # fmt: skip
CLASSES = ("<b>exons</b>", "'; touch canary; '")
#: Steers a terminal, or turns the direction of the text around it.
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
TABLES = ("predictions.tsv", "evaluated.tsv", "metrics.tsv", "attributions.tsv", "rejected.tsv")


def renamed(file: str, path: Path, n_lines: int) -> Path:
    """Real intervals under hostile names, and one on a chromosome that the genome lacks."""
    lines = [line.split("\t") for line in (REAL_DATA / file).read_text().splitlines()[:n_lines]]
    for number, line in enumerate(lines):
        line[3] = NAMES[number % len(NAMES)]
    lines.append(["chrUn", "1", "99", "on_no_chromosome", "0", "+"])
    path.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
    return path


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("names")


@pytest.fixture(scope="module")
def told(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Told]:
    given = tmp_path_factory.mktemp("given")
    exons = renamed("exons.bed", given / "exons.bed", 60)
    introns = renamed("introns.bed", given / "introns.bed", 60)
    fasta = ("--fasta", str(REAL_DATA / "genome.fa"))
    files = [f"{name}={path}" for name, path in zip(CLASSES, (exons, introns), strict=True)]
    classes = ("--intervals", files[0], "--intervals", files[1], *fasta)

    def report(name: str) -> tuple[str, ...]:
        return "--report", f"{name}.html", "--report-markdown", f"{name}.md"

    words = [
        ("preprocess", *classes, "--window", "40", "--allow-overlap", "--output", "d.h5",
         "--rejected", "rejected.tsv", *report("preprocess")),
        ("train", "--dataset", "d.h5", "--epochs", "1", "--preset", "cnn-small",
         "--output", "model.zip", *report("train")),
        ("evaluate", "--model", "model.zip", *classes, "--output", "metrics.tsv",
         "--predictions", "evaluated.tsv", "--resamples", "20", *report("evaluate")),
        ("predict", "--model", "model.zip", "--intervals", str(exons), *fasta,
         "--output", "predictions.tsv"),
        ("interpret", "--model", "model.zip", "--intervals", str(exons), *fasta, "--steps", "2",
         "--output", "a.h5", "--table", "attributions.tsv", *report("interpret")),
        ("negatives", "--positives", str(exons), *fasta, "--output", "negatives.bed",
         *report("negatives")),
    ]  # fmt: skip
    return run_in_turn([(folder, command) for command in words])


def test_all_commands_take_the_names(told: list[Told], folder: Path) -> None:
    assert [(found.code, found.stderr) for found in told] == [(0, "")] * len(told)
    assert not [path for path in folder.parent.rglob("*") if "canary" in path.name]


@pytest.mark.parametrize("name", TABLES)
def test_names_are_inert_in_tables(told: list[Told], folder: Path, name: str) -> None:
    header, *rows = [line.split("\t") for line in (folder / name).read_text().splitlines()]
    assert rows and {len(row) for row in rows} == {len(header)}
    for value in (*header, *(value for row in rows for value in row)):
        assert not STEERING.search(value)
        is_number = re.fullmatch(r"-?[0-9.]+(e[+-]?[0-9]+)?", value)
        assert is_number or len(value) < 2 or value[0] not in "=+-@", value
    if name == "predictions.tsv":
        shown = {row[3] for row in rows}
        assert {NAMES[0], "'=HYPERLINK(1)", "'; touch canary; '", "a [2Jb", " back "} <= shown


@pytest.mark.parametrize("name", ["preprocess", "train", "evaluate", "interpret", "negatives"])
def test_names_are_text_in_reports(told: list[Told], folder: Path, name: str) -> None:
    page = (folder / f"{name}.html").read_text()
    found = Tags(page)
    assert not found.tags & {"script", "b", "i", "a", "iframe", "form", "link"}
    assert not [attribute for attribute in found.attributes if attribute.startswith("on")]
    assert not STEERING.search(page)
    markdown = (folder / f"{name}.md").read_text()
    assert not STEERING.search(markdown)
    for mark in ("<script", "<img", "<b>", "](javascript", "${galaxy"):
        assert mark not in re.sub(r"\\.", "", markdown)  # without what is escaped


def test_what_the_commands_print_steers_no_terminal(told: list[Told], folder: Path) -> None:
    words = [ENNGENE, "predict", "--model", "model.zip", "--intervals", "new.bed"]
    words += ["--fasta", str(REAL_DATA / "genome.fa"), "--output", "other.tsv"]
    renamed("exons.bed", folder / "new.bed", 2)
    finished = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    assert finished.returncode == 0
    assert "line 3: chromosome" in finished.stdout
    assert not STEERING.search(finished.stdout + finished.stderr)
