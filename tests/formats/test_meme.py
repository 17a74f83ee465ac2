"""Motifs in MEME's minimal format: written, read again, and refused."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from enngene_core.errors import MotifError
from enngene_core.formats.meme import WIDEST, WrittenMotif, read_meme, write_meme
from tests.refusal import refused

START = "MEME version 4\n\nALPHABET= ACGU\n\n"
MOTIF = "MOTIF QKI ACUAAY\nletter-probability matrix: alength= 4 w= 2 nsites= 20 E= 0\n"
ROWS = "1 0 0 0\n0 0.5 0 0.5\n"


def _write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@given(counts=arrays(int, st.tuples(st.integers(1, 12), st.just(4)), elements=st.integers(0, 99)))
def test_what_is_written_is_read_again(
    counts: np.ndarray, tmp_path_factory: pytest.TempPathFactory
) -> None:
    frequencies = (counts + 1) / (counts + 1).sum(axis=1, keepdims=True)
    path = tmp_path_factory.mktemp("meme") / "motifs.meme"
    motif = WrittenMotif("sequence_1", "ACGU", frequencies, 20)
    write_meme(path, [motif, motif], symbols="ACGU", background=[0.25] * 4, both_strands=False)
    found = read_meme(path)
    assert [known.name for known in found] == ["sequence_1 ACGU"] * 2
    np.testing.assert_allclose(found[0].frequencies, frequencies, atol=2e-6)


def test_a_file_as_databases_have_it_is_read(tmp_path: Path) -> None:
    text = (
        "MEME version 5.4.1\r\n\r\nALPHABET= ACGT\r\n\r\nstrands: + -\r\n\r\n"
        "Background letter frequencies (from uniform background):\r\n"
        "A 0.25000 C 0.25000 G 0.25000 T 0.25000\r\n\r\n"
        "MOTIF MA0004.1 Arnt\r\nlog-odds matrix: alength= 4 w= 1 E= 0\r\n -5 1 2 -3\r\n"
        "letter-probability matrix: alength= 4 w= 2 nsites= 20 E= 0\r\n"
        " 0.2  0.8  0.0  0.0\r\n 0.95 0.0 0.05 0.0\r\n"
        "URL http://jaspar.genereg.net/matrix/MA0004.1\r\n"
    )
    (motif,) = read_meme(_write(tmp_path / "jaspar.meme", text))
    assert motif.name == "MA0004.1 Arnt"
    assert motif.frequencies.tolist() == [[0.2, 0.8, 0, 0], [0.95, 0, 0.05, 0]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (">a\nACGT\n", ("line 1", "MEME version 4")),
        ("MEME version 3\n", ("line 1", "MEME version 3")),
        (START, ("found no motif",)),
        ("MEME version 4\nALPHABET= ACDEFGHIKLMNPQRSTVWY\n", ("line 2", "expected ACGT or ACGU")),
        ("MEME version 4\nALPHABET DNA with covalent modifications\n", ("line 2", "minimal")),
        (START + MOTIF + "1 0 0 0\n", ("line 7", "the file ends here")),
        (START + MOTIF + "1 0 0 0\n0 1 0\n", ("line 8", "four numbers")),
        (START + MOTIF + "1 0 0 0\n0 nan 0 1\n", ("line 8", "sum to 1")),
        (START + MOTIF + "1 0 0 0\n0 1 1 0\n", ("line 8", "found 0 1 1 0", "sum to 1")),
        (START + MOTIF + "1 0 0 0\n0 -1 1 1\n", ("line 8", "sum to 1")),
        (START + MOTIF + ROWS + "1 0 0 0\n", ("line 9", "found '1 0 0 0'")),
        (START + "MOTIF \n" + ROWS, ("line 5", "MOTIF NAME")),
        (START + MOTIF.split("\n")[1] + "\n" + ROWS, ("line 5", "MOTIF NAME first")),
        (START + MOTIF.replace("w= 2", f"w= {WIDEST + 1}"), ("line 6", f"1 to {WIDEST}")),
        (START + MOTIF.replace("w= 2", "w= 0"), ("line 6", "found w= 0")),
        (START + MOTIF.replace("w= 2", ""), ("line 6", "found w= nothing")),
        (START + MOTIF.replace("alength= 4", "alength= 20"), ("line 6", "alength= 20")),
    ],
)
def test_other_files_are_refused(text: str, words: tuple[str, ...], tmp_path: Path) -> None:
    path = _write(tmp_path / "bad.meme", text)
    with refused(MotifError, path, *words):
        read_meme(path)


@given(
    text=st.text(alphabet="MEMOTIF version4=ACGTw\n0.1 :letter-probability matrix", max_size=300)
)
def test_any_text_is_read_or_refused(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = _write(tmp_path_factory.mktemp("meme") / "any.meme", START + text)
    try:
        assert read_meme(path)
    except MotifError as error:
        assert len(str(error).splitlines()) == 1
