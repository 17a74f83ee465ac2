import gzip
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enngene_core.errors import IntervalError
from enngene_core.formats.intervals.file import read_intervals
from tests.core_fixtures import REAL_DATA
from tests.refusal import refused

Row = tuple[str, int, int, str, str, int]

GFF3 = """##gff-version 3
##sequence-region chr1 1 5000
chr1\thavana\tgene\t11\t90\t.\t+\t.\tID=gene:G1;Name=alpha
chr1\thavana\texon\t11\t20\t.\t+\t.\tParent=T1;Name=E%2C1;ID=exon%3A1

# a comment
chr1\thavana\texon\t31\t31\t0.5\t-\t0\tParent=T1; Name=E2
chr2\thavana\texon\t1\t7\t.\t?\t.\tParent=T1
chr2\thavana\texon\t1\t7\t.\t.\t.
###
##FASTA
>chr1
ACGT
chr9\tx\texon\t1\t2\t.\t+\t.\tID=no
"""
GTF = """#!genome-build R64
track name=genes
chr1\tens\tgene\t11\t90\t.\t+\t.\tgene_id "G1"; gene_name "alpha";
chr1\tens\texon\t11\t20\t.\t+\t.\tgene_id "G1"; transcript_id "T1;a"; exon_number 1;
chr1\tens\texon\t31\t40\t.\t-\t.\tgene_id "G%201"; transcript_id "";
chr1\tens\texon\t51\t60\t.\t-\t.\tgene_id 7; note "x"
chr1\tens\texon\t71\t80\t.\t-\t.\tnote "transcript_id T"
"""


def gff(folder: Path, text: str | bytes, name: str = "dataset_3.dat") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def rows(path: Path, feature: str) -> list[Row]:
    found = read_intervals(path, feature=feature)
    assert found.is_gff
    assert sorted(set(found.chrom.tolist())) == list(range(len(found.chroms)))
    return [(*found.locus(i), int(found.line[i])) for i in range(len(found))]


class NoFeatureError(Exception):
    """Line number of what a plain reading cannot take; 0 if there is nothing to take."""


def plain_name(attributes: str) -> str:
    for key in ("ID", "Name"):
        if (found := re.search(f"(?:^|;) ?{key}=([^;]*)", attributes)) and found[1]:
            with suppress(UnicodeDecodeError):
                name = unquote(found[1], errors="strict")
                return name if name.isprintable() else found[1]
            return found[1]
    for key in ("transcript_id", "gene_id"):
        found = re.search(f'(?:^|;) ?{key} (?:"([^"]*)"|"?([^;]*))', attributes)
        if found and (found[1] or found[2]):
            return found[1] or found[2]
    return "."


def plain_rows(text: str, feature: str) -> list[Row]:
    """Features of one type, line after line, as the format has it."""
    found = []
    for number, line in enumerate(re.split("\r?\n", text), start=1):
        if line.startswith("##FASTA"):
            break
        line = line.strip(" \t")
        if not line or line.startswith("#") or re.match(r"(track|browser)([ \t]|$)", line):
            continue
        columns = line.split("\t")
        is_feature = (
            len(columns) >= 8
            and all(re.fullmatch("[0-9]{1,13}", column) for column in columns[3:5])
            and 1 <= int(columns[3]) <= int(columns[4]) < 2**40
            and columns[6] in ("+", "-", ".", "?")
            and columns[0].isprintable()
            and max(len(columns[i].encode()) for i in (0, 2)) <= 255
        )
        if not is_feature:
            raise NoFeatureError(number)
        if columns[2] == feature:
            name = plain_name(columns[8] if len(columns) > 8 else "")
            strand = columns[6].replace("?", ".")
            found.append((columns[0], int(columns[3]) - 1, int(columns[4]), name, strand, number))
    if not found:
        raise NoFeatureError(0)
    return found


def assert_as_plain(path: Path, text: str, feature: str) -> None:
    path.write_bytes(text.encode())
    try:
        expected = plain_rows(text, feature)
    except NoFeatureError as plain:
        number = plain.args[0]
        words = (f"line {number}: ", "expected") if number else ("--feature",)
        with refused(IntervalError, path, *words):
            read_intervals(path, feature=feature)
    else:
        assert rows(path, feature) == expected


def test_features_of_gff3_are_read(tmp_path: Path) -> None:
    path = gff(tmp_path, GFF3)
    assert rows(path, "exon") == [
        ("chr1", 10, 20, "exon:1", "+", 4),
        ("chr1", 30, 31, "E2", "-", 7),
        ("chr2", 0, 7, ".", ".", 8),
        ("chr2", 0, 7, ".", ".", 9),
    ]
    assert rows(path, "gene") == [("chr1", 10, 90, "gene:G1", "+", 3)]
    assert read_intervals(path, feature="gene").chroms == ("chr1",)
    assert read_intervals(path, feature="exon").text(1).endswith("Name=E2")


def test_features_of_gtf_are_read(tmp_path: Path) -> None:
    assert rows(gff(tmp_path, GTF), "exon") == [
        ("chr1", 10, 20, "T1;a", "+", 4),
        ("chr1", 30, 40, "G%201", "-", 5),
        ("chr1", 50, 60, "7", "-", 6),
        ("chr1", 70, 80, ".", "-", 7),
    ]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_spellings_of_the_same_file(tmp_path: Path, pack, end: str) -> None:
    expected = plain_rows(GFF3, "exon")
    assert rows(gff(tmp_path, pack(GFF3.replace("\n", end).encode())), "exon") == expected


def test_real_exons_are_the_same_as_bed_and_as_gff3(tmp_path: Path) -> None:
    bed = read_intervals(REAL_DATA / "exons.bed")
    lines = []
    for i in range(len(bed)):
        chrom, start, end, name, strand = bed.locus(i)
        place = f"{start + 1}\t{end}\t.\t{strand}\t."
        lines += [f"{chrom}\tfgenesh\t{kind}\t{place}\tID={name}" for kind in ("CDS", "exon")]
    found = read_intervals(gff(tmp_path, "\n".join(lines)), feature="exon")
    assert [found.locus(i) for i in range(len(found))] == [bed.locus(i) for i in range(len(bed))]
    assert found.line.tolist() == list(range(2, 2 * len(bed) + 1, 2))


def test_a_feature_is_no_matter_for_bed() -> None:
    found = read_intervals(REAL_DATA / "exons.bed", feature="exon")
    assert not found.is_gff
    assert len(found) == 361


def test_types_are_listed_where_none_is_named(tmp_path: Path) -> None:
    with refused(IntervalError, "exon (4), gene (1)", "--feature"):
        read_intervals(gff(tmp_path, GFF3))


def test_types_are_listed_where_none_is_of_that_name(tmp_path: Path) -> None:
    path = gff(tmp_path, GFF3)
    with refused(IntervalError, path, "'Exon'", "exon (4), gene (1)", "--feature"):
        read_intervals(path, feature="Exon")


def test_a_long_list_of_types_is_cut(tmp_path: Path) -> None:
    lines = [f"chr1\ts\ttype{i}\t1\t2\t.\t+\t.\n" * (i + 1) for i in range(11)]
    with refused(IntervalError, "type10 (11), type9 (10)", "type3 (4), 3 more;"):
        read_intervals(gff(tmp_path, "".join(lines)), feature="exon")


GOOD = "chr1\ts\texon\t1\t2\t.\t+\t.\tID=x"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("chr1\ts\texon\t0\t2\t.\t+\t.\tID=x", ("'0'", "start", "whole number from 1")),
        ("chr1\ts\texon\tx\t2\t.\t+\t.\tID=x", ("'x'", "start")),
        ("chr1\ts\texon\t3\t-2\t.\t+\t.\tID=x", ("'-2'", "end")),
        ("chr1\ts\texon\t3\t2\t.\t+\t.\tID=x", ("end 2", "start 3", "1-based, closed")),
        ("chr1\ts\tgene\t3\t2\t.\t+\t.\tID=x", ("end 2", "start 3")),
        ("chr1\ts\texon\t3\t1099511627776\t.\t+\t.\tID=x", ("beyond any genome",)),
        ("chr1\ts\texon\t1\t2\t.\t*\t.\tID=x", ("'*'", "column 7", "+ - . or ?")),
        ("chr1\ts\texon\t1\t2\t.\t\t.\tID=x", ("''", "column 7")),
        ("chr1\ts\texon\t1\t2\t.\t+", ("7 tab-separated columns", "at least 8")),
        ("chr1 s exon 1 2 . + . ID=x", ("1 tab-separated column", "spaces", "tabs")),
        ("chr1\ts\texon\t1\t2\t.\t+\t.\tID=" + "x" * 256, ("255 bytes", "ID")),
        ("c\x07\ts\texon\t1\t2\t.\t+\t.\tID=x", (r"'c\x07'", "chromosome")),
        ("x" * 256 + "\ts\texon\t1\t2\t.\t+\t.\tID=x", ("chromosome", "256 bytes")),
        ("chr1\ts\t" + "x" * 256 + "\t1\t2\t.\t+\t.\tID=x", ("feature type", "256 bytes")),
        ("chr1\t0\t2\tname\t0\t+", ("6 tab-separated columns", "at least 8")),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, words: tuple[str, ...]) -> None:
    path = gff(tmp_path, f"##gff-version 3\n{GOOD}\n{line}\nchr1\tx\n")
    with refused(IntervalError, path, "line 3: ", "expected", *words):
        read_intervals(path, feature="exon")


def test_a_bad_first_line_is_explained_as_gff(tmp_path: Path) -> None:
    path = gff(tmp_path, GOOD.replace("\t1\t", "\tone\t"))
    with refused(IntervalError, path, "line 1: ", "'one'", "whole number from 1"):
        read_intervals(path, feature="exon")


def test_sequences_alone_are_no_annotation(tmp_path: Path) -> None:
    path = gff(tmp_path, "##gff-version 3\n##FASTA\n>chr1\nACGT\n")
    with refused(IntervalError, path, "line 3", "FASTA", "--sequences"):
        read_intervals(path, feature="exon")


def test_what_follows_the_sequences_is_no_annotation(tmp_path: Path) -> None:
    with refused(IntervalError, "no intervals", "before ##FASTA"):
        read_intervals(gff(tmp_path, f"##FASTA\n{GOOD}\n"), feature="exon")


def test_a_line_without_a_type_is_not_taken_unasked(tmp_path: Path) -> None:
    with refused(IntervalError, "'' (1), exon (1)", "--feature"):
        read_intervals(gff(tmp_path, GOOD.replace("exon", "") + "\n" + GOOD))


def test_a_type_that_is_no_text_occurs_nowhere(tmp_path: Path) -> None:
    with refused(IntervalError, r"'\udcff'", "exon (1)"):
        read_intervals(gff(tmp_path, GOOD), feature="\udcff")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a%20b%3Bc", "a b;c"),
        ("a%0Ab", "a%0Ab"),
        ("a%00", "a%00"),
        ("a%FF", "a%FF"),
        ("%C3%A9", "é"),
        ("100%", "100%"),
    ],
)
def test_escapes_never_hide_what_cannot_be_shown(tmp_path: Path, name: str, expected: str) -> None:
    text = GOOD.replace("ID=x", f"ID={name}")
    assert rows(gff(tmp_path, text), "exon")[0][3] == expected


ATTRIBUTES = st.lists(
    st.sampled_from(
        [
            *("ID=", "Name=", "transcript_id ", "gene_id ", "Parent=", ";", "; ", '"', '"'),
            *("a", "b c", "%2C", "%93", "%0", "é", "=", " ", "ID"),
        ]
    ),
    max_size=14,
).map("".join)
COLUMNS = st.tuples(
    st.sampled_from(["chr1", "chr1", "chr2", "chromosome_10"]),
    st.sampled_from(["exon", "exon", "gene", ""]),
    st.sampled_from(["1", "7", "10", "0", "x", ""] + ["123456789"] * 6),
    st.sampled_from(["123456789", "5000000000"] * 5 + ["9"]),
    st.sampled_from("++--.?*"),
    ATTRIBUTES,
)


@given(lines=st.lists(COLUMNS, min_size=1, max_size=6), end=st.sampled_from(["\n", "\r\n"]))
def test_any_features_are_read_as_a_plain_reading_has_them(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str, ...]], end: str
) -> None:
    text = GOOD + end
    for chrom, kind, start, stop, strand, attributes in lines:
        text += f"{chrom}\ts\t{kind}\t{start}\t{stop}\t.\t{strand}\t.\t{attributes}{end}"
    assert_as_plain(tmp_path_factory.getbasetemp() / "any.gff", text, "exon")


def test_long_files_agree_with_a_plain_reading(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    lines = ["##gff-version 3"]
    for kind, start in rng.integers(1, [12, 3 * 10**8], size=(40_000, 2)).tolist():
        name = "n" * (start % 40)
        attributes = (f"ID={name}", f"x=1;Name={name}%20", f'gene_id "{name}"; x "1"', "")[kind % 4]
        place = f"{start}\t{start + kind}\t.\t{'+-.?'[kind % 4]}"
        chrom = f"chr{start % 3 if kind < 3 else 1}"
        lines.append(f"{chrom}\ts\t{'exon' if kind < 8 else 'CDS'}\t{place}\t.\t{attributes}")
        lines += ["###"] * (kind == 3)
    path = tmp_path / "long.gff3"
    assert_as_plain(path, "\n".join(lines), "exon")
    assert_as_plain(path, "\n".join([*lines, "##FASTA", ">chr1", "ACGT"]), "CDS")
    lines[30_000] = "chr1\ts\texon"
    assert_as_plain(path, "\n".join(lines), "CDS")
