"""Malformed GFF3 and GTF files."""

from collections.abc import Iterator

from tests.corpus.case import Case, Outcome, Refused, Rejected, Same, refused
from tests.corpus.real import GENES, LENGTH, text, with_line

CLEAN = text(*GENES)
_CHROM, _SOURCE, _TYPE, _START, _END, _SCORE, _STRAND, _PHASE, _NAME = GENES[2].split("\t")
_LAST = len(GENES) + 1


def _row(
    *,
    chrom: str = _CHROM,
    kind: str = _TYPE,
    start: str = _START,
    end: str = _END,
    strand: str = _STRAND,
    name: str = _NAME,
) -> str:
    return "\t".join((chrom, _SOURCE, kind, start, end, _SCORE, strand, _PHASE, name))


_WRONG_LINES = {
    "start 0": (_row(start="0"), "found '0' as start; expected a whole number from 1"),
    "a negative start": (_row(start="-7"), "found '-7' as start"),
    "end before start": (_row(start=_END, end=_START), f"end {_START} is less than start {_END}"),
    "a fraction": (_row(end="21011.5"), "found '21011.5' as end"),
    "a huge end": (_row(end=str(2**40)), "beyond any genome"),
    "swapped columns": (
        "\t".join((_CHROM, _SOURCE, _START, _TYPE, _END, _SCORE, _STRAND, _PHASE, _NAME)),
        f"found '{_TYPE}' as start",
    ),
    "strand x": (_row(strand="x"), "found strand 'x' in column 7; expected + - . or ?"),
    "seven columns": (_row().rsplit("\t", 2)[0], "found 7 tab-separated columns"),
    "spaces for tabs": (_row().replace("\t", " "), "must be tabs"),
    "a BED line": (f"{_CHROM}\t10\t20\tname\t0\t+", "found 6 tab-separated columns"),
    "a name of 10,000 letters": (_row(name="Name=" + "x" * 10_000), "a name of more than 255"),
    "a type of 10,000 letters": (_row(kind="x" * 10_000), "as feature type", "10,000 bytes"),
    "a chromosome of 10,000 letters": (_row(chrom="x" * 10_000), "as chromosome", "10,000 bytes"),
    "a NUL byte": (_row(name="Name=a\0b"), "found binary data"),
}


def _whole_files() -> Iterator[tuple[str, bytes, Outcome, tuple[str, ...]]]:
    exon = ("--feature", "exon")
    for name, (line, *words) in _WRONG_LINES.items():
        yield name, with_line(GENES, 3, line), Refused(("line 3", *words)), exon
    no_such = refused("no line is of type 'gene'", "exon (105)", "--feature")
    yield "no such feature", CLEAN, no_such, ("--feature", "gene")
    case = refused("no line is of type 'Exon'", "exon (105)")
    yield "a feature in other letters", CLEAN, case, ("--feature", "Exon")
    yield "no feature named", CLEAN, refused("hold features of several types", "--feature"), ()
    odd = ("--feature", "'; $(touch escaped) <script>")
    yield "an odd feature", CLEAN, refused("no line is of type", "$(touch escaped)"), odd
    sequences = b"##gff-version 3\n##FASTA\n>10\nACGT\n"
    yield "sequences alone", sequences, refused("line 3", "looks like FASTA"), exon
    yield "sequences after the features", CLEAN + b"##FASTA\n>10\nACGT\n", Same(), exon
    yield "strand ?", CLEAN.replace(b"\t+\t.", b"\t?\t."), Same(("strand", "branches")), exon
    yield "CRLF", CLEAN.replace(b"\n", b"\r\n"), Same(), exon
    yield "no last newline", CLEAN[:-1], Same(), exon
    yield (
        "attributes of GTF",
        CLEAN.replace(b"Name=", b'gene_id "').replace(b"\n", b'";\n'),
        Same(),
        exon,
    )
    yield (
        "a percent sign that means nothing",
        CLEAN.replace(b"Name=", b"Name=%zz%"),
        Same(("name",)),
        exon,
    )
    yield "an encoded newline", CLEAN.replace(b"Name=", b"Name=%0A%00%09"), Same(("name",)), exon
    unknown = _row(chrom="<script>")
    yield "an unknown chromosome", text(*GENES, unknown), Rejected({_LAST: "is not in the"}), exon
    beyond = _row(end=str(LENGTH + 1))
    yield "beyond the end", text(*GENES, beyond), Rejected({_LAST: "beyond the chrom"}), exon


def cases() -> Iterator[Case]:
    """All of them."""
    for name, content, outcome, flags in _whole_files():
        yield Case(f"GFF: {name}", "features", content, outcome, file="bad.gff3", flags=flags)
