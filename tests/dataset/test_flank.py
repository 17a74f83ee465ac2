"""The flank that a dataset keeps on each side of its windows."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from enngene_core.branches.codes import decode
from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.encode import check_memory
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.preprocess import PreprocessResult, preprocess
from enngene_core.dataset.sources import References
from enngene_core.dataset.split import split
from enngene_core.errors import InsufficientMemoryError
from enngene_core.intervals.windows import COLUMNS
from enngene_core.specs.branches import SEQUENCE
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.preprocess import DatasetSpec, PreprocessSpec
from enngene_core.specs.split import SplitSpec
from enngene_core.specs.splitting import SPLITS
from tests.core_fixtures import REAL_DATA
from tests.refusal import refused

ONE_CORE = ExecutionSpec(threads=1)
WIDTH, FLANK = 40, 15
REFERENCES = References(
    REAL_DATA / "genome.fa",
    (REAL_DATA / "phyloP.bw",),
    {"scores": REAL_DATA / "phyloP.wigFix.gz", "coding": REAL_DATA / "exons.bed"},
)
#: Windows, or their flanks, reach past an end.
ENDS = "chr_10\t3\t30\tend\t0\t-\nchr_11\t30\t50\tend\t0\t+\nchr_12\t159950\t159990\tend\t0\t-\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some real intervals of two classes, and some at chromosomes' ends."""
    folder = tmp_path_factory.mktemp("flank")
    for name in ("exons", "introns"):
        lines = (REAL_DATA / f"{name}.bed").read_text().splitlines(keepends=True)[::6]
        (folder / f"{name}.bed").write_text("".join(lines) + (ENDS if name == "exons" else ""))
    return folder


def made(folder: Path, name: str, **spec: object) -> PreprocessResult:
    return preprocess(
        [ClassFile(name, folder / f"{name}.bed") for name in ("exons", "introns")],
        REFERENCES,
        PreprocessSpec(**{"branches": "sequence,structure,conservation", **spec}),
        output=folder / f"{name}.h5",
        for_report=True,
        execution=ONE_CORE,
    )


def read(path: Path, *, flank: int = 0) -> tuple[DatasetSpec, dict[str, list], dict]:
    with Dataset(path) as dataset:
        rows = np.arange(dataset.n_windows)
        windows = dataset.windows(rows)
        columns = {name: getattr(windows, name).tolist() for name in COLUMNS}
        columns |= {"split": dataset.split.tolist()}
        names = dataset.spec.encodings
        return dataset.spec, columns, {n: dataset.branch(n, rows, flank=flank) for n in names}


@pytest.mark.parametrize("structure", ["mfe", "unpaired"])
def test_flanks_are_what_lies_beside_the_windows(folder: Path, structure: str) -> None:
    """Three ways to the same values: no flank, a flank, and windows as wide as both."""
    common = {"edge": "pad", "split": "chromosome", "structure": structure}
    plain = made(folder, "plain", window=WIDTH, **common)
    kept = made(folder, "kept", window=WIDTH, flank=FLANK, **common)
    made(folder, "wide", window=WIDTH + 2 * FLANK, **common)
    spec, columns, inside = read(folder / "kept.h5")
    _, plain_columns, alone = read(folder / "plain.h5")
    _, _, wide = read(folder / "wide.h5")
    _, _, everything = read(folder / "kept.h5", flank=FLANK)
    assert spec.flank == FLANK and spec.window == WIDTH
    assert columns == plain_columns
    assert list(inside) == ["sequence", "structure", "conservation", "scores", "coding"]
    for name, values in inside.items():
        if name != "structure":  # whose flanks fold with it
            np.testing.assert_array_equal(values, alone[name])
        np.testing.assert_array_equal(everything[name], wide[name])
        np.testing.assert_array_equal(everything[name][:, FLANK:-FLANK], values)
    _, _, part = read(folder / "kept.h5", flank=4)
    np.testing.assert_array_equal(part["scores"], wide["scores"][:, FLANK - 4 : 4 - FLANK])

    assert kept.rejections.by_kind() == plain.rejections.by_kind()
    assert kept.summary.n_unknown_bases == plain.summary.n_unknown_bases
    for name in ("conservation", "scores", "coding"):
        found, expected = kept.summary.profiles[name], plain.summary.profiles[name]
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)
    for name, values in plain.summary.gc.items():
        np.testing.assert_array_equal(kept.summary.gc[name], values)
    assert kept.checks is not None and plain.checks is not None
    assert kept.checks.signals == plain.checks.signals


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """One chromosome of 20 bases, and two classes of windows on both strands."""
    (tmp_path / "genome.fa").write_text(">c\nAACCGTTGCATAGGCTTACG\n")
    (tmp_path / "a.bed").write_text("c\t8\t12\tx\t0\t+\nc\t1\t5\tx\t0\t+\n")
    (tmp_path / "b.bed").write_text("c\t9\t13\tx\t0\t-\nc\t16\t20\tx\t0\t-\n")
    return tmp_path


def test_both_strands_and_both_ends_by_hand(small: Path) -> None:
    preprocess(
        [ClassFile(name, small / f"{name}.bed") for name in "ab"],
        References(small / "genome.fa"),
        PreprocessSpec(window=4, flank=3, ratio=(1, 0, 0), allow_overlap=True),
        output=small / "dataset.h5",
    )
    _, columns, branches = read(small / "dataset.h5", flank=3)
    shown = dict(zip(columns["start"], decode(branches["sequence"], SEQUENCE), strict=True))
    assert shown == {
        8: "TTGCATAGGC",  # TTG CATA GGC
        1: "NNAACCGTTG",
        9: "AGCCTATGCA",  # the reverse complement of TGC ATAG GCT
        16: "NNNCGTAAGC",
    }
    with h5py.File(small / "dataset.h5") as file:
        assert file["branches/sequence"].shape == (4, 10)


def test_records_give_their_own_flanks(tmp_path: Path) -> None:
    (tmp_path / "a.fa").write_text(">long\nAACCGTTGCA\n>short\nGGTT\n")
    (tmp_path / "b.fa").write_text(">five\nACGTT\n")
    preprocess(
        [ClassFile(name, tmp_path / f"{name}.fa", "sequences") for name in "ab"],
        References(),
        PreprocessSpec(window=4, flank=2, ratio=(1, 0, 0)),
        output=tmp_path / "dataset.h5",
    )
    _, columns, branches = read(tmp_path / "dataset.h5", flank=2)
    names = [name.decode() for name in columns["name"]]
    shown = dict(zip(names, decode(branches["sequence"], SEQUENCE), strict=True))
    assert shown == {"long": "ACCGTTGC", "short": "NNGGTTNN", "five": "NNACGTTN"}


@pytest.mark.parametrize(("flank", "is_reached"), [(4, False), (5, True)])
@pytest.mark.parametrize("how", ["random", "given"])
def test_what_a_flank_reaches_stays_together(
    tmp_path: Path, flank: int, is_reached: bool, how: str
) -> None:
    """Pairs of windows of 6 with 4 bases between them; one window of each class lies alone."""
    bases = np.random.default_rng(0).choice(list("ACGT"), 2000)
    (tmp_path / "genome.fa").write_text(f">c\n{''.join(bases)}\n")
    for label, name in enumerate("ab"):
        starts = [100 * i + 10 * label for i in range(1, 19)]
        rows = [f"c\t{s}\t{s + 6}\tx|{('train', 'test')[label]}\n" for s in starts]
        alone = 1900 + 50 * label
        (tmp_path / f"{name}.bed").write_text("".join(rows) + f"c\t{alone}\t{alone + 6}\tx|train\n")
    result = preprocess(
        [ClassFile(name, tmp_path / f"{name}.bed") for name in "ab"],
        References(tmp_path / "genome.fa"),
        PreprocessSpec(window=6, flank=flank, split=how, ratio=(1, 0, 1)),
        output=tmp_path / "dataset.h5",
        for_report=True,
    )
    assert result.checks is not None
    assert all(row.overlapping == 0 for row in result.checks.leakage.rows)
    if how == "given":
        expected = {"overlaps a window of the test split": 18} if is_reached else {}
        assert result.rejections.by_kind() == expected
        return
    _, columns, _ = read(tmp_path / "dataset.h5")
    split_of = dict(zip(columns["start"], columns["split"], strict=True))
    crossing = [split_of[100 * i] != split_of[100 * i + 10] for i in range(1, 19)]
    assert any(crossing) != is_reached


def test_leakage_counts_what_a_flank_reaches(folder: Path) -> None:
    spec = {"branches": "sequence", "window": 200, "allow_overlap": True, "ratio": (1, 0, 1)}
    found = made(folder, "allowed", flank=800, **spec).checks
    assert found is not None
    _, columns, _ = read(folder / "allowed.h5")
    rows = list(zip(*(columns[name] for name in ("chrom", "start", "end", "split")), strict=True))
    training = [row for row in rows if SPLITS[row[3]] == "train"]
    expected = sum(
        any(t[0] == c and s < t[2] + 800 and t[1] - 800 < e for t in training)
        for c, s, e, of in rows
        if SPLITS[of] == "test"
    )
    leakage = found.leakage.of("test")
    assert leakage is not None and leakage.overlapping == expected > 0


@pytest.mark.parametrize("how", ["random", "chromosome"])
def test_another_division_keeps_the_flank(folder: Path, how: str) -> None:
    common = {"window": WIDTH, "flank": FLANK, "branches": "sequence,conservation"}
    made(folder, "first", seed=5, **common)
    made(folder, "expected", split=how, **common)
    result = split(
        folder / "first.h5", SplitSpec(split=how), output=folder / "found.h5",
        for_report=True,
    )  # fmt: skip
    assert result.spec.flank == FLANK
    assert result.summary.profiles["conservation"].shape == (2, WIDTH)
    found, expected = (read(folder / f"{n}.h5", flank=FLANK) for n in ("found", "expected"))
    assert found[:2] == expected[:2]
    for name, values in expected[2].items():
        np.testing.assert_array_equal(found[2][name], values)


def test_a_bad_score_is_named_at_its_place_in_the_file(folder: Path) -> None:
    made(folder, "bad", window=WIDTH, flank=FLANK, branches="conservation")
    with h5py.File(folder / "bad.h5", "r+") as file:
        file["branches/conservation"][3, FLANK] = np.nan
    with Dataset(folder / "bad.h5") as dataset, pytest.raises(ValueError, match="position 15"):
        dataset.branch("conservation", np.arange(9))


def test_flanks_take_memory() -> None:
    spec = DatasetSpec(window=10, flank=45, classes=("a", "b"))
    check_memory(10**5, spec, ("sequence",), ExecutionSpec(memory=3))
    with refused(InsufficientMemoryError, "flanks of 45", "29 MiB", "--flank"):
        check_memory(10**5, spec, ("sequence",), ExecutionSpec(memory=3), flank=45)
