from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enngene_core.formats.genomes.file import open_genome
from enngene_core.intervals.composition import Composition, survey

GENOME = Path(__file__).parents[2] / "test-data" / "genome.fa"


def surveyed(path: Path) -> tuple[Composition, dict[str, str]]:
    with open_genome(path) as genome:
        letters = {chrom: genome.read(chrom).tobytes().decode() for chrom in genome.chrom_sizes}
        return survey(genome), letters


def check(composition: Composition, letters: dict[str, str], rng: np.random.Generator) -> None:
    """Counts of random stretches are those that a plain loop finds."""
    for index, (chrom, text) in enumerate(letters.items()):
        bounds = np.sort(rng.integers(0, len(text) + 1, (30, 2)), axis=1)
        bounds[0] = 0, len(text)
        start, end = bounds.T + composition.offset[index]
        parts = [text[a:b] for a, b in bounds]
        n_gc = [part.count("G") + part.count("C") for part in parts]
        n_known = [sum(map(part.count, "ACGTU")) for part in parts]
        assert composition.chroms[index] == chrom
        assert composition.gc_count(start, end).tolist() == n_gc
        n_unknown = [len(part) - n for part, n in zip(parts, n_known, strict=True)]
        assert composition.unknown_count(start, end).tolist() == n_unknown
        shares = [gc / n if n else np.nan for gc, n in zip(n_gc, n_known, strict=True)]
        np.testing.assert_array_equal(composition.gc_content(start, end), shares)
        assert (composition.chrom_at(start[end > start]) == index).all()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    genome=st.lists(st.text("ACGTNUR", min_size=1, max_size=200), min_size=1, max_size=4),
    seed=st.integers(0, 9),
)
def test_counts_are_those_of_a_loop(genome: list[str], seed: int, tmp_path: Path) -> None:
    path = tmp_path / "genome.fa"
    path.write_text("".join(f">chr{i}\n{text}\n" for i, text in enumerate(genome)))
    check(*surveyed(path), np.random.default_rng(seed))


def test_words_that_are_full(tmp_path: Path) -> None:
    path = tmp_path / "genome.fa"
    path.write_text(f">a\n{'G' * 64}\n>b\n{'C' * 128}\n>c\n{'N' * 64}\n")
    composition, letters = surveyed(path)
    assert (composition.offset[1:] > composition.end[:-1]).all()
    check(composition, letters, np.random.default_rng(0))


def test_runs_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("enngene_core.intervals.composition._BLOCK", 64)
    rng = np.random.default_rng(4)
    texts = [
        "".join(rng.choice(["ACGGT", "N" * 40, "CCG"], 60).tolist()),
        "A" * 60 + "N" * 200 + "C" * 4,
        "N" * 128,
        "GN" * 64,
    ]
    path = tmp_path / "genome.fa"
    path.write_text("".join(f">chr{i}\n{text}\n" for i, text in enumerate(texts)))
    composition, letters = surveyed(path)
    runs = composition.unknown_end[1:] - composition.unknown_start[1:]
    assert runs.sum() == sum(text.count("N") for text in texts)
    assert runs[-66:-64].tolist() == [200, 128]
    check(composition, letters, rng)


def test_real_genome() -> None:
    composition, letters = surveyed(GENOME)
    assert any("N" in text for text in letters.values())
    check(composition, letters, np.random.default_rng(1))
