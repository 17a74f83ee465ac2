"""Each kind of bad input ends as one line, exit code 1, and no output at all."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pyBigWig
import pytest

ROOT = Path(__file__).parents[2]
DATA = ROOT / "test-data"
ENNGENE = str(Path(sys.executable).with_name("enngene"))


def run(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ENNGENE, *map(str, words)], cwd=folder, capture_output=True, text=True, timeout=120
    )


def assert_one_line(folder: Path, words: list, *expected: str) -> None:
    before = sorted(folder.rglob("*"))
    finished = run(folder, *words)
    assert finished.returncode == 1, finished
    assert finished.stderr.count("\n") == 1, finished.stderr
    assert "Traceback" not in finished.stderr
    for text in expected:
        assert text in finished.stderr, finished.stderr
    assert sorted(folder.rglob("*")) == before  # nothing written, nothing lost


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("exons.bed", "introns.bed"):
        shutil.copy(DATA / name, tmp_path)
    return tmp_path


def preprocess(*changes: str | Path, **replaced: str | Path) -> list:
    classes = {"exons": "exons.bed", "introns": "introns.bed"}
    flags = {"fasta": DATA / "genome.fa", "output": "dataset.h5", "rejected": "rejected.tsv"}
    for name, value in replaced.items():
        (classes if name in classes else flags)[name] = value
    words: list = ["preprocess"]
    for name, path in classes.items():
        words += ["--intervals", f"{name}={path}"]
    for name, path in flags.items():
        words += [f"--{name}", path]
    return words + list(changes)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("chr_10\t120\t120", "end 120 is not greater than start 120"),
        ("chr_10\tten\t120", "found 'ten' as start; expected a whole number"),
        ("chr_10 100 120", "found 1 tab-separated column; expected at least chromosome"),
        ("chr_10\t100\t120\tx\t0\tplus", "found strand 'plus' in column 6; expected + - or ."),
        ("chr_10\t-5\t120", "found '-5' as start"),
    ],
)
def test_bad_line_of_a_bed_file_is_named(folder: Path, line: str, expected: str) -> None:
    (folder / "exons.bed").write_text(f"# comment\nchr_10\t100\t200\n{line}\n")
    assert_one_line(folder, preprocess(), "IntervalError: class exons: exons.bed, line 3", expected)


def test_empty_and_missing_files(folder: Path) -> None:
    (folder / "empty").touch()
    assert_one_line(folder, preprocess(exons="empty"), "empty: found an empty file; expected a BED")
    assert_one_line(folder, preprocess(fasta="empty"), "GenomeError: empty: ", "empty; expected")
    assert_one_line(folder, preprocess(exons="nowhere.bed"), "nowhere.bed: no such file")
    assert_one_line(folder, preprocess(output="nowhere/d.h5"), "nowhere/d.h5: its folder does not")


def test_one_class_only(folder: Path) -> None:
    words = ["preprocess", "--intervals", "exons=exons.bed", "--fasta", DATA / "genome.fa"]
    assert_one_line(folder, [*words, "--output", "d.h5"], "found only 'exons'", "expected two")


def test_two_classes_of_one_name(folder: Path) -> None:
    words = preprocess("--intervals", "exons=introns.bed")
    assert_one_line(folder, words, "class 'exons' is given 2 times")


def test_contig_that_the_reference_lacks(folder: Path) -> None:
    with open(folder / "exons.bed", "a") as handle:
        handle.write("chrUn\t5\t50\n")
    finished = run(folder, *preprocess())
    assert finished.returncode == 0
    assert "1 input rows rejected" in finished.stdout
    rejected = (folder / "rejected.tsv").read_text().splitlines()
    assert rejected[1:] == [
        "exons\texons.bed\t362\tchrUn 5 50\tchromosome chrUn is not in the genome"
    ]

    (folder / "exons.bed").write_text("chrUn\t5\t50\n")
    for name in ("dataset.h5", "rejected.tsv"):
        (folder / name).unlink()
    assert_one_line(
        folder, preprocess(), "none of its 1 intervals", "chrUn is not in the genome", "chr_10"
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (">chr_10\n>chr_11\n", "holds no sequence"),
        ("chr_10\t5\n", "expected FASTA"),
        (">chr_10\nACGT\n>chr_10\nACGT\n", "chr_10"),
    ],
)
def test_fasta_without_sequence(folder: Path, content: str, expected: str) -> None:
    (folder / "bad.fa").write_text(content)
    assert_one_line(folder, preprocess(fasta="bad.fa"), "GenomeError: bad.fa:", expected)


def test_bigwig_of_another_assembly(folder: Path) -> None:
    for name, sizes in {"longer.bw": [("chr_10", 160_001)], "other.bw": [("chr1", 500)]}.items():
        bigwig = pyBigWig.open(str(folder / name), "w")
        bigwig.addHeader(sizes)
        bigwig.addEntries([sizes[0][0]], [10], ends=[20], values=[1.0])
        bigwig.close()
    words = ("--branches", "sequence,conservation", "--conservation")
    assert_one_line(
        folder, preprocess(*words, "longer.bw"), "longer.bw: chr_10 has 160001 bp, but 160000 bp in"
    )
    assert_one_line(folder, preprocess(*words, "other.bw"), "other.bw: has no chromosome of")
    assert_one_line(folder, preprocess(*words, "exons.bed"), "exons.bed: found neither bigWig nor")
    assert_one_line(folder, preprocess(*words[:2]), "the conservation branch needs a bigWig")


def test_window_longer_than_every_chromosome(folder: Path) -> None:
    (folder / "short.fa").write_text(">chr_10\nACGTACGTAC\n")
    (folder / "exons.bed").write_text("chr_10\t2\t8\n")
    words = preprocess("--window", "12", "--edge", "drop", fasta="short.fa")
    assert_one_line(folder, words, "exons.bed: none of its 1", "12 nt", "(10 nt)")
    assert_one_line(folder, preprocess("--window", "1000000"), "--window: found", "10000")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--windw", "5"], "--windw"),
        (["--window", "ten"], "--window: found"),
        (["--ratio", "0:1:1"], "the share of training data must not be 0"),
        (["--split", "given"], "no interval says its split"),
        (["--split-table", "exons.bed"], "--split-table is for --split given only"),
        (["--reduce", "exons"], "--reduce: found 'exons'; expected NAME=500"),
        (["--edge", "wrap"], "--edge"),
        (["--structure-flank", "5"], "need --structure unpaired"),
        (["--track", "phyloP.bw"], "--track phyloP.bw: expected NAME=FILE"),
        (["--feature", "exon"], "--feature exon: no file is GFF3 or GTF"),
        (
            [
                "--split",
                "chromosome",
                "--validation-chromosomes",
                "chr_77",
                "--test-chromosomes",
                "chr_10",
            ],
            "chromosome chr_77 has no window",
        ),
    ],
)
def test_bad_parameters(folder: Path, words: list[str], expected: str) -> None:
    assert_one_line(folder, preprocess(*words), expected)


def test_dataset_that_is_not_one(folder: Path) -> None:
    words = ["train", "--dataset", "exons.bed", "--output", "model.zip"]
    assert_one_line(folder, words, "exons.bed: not an HDF5 file", "expected a dataset")


@pytest.mark.parametrize("kind", ["random zip", "truncated", "path with .."])
def test_bundle_that_is_not_one(folder: Path, kind: str) -> None:
    bundle = folder / "model.zip"
    shutil.copy(DATA / "model.zip", bundle)
    if kind == "truncated":
        bundle.write_bytes(bundle.read_bytes()[:5000])
    else:
        mode = "w" if kind == "random zip" else "a"
        with zipfile.ZipFile(bundle, mode) as archive:
            archive.writestr("x.txt" if mode == "w" else "../escaped.txt", "x")
    words = ["predict", "--model", "model.zip", "--intervals", "exons.bed"]
    words += ["--fasta", str(DATA / "genome.fa"), "--output", "p.tsv"]
    expected = {"random zip": "'x.txt'", "truncated": "cut short", "path with ..": "'../escaped"}
    assert_one_line(folder, words, "BundleError: model.zip", expected[kind])
    assert not (folder.parent / "escaped.txt").exists()


def test_existing_output_survives_a_failure(folder: Path) -> None:
    (folder / "dataset.h5").write_text("precious")
    (folder / "exons.bed").write_text("chr_10\t5\t5\n")
    assert_one_line(folder, preprocess(), "end 5 is not greater than start 5")
    assert (folder / "dataset.h5").read_text() == "precious"


def test_too_little_memory_has_an_exit_code_of_its_own(folder: Path) -> None:
    words = preprocess("--window", "1000", "--memory", "1")
    finished = run(folder, *words)
    assert finished.returncode == 137  # as of a process that the kernel killed for it
    assert finished.stderr.startswith("InsufficientMemoryError: 624 windows of 1000 need")
    assert finished.stderr.count("\n") == 1
    assert not (folder / "dataset.h5").exists()
