import shutil
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyBigWig
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enngene_core.errors import SignalError
from enngene_core.formats.signals.bigwig import BigWig
from tests.core_fixtures import REAL_DATA
from tests.formats.bigwig_files import Section, bedgraph, bigwig, fixed, variable
from tests.refusal import refused

NAN = np.nan


def read(path: Path, chrom: str, *stretches: tuple[int, int]) -> list[np.ndarray]:
    """Scores of some stretches."""
    with BigWig(path) as signal:
        blocks = list(signal.blocks({chrom: np.array(stretches)}))
    assert [(name, start) for name, start, _ in blocks] == [(chrom, s) for s, _ in stretches]
    assert all(scores.dtype == np.float32 for _, _, scores in blocks)
    return [scores for _, _, scores in blocks]


def written(folder: Path, content: bytes) -> Path:
    path = folder / "scores.bw"
    path.write_bytes(content)
    return path


@pytest.fixture
def by_hand(tmp_path: Path) -> Path:
    """Scores 1, 2, 3 at chr1:2-5 and nothing else."""
    path = tmp_path / "scores.bw"
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([("chr1", 10), ("chr2", 6)])
        file.addEntries("chr1", 2, values=[1.0, 2.0, 3.0], span=1, step=1)
    return path


def test_scores_and_missing_ones(by_hand: Path) -> None:
    with BigWig(by_hand) as signal:
        assert signal.chrom_sizes == {"chr1": 10, "chr2": 6}
        assert signal.chroms == {"chr1", "chr2"}
    first, second, third = read(by_hand, "chr1", (1, 3), (4, 5), (5, 7))
    np.testing.assert_array_equal(first, [NAN, 1])
    np.testing.assert_array_equal(second, [3])
    np.testing.assert_array_equal(third, [NAN, NAN])
    np.testing.assert_array_equal(read(by_hand, "chr2", (0, 6))[0], [NAN] * 6)


def test_a_file_without_scores(tmp_path: Path) -> None:
    path = tmp_path / "scores.bw"
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([("chr1", 10)])
    np.testing.assert_array_equal(read(path, "chr1", (0, 3))[0], [NAN] * 3)


def test_the_name_of_the_file_says_nothing(by_hand: Path, tmp_path: Path) -> None:
    path = tmp_path / "dataset_1.dat"
    shutil.copy(by_hand, path)
    assert read(path, "chr1", (4, 5))[0].tolist() == [3]


@pytest.mark.parametrize("is_packed", [True, False])
def test_every_kind_of_block(tmp_path: Path, is_packed: bool) -> None:
    sections = [
        fixed(2, [1, 2]),
        fixed(10, [3, 4], step=4, span=2),
        bedgraph([(20, 23, 5), (23, 24, 6), (26, 27, 7)]),
        variable([(30, 8), (35, 9)], span=3),
    ]
    path = written(tmp_path, bigwig(sections, is_packed=is_packed))
    expected = np.full(40, NAN, np.float32)
    for start, end, score in (
        *((2, 3, 1), (3, 4, 2), (10, 12, 3), (14, 16, 4), (20, 23, 5), (23, 24, 6)),
        *((26, 27, 7), (30, 33, 8), (35, 38, 9)),
    ):
        expected[start:end] = score
    np.testing.assert_array_equal(read(path, "chr1", (0, 40))[0], expected)
    for start in range(39):
        np.testing.assert_array_equal(
            read(path, "chr1", (start, start + 2))[0], expected[start : start + 2]
        )
    with pyBigWig.open(str(path)) as plain:
        np.testing.assert_array_equal(plain.values("chr1", 0, 40, numpy=True), expected)


def test_real_scores_are_those_of_pybigwig() -> None:
    rng = np.random.default_rng(1)
    edges = np.sort(rng.choice(160_000, 4000, replace=False)).reshape(-1, 2)
    with BigWig(REAL_DATA / "phyloP.bw") as signal:
        plain = pyBigWig.open(str(REAL_DATA / "phyloP.bw"))
        assert signal.chrom_sizes == plain.chroms()
        whole = np.array([[0, 160_000]])
        for chrom, start, scores in signal.blocks({"chr_10": whole, "chr_12": whole}):
            np.testing.assert_array_equal(scores, plain.values(chrom, start, 160_000, numpy=True))
        for chrom, start, scores in signal.blocks({"chr_13": edges}):
            expected = plain.values(chrom, start, start + len(scores), numpy=True)
            np.testing.assert_array_equal(scores, expected)


@st.composite
def entries(draw: st.DrawFn) -> list[tuple[int, int, float]]:
    rows, at = [], 0
    for _ in range(draw(st.integers(1, 40))):
        start = at + draw(st.integers(0, 4))
        at = start + draw(st.integers(1, 5))
        rows.append((start, at, draw(st.floats(-1e6, 1e6, width=32))))
    return rows


@given(entries(), st.lists(st.integers(0, 400), min_size=2, max_size=9, unique=True).map(sorted))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_scores_are_those_of_pybigwig(
    tmp_path: Path, rows: list[tuple[int, int, float]], edges: list[int]
) -> None:
    path = tmp_path / "scores.bw"
    starts, ends, scores = zip(*rows, strict=True)
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([("c", 400)])
        file.addEntries(["c"] * len(rows), list(starts), ends=list(ends), values=list(scores))
    stretches = list(zip(edges[::2], edges[1::2], strict=False))
    with pyBigWig.open(str(path)) as plain:
        for (start, end), found in zip(stretches, read(path, "c", *stretches), strict=True):
            np.testing.assert_array_equal(found, plain.values("c", start, end, numpy=True))


def test_another_assembly_is_refused(by_hand: Path) -> None:
    genome = Path("genome.fa")
    with BigWig(by_hand) as signal:
        signal.check_assembly({"chr1": 10, "chrUn": 3}, genome)
        with refused(SignalError, by_hand, genome, "chr1", "10 bp", "12 bp", "same assembly"):
            signal.check_assembly({"chr1": 12}, genome)
        with refused(SignalError, by_hand, genome, "found chr1, chr2", "expected I, II"):
            signal.check_assembly({"I": 10, "II": 6}, genome)


def test_an_infinite_score_is_named_where_it_is_wanted(tmp_path: Path) -> None:
    path = written(tmp_path, bigwig([fixed(5, [1, 2, np.inf])]))
    assert read(path, "chr1", (5, 7))[0].tolist() == [1, 2]
    with refused(SignalError, path, "chr1:7-8", "infinite"):
        read(path, "chr1", (5, 8))


@pytest.mark.parametrize("content", [b"", b"chr1\t1\t2\t0.5\n", b"\x26\xfc\x8f\x88" + b"\0" * 60])
def test_what_is_no_bigwig_is_refused(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)
    with refused(SignalError, path, "bigWig file"):
        BigWig(path)


def test_other_binary_files_are_named(tmp_path: Path) -> None:
    content = bigwig([fixed(5, [1])])
    path = written(tmp_path, b"\xeb\xf2\x89\x87" + content[4:])
    with refused(SignalError, path, "bigBed", "expected a bigWig"):
        BigWig(path)
    path = written(tmp_path, content[3::-1] + content[4:])
    with refused(SignalError, path, "byte order", "expected a bigWig"):
        BigWig(path)


def test_a_missing_file_and_an_address_are_not_opened(tmp_path: Path) -> None:
    for path in (tmp_path / "none.bw", Path("http://127.0.0.1:9/scores.bw")):
        with refused(SignalError, path, "no such file"):
            BigWig(path)
    with refused(SignalError, tmp_path):
        BigWig(tmp_path)


def cuts() -> Iterator[int]:
    size = (REAL_DATA / "phyloP.bw").stat().st_size
    yield from (1, 4, 30, 63, 64, 100, 432, 434, 442, 500, 100_000, 409_000)
    yield from (size - 40, size - 4, size - 3, size - 1)
    yield from np.random.default_rng(2).integers(0, size, 40).tolist()


@pytest.mark.parametrize("n_bytes", cuts())
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, n_bytes: int) -> None:
    path = written(tmp_path, (REAL_DATA / "phyloP.bw").read_bytes()[:n_bytes])
    with refused(SignalError, path, "bigWig file"):
        BigWig(path)


def test_an_old_file_may_lack_its_end(tmp_path: Path) -> None:
    content = bigwig([fixed(2, [1, 2])], version=3)
    assert read(written(tmp_path, content[:-4]), "chr1", (2, 4))[0].tolist() == [1, 2]
    with refused(SignalError, "cut short"):
        read(written(tmp_path, content[:-5]), "chr1", (2, 4))


def whole(path: Path) -> dict[str, np.ndarray]:
    """All scores of a small file."""
    with BigWig(path) as signal:
        wanted = {
            chrom: np.array([[0, min(size, 200_000)]])
            for chrom, size in signal.chrom_sizes.items()
            if size
        }
        return {chrom: scores for chrom, _, scores in signal.blocks(wanted)}


@pytest.mark.parametrize("name", ["real", "by hand"])
def test_changed_bytes_never_change_a_score_unseen(tmp_path: Path, name: str) -> None:
    content = bigwig([fixed(2, [1, 2]), bedgraph([(20, 23, 5), (26, 27, 7)])])
    content = (REAL_DATA / "phyloP.bw").read_bytes() if name == "real" else content
    sound = whole(written(tmp_path, content))
    rng = np.random.default_rng(3)
    # Header and trees are few bytes among many of scores.
    index = struct.unpack_from("<Q", content, 24)[0]
    places = [*range(434), *range(index, len(content))] if name == "real" else range(len(content))
    n_refused = 0
    for _ in range(400):
        changed = bytearray(content)
        changed[rng.choice(places)] = rng.choice([0, 1, 127, 128, 255, rng.integers(256)])
        path = written(tmp_path, bytes(changed))
        try:
            found = whole(path)
        except SignalError as error:
            assert len(str(error).splitlines()) == 1
            n_refused += 1
            continue
        for chrom in found.keys() & sound.keys():  # names and lengths may differ
            shared = min(len(found[chrom]), len(sound[chrom]))
            is_lost = np.isnan(found[chrom][:shared])
            is_same = found[chrom][:shared] == sound[chrom][:shared]
            assert (is_same | is_lost).all()
    assert 0 < n_refused < 400


def test_identifiers_are_names_not_places(tmp_path: Path) -> None:
    # Where a reader takes this one for an index, it writes far outside its list.
    path = written(tmp_path, bigwig([fixed(2, [1, 2])], ids=(0, 0x7FFFFF00)))
    assert read(path, "chr1", (2, 4))[0].tolist() == [1, 2]
    assert np.isnan(read(path, "chr2", (2, 4))[0]).all()


SOUND = fixed(2, [1, 2])
DAMAGED = {
    "an identifier twice": bigwig([SOUND], ids=(0, 0)),
    "a name twice": bigwig([SOUND], names=(b"chr1", b"chr1")),
    "a name that is no text": bigwig([SOUND], names=(b"chr1", b"\xff\xfe")),
    "a name with a newline": bigwig([SOUND], names=(b"chr1", b"c\n2")),
    "an empty name": bigwig([SOUND], names=(b"chr1", b"")),
    "more names than there are": bigwig([SOUND], n_names=1 << 40),
    "a tree that is its own child": bigwig([SOUND], is_loop=True),
    "a block of no chromosome": bigwig([SOUND], places=[(7, 2, 7, 4)]),
    "a block of two chromosomes": bigwig([SOUND], places=[(0, 2, 1, 4)]),
    "a block without bases": bigwig([SOUND], places=[(0, 4, 0, 4)]),
    "blocks that overlap": bigwig([SOUND, fixed(3, [1])]),
    "a block of another chromosome": bigwig([SOUND], places=[(1, 2, 1, 4)]),
    "a block that is elsewhere": bigwig([SOUND], places=[(0, 3, 0, 5)]),
    "a block that is longer": bigwig([SOUND], places=[(0, 2, 0, 3)]),
    "items that are not there": bigwig([replace(SOUND, n=3)]),
    "no items": bigwig([replace(SOUND, n=0)]),
    "an unknown kind": bigwig([replace(SOUND, kind=4)]),
    "a span without end": bigwig([replace(SOUND, span=0xFFFFFFFF)]),
    "no span": bigwig([replace(SOUND, span=0)]),
    "no step": bigwig([replace(SOUND, step=0)]),
    "stretches that overlap": bigwig([bedgraph([(2, 9, 1), (8, 10, 2)])]),
    "an end before its start": bigwig([bedgraph([(2, 9, 1), (12, 10, 2), (13, 14, 3)])]),
    "an end beyond its block": bigwig(
        [replace(bedgraph([(2, 0xFFFFFFFF, 1)]), end=10)], places=[(0, 2, 0, 10)]
    ),
    "positions out of order": bigwig([variable([(5, 1), (2, 1), (8, 1)], span=1)]),
    "too many bytes": bigwig([Section(3, bytes(1 << 20), 2, 2, 4)]),
    "a bomb": bigwig([Section(3, bytes(1 << 25), 2, 2, 4)]),
    "no head": bigwig([SOUND]).replace(b"\x78\x9c", b"\x78\x9d"),
}  # fmt: skip


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)
    with refused(SignalError, path, "expected a whole bigWig file"):
        whole(path)
