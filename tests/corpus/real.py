"""Real parts that the corpus is cut from."""

import gzip

from tests.core_fixtures import REAL_DATA

#: Bases of each chromosome that the corpus uses.
LENGTH = 60_000


def text(*rows: str) -> bytes:
    """Lines as a file."""
    return "".join(f"{row}\n" for row in rows).encode()


def with_line(rows: list[str], number: int, line: str) -> bytes:
    """The rows as a file, with one more at a 1-based line number."""
    return text(*rows[: number - 1], line, *rows[number - 1 :])


def _rows(name: str, end: int, separator: str = "\t") -> list[str]:
    """Lines of a file whose column `end` lies on the parts of chromosomes that are used."""
    rows = (REAL_DATA / name).read_text().splitlines()
    return [
        row for row in rows if not row.startswith("#") and int(row.split(separator)[end]) < LENGTH
    ]


EXONS = _rows("exons.bed", 2)
INTRONS = _rows("introns.bed", 2)
PEAKS = _rows("new.narrowPeak", 2)
GENES = [f"chr_{row}" for row in _rows("genes.gff3", 4)]
CHROMOSOMES = {
    rows[0]: "".join(rows[1:])[:LENGTH]
    for rows in map(str.split, (REAL_DATA / "genome.fa").read_text().split(">")[1:])
}


def fasta(records: dict[str, str], width: int = 60) -> list[str]:
    """Lines of a FASTA file."""
    return [
        line
        for name, letters in records.items()
        for line in (
            f">{name}",
            *(letters[place : place + width] for place in range(0, len(letters), width)),
        )
    ]


GENOME = fasta(CHROMOSOMES)


def _records(name: str, most: int) -> list[str]:
    """Lines of the first records of a FASTA file that are longer than its lines."""
    records = gzip.decompress((REAL_DATA / name).read_bytes()).decode().split(">")[1:]
    long = [record.splitlines() for record in records if record.count("\n") > 2]
    return [row for header, *letters in long[:most] for row in (f">{header}", *letters)]


READY_EXONS = _records("exons.fa.gz", 60)
READY_INTRONS = _records("introns.fa.gz", 60)
