from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enngene_core.errors import GenomeError
from enngene_core.formats.genomes.file import open_genome
from tests.formats.genome_files import gather_all, put, read_all, stretches_of
from tests.formats.twobit_files import twobit
from tests.refusal import refused

REAL_DATA = Path(__file__).parents[2] / "test-data"
GENOME = {"chr1": "ACGTNNacgtACG", "chr2": "nnGG", "none": "", "last": "T" * 9 + "N"}
LETTERS = {"chr1": b"ACGTNNACGTACG", "chr2": b"NNGG", "none": b"", "last": b"TTTTTTTTTN"}

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("name", ["genome.2bit", "genome.fa", "dataset_1.dat"])
def test_both_byte_orders_under_any_name(tmp_path: Path, order: str, name: str) -> None:
    assert read_all(put(tmp_path, twobit(GENOME, order), name)) == LETTERS


def test_the_smallest_file_by_hand(tmp_path: Path) -> None:
    # 9 bases of "c": TCAGT with codes 0 1 2 3 0, its second base masked, its third unknown.
    header = "4327411a 00000000 01000000 00000000  01 63 16000000"
    record = "05000000  01000000 02000000 01000000  01000000 01000000 01000000  00000000  1b 00"
    path = put(tmp_path, bytes.fromhex(header + record))
    assert read_all(path) == {"c": b"TCNGT"}


@same_folder
@given(
    st.dictionaries(st.text("abc12", min_size=1), st.text("ACGTNacgtn", max_size=40), min_size=1),
    st.sampled_from("<>"),
    st.integers(1, 20),
)
def test_any_genome_comes_back(
    tmp_path: Path, genome: dict[str, str], order: str, width: int
) -> None:
    path = put(tmp_path, twobit(genome, order))
    expected = {name: letters.upper().encode() for name, letters in genome.items()}
    if not any(genome.values()):
        with refused(GenomeError, path, "no sequence"):
            open_genome(path)
        return
    assert read_all(path) == expected
    assert gather_all(path, width) == stretches_of(expected, width)


def test_the_real_genome_is_the_same_as_in_fasta() -> None:
    assert read_all(REAL_DATA / "genome.2bit") == read_all(REAL_DATA / "genome.fa")
    rng = np.random.default_rng(1)
    chrom = rng.integers(0, 4, 500)
    start = rng.integers(0, 160_000 - 91, 500)
    with (
        open_genome(REAL_DATA / "genome.2bit") as packed,
        open_genome(REAL_DATA / "genome.fa") as plain,
    ):
        np.testing.assert_array_equal(
            packed.gather(chrom, start, width=91), plain.gather(chrom, start, width=91)
        )


WHOLE = twobit(GENOME)


def changed(place: int, number: int) -> bytes:
    return WHOLE[:place] + number.to_bytes(4, "little") + WHOLE[place + 4 :]


# chr1's record begins at byte 52: size, one run of N, one masked run, reserved, bases.
FIRST = 16 + 9 + 9 + 9 + 9


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (WHOLE[:4], ("cut short", "header")),
        (WHOLE[:20], ("cut short", "index")),
        (WHOLE[: FIRST + 6], ("cut short", "chr1")),
        (WHOLE[:-1], ("cut short", "last")),
        (twobit(GENOME, version=1), ("version 1", "version 0")),
        (twobit({"": "ACGT"}), ("without a name",)),
        (twobit({"a\n": "ACGT"}), ("printable",)),
        (twobit({"a": ""}), ("no sequence",)),
        (twobit({}), ("no sequence",)),
        (twobit({"a": "A", "b": "C"}).replace(b"b", b"a", 1), ("named a", "once")),
        (changed(8, 5), ()),
        (changed(8, 0xFFFFFFFF), ("2,000,000",)),
        (changed(21, 0xFFFFFFFF), ("chr1",)),
        (changed(FIRST, 0xFFFFFFFF), ("chr1",)),
        (changed(FIRST + 4, 0xFFFFFFFF), ("chr1",)),
        (changed(FIRST + 8, 0xFFFFFFFF), ("chr1",)),
        (changed(FIRST + 12, 0xFFFFFFFF), ("chr1",)),
        (changed(FIRST + 16, 0xFFFFFFFF), ("chr1",)),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes, words: tuple[str, ...]) -> None:
    path = put(tmp_path, content, "genome.2bit")
    with refused(GenomeError, path, *words), open_genome(path):
        pass


def test_runs_out_of_order_are_refused(tmp_path: Path) -> None:
    whole = bytearray(twobit({"a": "NANA"}))
    starts = len(whole) - 1 - 4 - 4 - 16
    assert whole[starts : starts + 8] == b"\0\0\0\0\2\0\0\0"
    whole[starts], whole[starts + 4] = 2, 0
    path = put(tmp_path, bytes(whole))
    with refused(GenomeError, path, "damaged"):
        open_genome(path)


def test_records_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    # A thousand names of one record would make a small file fill the memory.
    names = {f"{i:04}": "A" for i in range(1000)}
    whole = twobit({**names, "last": "AN" * 500})
    record = whole[-(16 + 8 * 500 + 250) :]
    place = len(whole) - len(record)
    assert record[:8] == (1000).to_bytes(4, "little") + (500).to_bytes(4, "little")
    index = b"".join(b"\4" + name.encode() + place.to_bytes(4, "little") for name in names)
    path = put(tmp_path, whole[:16] + index + whole[16 + len(index) :])
    with refused(GenomeError, path, "damaged"):
        open_genome(path)


@same_folder
@given(st.data())
def test_any_damage_is_refused_or_harmless(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(WHOLE[: data.draw(st.integers(9, len(WHOLE)))])
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(8, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    path = put(tmp_path, bytes(content))
    try:
        found = read_all(path)
    except GenomeError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert all(set(letters) <= set(b"ACGTN") for letters in found.values())
