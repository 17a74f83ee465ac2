import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from Bio import bgzf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enngene_core.errors import SignalError
from enngene_core.formats.signals import wig_text
from enngene_core.formats.signals.bigwig import BigWig
from enngene_core.formats.signals.wig import Wig
from tests.core_fixtures import REAL_DATA
from tests.formats.wig_files import SCORES, WIG, read, wig_file
from tests.refusal import refused

NAN = np.nan


def check_scores(paths: Path | Sequence[Path]) -> None:
    whole = read(paths, {chrom: [(0, len(scores))] for chrom, scores in SCORES.items()})
    for chrom, expected in SCORES.items():
        np.testing.assert_array_equal(whole[chrom, 0], np.float32(expected))


def test_both_kinds_by_hand(tmp_path: Path) -> None:
    path = wig_file(tmp_path, WIG)
    check_scores(path)
    with Wig([path]) as wig:
        assert wig.chroms == {"chr1", "chr2"}
    parts = read(path, {"chr1": [(2, 3), (4, 11), (11, 12)], "chr2": [(2, 6)], "chrM": [(5, 7)]})
    np.testing.assert_array_equal(parts["chr1", 2], [1])
    np.testing.assert_array_equal(parts["chr1", 4], [NAN] * 6 + [4])
    np.testing.assert_array_equal(parts["chr1", 11], [4])
    np.testing.assert_array_equal(parts["chr2", 2], np.float32([0.25, NAN, NAN, 0.7]))
    np.testing.assert_array_equal(parts["chrM", 5], [NAN, NAN])


@pytest.mark.parametrize(
    "text",
    [
        WIG.replace("\n", "\r\n"),
        WIG.rstrip("\n"),
        WIG.rstrip("\n").replace("\n", "\r\n") + "\r",
        WIG.replace("\n", "\n\n \n"),
        WIG.replace(" ", "\t").replace("\n", " \n"),
        WIG.replace(" ", "  \t ").replace("\n", "\n\t"),
        "\ufeff" + WIG,
    ],
    ids=["CRLF", "no last newline", "both", "blank lines", "tabs", "blanks", "byte order mark"],
)
@pytest.mark.parametrize("size", [3, 7, 1 << 17])
def test_spellings_of_the_same_scores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, size: int
) -> None:
    monkeypatch.setattr(wig_text, "_PIECE", size)
    check_scores(wig_file(tmp_path, text))


def test_packed_files(tmp_path: Path) -> None:
    check_scores(wig_file(tmp_path, gzip.compress(WIG.encode()), "scores.dat"))
    with bgzf.BgzfWriter(str(tmp_path / "scores.gz")) as writer:
        writer.write(WIG.encode())
    check_scores(tmp_path / "scores.gz")


def test_a_file_for_each_chromosome(tmp_path: Path) -> None:
    lines = WIG.splitlines(keepends=True)
    first = wig_file(tmp_path, "".join(lines[:6] + lines[9:]), "chr1.wig")
    second = wig_file(tmp_path, gzip.compress("".join(lines[6:9]).encode()), "chr2.wig.gz")
    check_scores([first, second])
    check_scores([second, first])


def test_one_chromosome_in_two_files(tmp_path: Path) -> None:
    first = wig_file(tmp_path, "fixedStep chrom=1 start=1\n5\n", "first.wig")
    second = wig_file(tmp_path, "fixedStep chrom=1 start=2\n6\n", "second.wig")
    np.testing.assert_array_equal(read([first, second], {"1": [(0, 3)]})["1", 0], [5, 6, NAN])
    with refused(SignalError, second, "line 2", "1 has a second score at position 2"):
        read([wig_file(tmp_path, "fixedStep chrom=1 start=1\n5\n6\n"), second], {"1": [(0, 3)]})


def test_variable_steps_in_any_order(tmp_path: Path) -> None:
    path = wig_file(tmp_path, "variableStep chrom=c span=3\n9 2\n3 1\n6 NaN\n12 3\n")
    scores = read(path, {"c": [(0, 4), (8, 9), (10, 14)]})
    np.testing.assert_array_equal(scores["c", 0], [NAN, NAN, 1, 1])
    np.testing.assert_array_equal(scores["c", 8], [2])
    np.testing.assert_array_equal(scores["c", 10], [2, 3, 3, 3])


def test_a_chromosome_is_handed_out_when_its_last_score_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wig_text, "_PIECE", 8)
    text = "fixedStep chrom=1 start=1\n5\nfixedStep chrom=2 start=1\n6\n"
    wanted = {"1": np.array([[0, 1]]), "2": np.array([[0, 1]])}
    with Wig([wig_file(tmp_path, text + "6\n" * 1000 + "wrong\n")]) as wig:
        blocks = wig.blocks(wanted)
        assert next(blocks)[0] == "1"
        with refused(SignalError, "line 1005", "'wrong'"):
            next(blocks)


def test_real_scores_are_those_of_the_bigwig() -> None:
    whole = {f"chr_{number}": [(0, 160_000)] for number in range(10, 14)}
    found = read(REAL_DATA / "phyloP.wigFix.gz", whole)
    with BigWig(REAL_DATA / "phyloP.bw") as bigwig:
        for chrom, start, scores in bigwig.blocks({c: np.array(s) for c, s in whole.items()}):
            np.testing.assert_array_equal(found[chrom, start], scores)
            assert np.isfinite(scores).sum() > 10_000


def plain_scores(text: str, size: int) -> dict[str, np.ndarray]:
    """A line at a time, as anyone would write it."""
    scores: dict[str, np.ndarray] = {}
    for line in text.splitlines():
        words = line.split()
        if words[0] in ("fixedStep", "variableStep"):
            header = dict(word.split("=") for word in words[1:])
            of_chrom = scores.setdefault(header["chrom"], np.full(size, NAN, np.float32))
            step, span = int(header.get("step", 1)), int(header.get("span", 1))
            start = int(header.get("start", 1)) - 1
            is_fixed = words[0] == "fixedStep"
        else:
            if not is_fixed:
                start = int(words[0]) - 1
            of_chrom[start : start + span] = np.float32(float(words[-1]))
            start += step
    return scores


SCORE = st.one_of(
    st.floats(-100, 100, width=32).map(lambda score: f"{score:.3f}"),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr),
    st.integers(-99, 99).map(str),
    st.just("NaN"),
)


@st.composite
def wig_texts(draw: st.DrawFn) -> tuple[str, int]:
    """Runs on two chromosomes that share no base, and a size that holds them."""
    lines, at = [], {"a": 1, "b": 1}
    for _ in range(draw(st.integers(1, 6))):
        chrom, span = draw(st.sampled_from("ab")), draw(st.integers(1, 3))
        scores = draw(st.lists(SCORE, min_size=1, max_size=12))
        start = at[chrom] + draw(st.integers(0, 9))
        if draw(st.booleans()):
            step = span + draw(st.integers(0, 2))
            lines += [f"fixedStep chrom={chrom} start={start} step={step} span={span}", *scores]
            at[chrom] = start + step * len(scores)
        else:
            lines.append(f"variableStep chrom={chrom}" + f" span={span}" * (span > 1))
            for score in scores:
                lines.append(f"{start} {score}")
                start += span + draw(st.integers(0, 4))
            at[chrom] = start
    return "\n".join(lines), max(at.values())


@given(
    wig=wig_texts(),
    edges=st.lists(st.integers(0, 120), unique=True, max_size=12).map(sorted),
    size=st.sampled_from([1, 20, 1 << 17]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_scores_are_those_of_a_plain_reader(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wig: tuple[str, int],
    edges: list[int],
    size: int,
) -> None:
    monkeypatch.setattr(wig_text, "_PIECE", size)
    text, length = wig
    path = wig_file(tmp_path, text)
    expected = plain_scores(text, max(length, 120))
    stretches = list(zip(edges[::2], edges[1::2], strict=False))
    for wanted in ([(0, max(length, 120))], stretches):
        found = read(path, dict.fromkeys(expected, wanted))
        for (chrom, start), scores in found.items():
            np.testing.assert_array_equal(scores, expected[chrom][start : start + len(scores)])


def test_a_long_file_with_errors_and_blank_lines_far_down(tmp_path: Path) -> None:
    text = "fixedStep chrom=1 start=1\n" + "0.25\n-1.5\n" * 100_000
    scores = read(wig_file(tmp_path, text), {"1": [(0, 200_001)]})["1", 0]
    np.testing.assert_array_equal(scores[:-1], [0.25, -1.5] * 100_000)
    with refused(SignalError, "line 200004", "0.5.1"):
        read(wig_file(tmp_path, text + "\n \n0.5.1\n"), {"1": [(0, 3)]})


def test_scores_at_the_largest_of_all(tmp_path: Path) -> None:
    texts = ["3.4028235e38", "-3.4028235677e38", "1e-46", "16777217", "0.1000000014901161193847656"]
    path = wig_file(tmp_path, "fixedStep chrom=1 start=1\n" + "\n".join(texts))
    expected = np.array([float(text) for text in texts]).astype(np.float32)
    np.testing.assert_array_equal(read(path, {"1": [(0, 5)]})["1", 0], expected)
    assert np.isfinite(expected).all()
