"""Every kind of input, end to end: the same loci in another form give the same dataset."""

import gzip
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyfaidx
import pytest

from enngene_core.branches.codes import decode
from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.preprocess import PreprocessResult, preprocess
from enngene_core.dataset.sources import References
from enngene_core.errors import SpecError
from enngene_core.intervals.windows import COLUMNS
from enngene_core.specs.branches import SEQUENCE
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.preprocess import PreprocessSpec
from tests.core_fixtures import REAL_DATA
from tests.formats.twobit_files import twobit
from tests.refusal import refused

CLASSES = ("exons", "introns")
REFERENCES = References(
    REAL_DATA / "genome.fa",
    (REAL_DATA / "phyloP.bw",),
    {"scores": REAL_DATA / "phyloP.bw", "coding": REAL_DATA / "exons.bed"},
)
SPEC = PreprocessSpec(branches="sequence,conservation", window=40)


def class_files(folder: Path = REAL_DATA, suffix: str = "bed") -> list[ClassFile]:
    return [ClassFile(name, folder / f"{name}.{suffix}") for name in CLASSES]


def contents(
    folder: Path, classes: Sequence[ClassFile], references: References, spec: PreprocessSpec = SPEC
) -> tuple[PreprocessResult, dict[str, np.ndarray]]:
    """Result, and all columns and branches of the dataset."""
    result = preprocess(
        classes,
        references,
        spec,
        for_report=True,
        output=folder / "dataset.h5",
        execution=ExecutionSpec(threads=1),
    )
    with Dataset(folder / "dataset.h5") as dataset:
        rows = np.arange(dataset.n_windows)
        windows = dataset.windows(rows)
        found = {name: getattr(windows, name) for name in COLUMNS}
        found |= {"chrom": windows.chrom_names, "split": dataset.split}
        found |= {name: dataset.branch(name, rows) for name in dataset.spec.encodings}
    return result, found


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """What plain BED, FASTA and bigWig files give."""
    result, found = contents(tmp_path_factory.mktemp("plain"), class_files(), REFERENCES)
    assert result.renamed == {}
    return found


def assert_same(
    found: dict[str, np.ndarray], expected: dict[str, np.ndarray], besides: Sequence[str] = ()
) -> None:
    assert set(found) == set(expected)
    for name in set(expected) - set(besides):
        np.testing.assert_array_equal(found[name], expected[name], name)


def renamed_lines(source: Path, target: Path, rename: Callable[[str], str]) -> None:
    """Copy with other names of chromosomes (chr_10 and so on)."""
    target.write_text(re.sub(r"\bchr_\d+", lambda name: rename(name[0]), source.read_text()))


def as_gff(source: Path, target: Path) -> None:
    """The same intervals as GFF3 of two feature types, a line apart from each other."""
    lines = ["##gff-version 3"]
    for row in (line.split("\t") for line in source.read_text().splitlines()):
        for kind, end in (("gene", int(row[2]) + 1), ("exon", int(row[2]))):
            lines.append(
                "\t".join(
                    [
                        row[0],
                        "x",
                        kind,
                        str(int(row[1]) + 1),
                        str(end),
                        ".",
                        row[5],
                        ".",
                        f"ID={row[3]}",
                    ]
                )
            )
    target.write_text("\n".join(lines) + "\n")


def test_compressed_files(tmp_path: Path, expected: dict[str, np.ndarray]) -> None:
    for item in class_files():
        (tmp_path / f"{item.name}.bed").write_bytes(gzip.compress(item.path.read_bytes()))
    genome = tmp_path / "genome.fasta"  # gzip, whatever its name says
    genome.write_bytes(gzip.compress((REAL_DATA / "genome.fa").read_bytes()))
    references = replace(REFERENCES, genome=genome)
    _, found = contents(tmp_path, class_files(tmp_path), references)
    assert_same(found, expected)


def test_a_2bit_genome(tmp_path: Path, expected: dict[str, np.ndarray]) -> None:
    fasta = pyfaidx.Fasta(str(REAL_DATA / "genome.fa"), as_raw=True, rebuild=False)
    genome = tmp_path / "genome"
    genome.write_bytes(twobit({name: record[:] for name, record in fasta.items()}))
    _, found = contents(tmp_path, class_files(), replace(REFERENCES, genome=genome))
    assert_same(found, expected)


def test_wig_instead_of_bigwig(tmp_path: Path, expected: dict[str, np.ndarray]) -> None:
    text = gzip.decompress((REAL_DATA / "phyloP.wigFix.gz").read_bytes()).decode()
    parts: dict[str, str] = {}
    for block in re.split(r"(?m)^(?=fixedStep)", text)[1:]:
        chrom = re.search(r"chrom=(\S+)", block)[1]
        parts[chrom] = parts.get(chrom, "") + block
    paths = []
    for chrom, part in parts.items():
        paths.append(tmp_path / f"{chrom}.wig.gz")
        paths[-1].write_bytes(gzip.compress(part.encode()))
    assert len(paths) == 4
    references = replace(
        REFERENCES,
        conservation=tuple(paths),
        tracks={**REFERENCES.tracks, "scores": REAL_DATA / "phyloP.wigFix.gz"},
    )
    result, found = contents(tmp_path, class_files(), references)
    for name in ("conservation", "scores"):
        np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=1e-6)
    assert_same(found, expected, besides=("conservation", "scores"))
    inputs = result.provenance["inputs_sha256"]
    assert {"conservation", "conservation:2", "conservation:4", "track:scores"} <= set(inputs)


def test_a_feature_of_gff(tmp_path: Path, expected: dict[str, np.ndarray]) -> None:
    for name in CLASSES:
        as_gff(REAL_DATA / f"{name}.bed", tmp_path / f"{name}.gff3")
    spec = SPEC.model_copy(update={"feature": "exon"})
    result, found = contents(tmp_path, class_files(tmp_path, "gff3"), REFERENCES, spec)
    assert_same(found, expected, besides=("source_row", "name"))
    np.testing.assert_array_equal(found["source_row"], 2 * expected["source_row"] + 1)
    assert result.n_intervals == {"exons": 361, "introns": 263}


def test_a_feature_of_bed(tmp_path: Path) -> None:
    spec = SPEC.model_copy(update={"feature": "exon"})
    with refused(SpecError, "--feature exon", "no file is GFF3 or GTF"):
        contents(tmp_path, class_files(), REFERENCES, spec)


@pytest.mark.parametrize("own", ["genome", "intervals"])
def test_names_with_and_without_chr(
    tmp_path: Path, expected: dict[str, np.ndarray], own: str
) -> None:
    # chr_10 here, _10 there.
    bare = {"genome": "genome.fa", "intervals": "exons.bed"}[own]
    renamed_lines(REAL_DATA / bare, tmp_path / bare, lambda name: name.removeprefix("chr"))
    if own == "genome":
        references = replace(REFERENCES, genome=tmp_path / bare)
        result, found = contents(tmp_path, class_files(), references)
        names = {f"chr_{n}": f"_{n}" for n in range(10, 14)}
        branches = [("branch", name) for name in ("conservation", "scores", "coding")]
        assert result.renamed == dict.fromkeys(
            [("class", "exons"), ("class", "introns"), *branches], names
        )
        assert_same(found, expected, besides=("chrom",))
        assert [name.decode() for name in found["chrom"]] == [
            name.decode().removeprefix("chr") for name in expected["chrom"]
        ]
    else:
        classes = [ClassFile("exons", tmp_path / bare), class_files()[1]]
        result, found = contents(tmp_path, classes, REFERENCES)
        assert result.renamed == {("class", "exons"): {f"_{n}": f"chr_{n}" for n in range(10, 14)}}
        assert_same(found, expected)


def test_names_by_a_table(tmp_path: Path, expected: dict[str, np.ndarray]) -> None:
    accession = {f"chr_{n}": f"NC_0182{n}.1" for n in range(10, 14)}
    renamed_lines(REAL_DATA / "genome.fa", tmp_path / "genome.fa", accession.__getitem__)
    table = tmp_path / "names.tsv"
    table.write_text(
        "# ucsc\tncbi\n" + "".join(f"{name}\t{other}\n" for name, other in accession.items())
    )
    references = replace(REFERENCES, genome=tmp_path / "genome.fa", chromosome_names=table)
    result, found = contents(tmp_path, class_files(), references)
    assert result.renamed["class", "introns"] == accession
    assert result.renamed["branch", "conservation"] == accession
    assert_same(found, expected, besides=("chrom",))
    assert "chromosome_names" in result.provenance["inputs_sha256"]
    with refused(SpecError, "none of its 361", "chr_10", "NC_018210.1"):
        contents(tmp_path, class_files(), References(tmp_path / "genome.fa"), PreprocessSpec())


def test_a_track_on_some_chromosomes_only(tmp_path: Path) -> None:
    regions = tmp_path / "regions.bed"
    regions.write_text("chr_10\t0\t160000\nchr_77\t5\t9\n")
    references = References(REAL_DATA / "genome.fa", tracks={"mine": regions})
    spec = SPEC.model_copy(update={"branches": ()})
    result, found = contents(tmp_path, class_files(), references, spec)
    assert len(result.rejections) == 0  # a place without regions lies outside of them
    np.testing.assert_array_equal(found["mine"].min(axis=1), found["chrom"] == b"chr_10")
    assert set(result.spec.encodings) == {"mine"}


def write_fasta(path: Path, records: Sequence[tuple[str, str]]) -> Path:
    path.write_text("".join(f">{name}\n{letters}\n" for name, letters in records))
    return path


def test_ready_sequences_by_hand(tmp_path: Path) -> None:
    a = write_fasta(
        tmp_path / "a.fa",
        [("s1", "acgtacgt"), ("s2", "GGCAU"), ("s1", "TTTTT"), ("s3", "RCG"), ("s4", "ACGTAC")],
    )
    b = write_fasta(tmp_path / "b.fa", [("s1", "TTGGCCAA"), ("s5", "CCCCC")])
    classes = [ClassFile("a", a, "sequences"), ClassFile("b", b, "sequences")]
    spec = PreprocessSpec(window=5, ratio=(1, 0, 0))
    result = preprocess(
        classes, References(), spec, output=tmp_path / "d.h5", rejected=tmp_path / "rejected.tsv"
    )
    with Dataset(tmp_path / "d.h5") as dataset:
        rows = np.arange(dataset.n_windows)
        windows = dataset.windows(rows)
        letters = decode(dataset.branch("sequence", rows), SEQUENCE)
        assert dataset.spec.ready_classes == ("a", "b")
        assert dataset.provenance["inputs_sha256"].keys() == {"sequences:a", "sequences:b"}
    found = {
        (int(windows.label[i]), windows.locus(i)[:3], int(windows.pad_left[i]), letters[i])
        for i in rows
    }
    assert found == {
        (0, ("s1", 2, 7), 0, "GTACG"),
        (0, ("s2", 0, 5), 0, "GGCAT"),
        (0, ("s3", 0, 3), 1, "NNCGN"),  # padded in the middle of the window, not shifted
        (0, ("s4", 1, 6), 0, "CGTAC"),
        (1, ("s1", 2, 7), 0, "GGCCA"),
        (1, ("s5", 0, 5), 0, "CCCCC"),
    }
    assert len(windows.chroms) == 6  # s1 of a is another one than s1 of b
    assert result.n_intervals == {"a": 5, "b": 2}
    assert (tmp_path / "rejected.tsv").read_text().splitlines()[1:] == [
        "a\ta.fa\t5\t>s1\ta record of the same name stands in line 1"
    ]
    assert result.summary.chromosomes == {}
    assert result.summary.n_padded.tolist() == [1, 0]
    assert result.summary.n_unknown_bases == 1


@pytest.mark.parametrize("placement", ["center", "random"])
@pytest.mark.parametrize("edge", ["shift", "pad", "drop"])
def test_ready_sequences_beside_real_intervals(tmp_path: Path, edge: str, placement: str) -> None:
    fasta = pyfaidx.Fasta(str(REAL_DATA / "genome.fa"), as_raw=True, rebuild=False)
    rng = np.random.default_rng(3)
    letters = {
        f"chr_{10 + i % 4}" if i < 4 else f"seq{i}": fasta["chr_13"][start : start + size]
        for i, (start, size) in enumerate(rng.integers((0, 20), (150_000, 70), (90, 2)).tolist())
    }
    ready = ClassFile("ready", write_fasta(tmp_path / "ready.fa", [*letters.items()]), "sequences")
    spec = PreprocessSpec(branches="sequence,structure", window=40, edge=edge, placement=placement)
    result, found = contents(
        tmp_path, [class_files()[0], ready], References(REAL_DATA / "genome.fa"), spec
    )
    counts = np.bincount(found["label"], minlength=2)
    n_rejected = [len(result.rejections.of_class(label)) for label in (0, 1)]
    assert (counts + n_rejected).tolist() == [361, 90]
    is_short = np.array([len(text) < 40 for text in letters.values()])
    assert n_rejected[1] == (is_short.sum() if edge == "drop" else 0)
    sequences = decode(found["sequence"], SEQUENCE)
    for row in np.flatnonzero(found["label"] == 1):
        own = letters[found["chrom"][row].decode()].upper()
        left, right = found["pad_left"][row], found["pad_right"][row]
        expected = "N" * left + own[found["start"][row] : found["end"][row]] + "N" * right
        assert sequences[row] == expected
        assert (left + right > 0) == (len(own) < 40)
        assert left + right == max(0, 40 - len(own))
    with refused(SpecError, "ready", "ready sequences", "conservation"):
        contents(tmp_path, [class_files()[0], ready], REFERENCES)
    with refused(SpecError, "chromosome", "ready sequences"):
        contents(
            tmp_path,
            [class_files()[0], ready],
            References(REAL_DATA / "genome.fa"),
            PreprocessSpec(window=20, split="chromosome"),
        )
