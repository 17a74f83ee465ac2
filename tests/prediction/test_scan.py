"""Scans of a real genome, beside `predict` on the same windows."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyBigWig
import pytest

from enngene_core.dataset.sources import References
from enngene_core.errors import (
    BundleError,
    GenomeError,
    InsufficientMemoryError,
    IntervalError,
    SpecError,
)
from enngene_core.prediction.predict import predict
from enngene_core.prediction.scan import scan
from enngene_core.prediction.scan_result import ScanResult
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.scan import ScanSpec
from tests.core_fixtures import REAL_DATA, TrainedModel
from tests.models.bundles import with_config
from tests.refusal import refused

ONE_CORE = ExecutionSpec(threads=1)
GENOME = References(REAL_DATA / "genome.fa")
TRACKS = References(
    REAL_DATA / "genome.2bit",
    tracks={"phyloP": REAL_DATA / "phyloP.wigFix.gz", "introns": REAL_DATA / "introns.bed"},
    chromosome_names=REAL_DATA / "chromosome_names.tsv",
)
#: Both ends of a chromosome, both ends of another, and a stretch of genes.
REGIONS = """\
chr_13\t159700\t160000
chr_10\t0\t130
chr_10\t159930\t160000
chr_13\t53700\t54300
chr_13\t53600\t53800
"""


def regions(folder: Path, text: str = REGIONS) -> Path:
    path = folder / "regions.bed"
    path.write_text(text)
    return path


def values(path: Path, chrom: str, start: int, end: int) -> np.ndarray:
    """Score of each base, as pyBigWig reads it."""
    with pyBigWig.open(str(path)) as file:
        return np.array(file.values(chrom, start, end))


def assert_as_predicted(
    model: Path, references: References, result: ScanResult, tracks: Path, folder: Path
) -> int:
    """Compare each cell of the tracks with `predict` on the cell as an interval."""
    grid, cells = result.grid, []
    for piece in grid.pieces(1000):
        start, end = grid.bounds(piece.chrom, piece.cells)
        cells += [
            (grid.chroms[piece.chrom], *place)
            for place in zip(start.tolist(), end.tolist(), strict=True)
        ]
    words = {"+": "_forward", "-": "_reverse", ".": ""}
    for strand in result.strands:
        rows = folder / "cells.bed"
        rows.write_text("".join(f"{c}\t{s}\t{e}\t.\t0\t{strand}\n" for c, s, e in cells))
        expected = predict(model, rows, references, execution=ONE_CORE).probabilities
        for label, name in enumerate(result.config.dataset.classes):
            path = tracks / f"{name}{words[strand]}.bw"
            for (chrom, start, end), row in zip(cells, expected, strict=True):
                found = values(path, chrom, start, end)
                assert (found == found[0]).all() or np.isnan(found).all()
                np.testing.assert_allclose(found[0], row[label], atol=1e-6)
    return len(cells)


def test_every_cell_has_what_predict_says_of_it(
    trained: TrainedModel, references: References, tmp_path: Path
) -> None:
    """Sequence, structure and conservation; both strands; the ends of chromosomes."""
    result = scan(
        trained.path,
        references,
        ScanSpec(step=20, background=100),
        regions=regions(tmp_path),
        peaks=tmp_path / "peaks.narrowPeak",
        tracks=tmp_path / "tracks",
        execution=ONE_CORE,
    )
    n_cells = assert_as_predicted(trained.path, references, result, tmp_path / "tracks", tmp_path)
    assert n_cells == result.grid.n_cells == 15 + 7 + 4 + 35
    assert result.n_windows == 2 * n_cells
    assert result.strands == ("+", "-")
    assert sorted(path.name for path in (tmp_path / "tracks").iterdir()) == [
        f"{name}_{strand}.bw"
        for name in ("exons", "intergenic", "introns")
        for strand in ("forward", "reverse")
    ]
    with pyBigWig.open(str(tmp_path / "tracks" / "exons_forward.bw")) as file:
        assert file.chroms() == dict.fromkeys(("chr_10", "chr_11", "chr_12", "chr_13"), 160_000)
        places = file.intervals("chr_13")
        assert [place[0] for place in places] == sorted(place[0] for place in places)
        assert (places[0][0], places[-1][1]) == (53_600, 160_000)
        assert file.intervals("chr_11") is None


@pytest.mark.parametrize("edge", ["shift", "pad", "drop"])
def test_edges_flanks_and_tracks_of_every_kind(edge: str, tmp_path: Path) -> None:
    """A model that folds with flanks and reads a wig file and regions."""
    model = tmp_path / "model.zip"
    model.write_bytes((REAL_DATA / "model_tracks.zip").read_bytes())
    with_config(model, lambda config: config["dataset"].update(edge=edge))
    result = scan(
        model,
        TRACKS,
        ScanSpec(step=9, background=100, max_unknown=1),
        regions=regions(tmp_path, "chr_10\t0\t60\n12\t159950\t160000\n"),
        tracks=tmp_path / "tracks",
        execution=ONE_CORE,
    )
    assert_as_predicted(model, TRACKS, result, tmp_path / "tracks", tmp_path)
    assert (result.n_dropped > 0) == (edge == "drop")


def test_the_spelling_of_the_genome_is_that_of_the_outputs(tmp_path: Path) -> None:
    references = replace(TRACKS, chromosome_names=None)
    with refused(SpecError, "regions.bed", "none of its 1 regions", "chromosome 13"):
        scan(
            REAL_DATA / "model_tracks.zip",
            references,
            regions=regions(tmp_path, "13\t1\t50\n"),
        )


def test_pieces_and_regions_do_not_change_a_value(
    trained: TrainedModel,
    references: References,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec, some = ScanSpec(step=17, background=100), regions(tmp_path)
    for name, most in (("whole", 1 << 18), ("pieces", 40)):
        monkeypatch.setattr("enngene_core.prediction.scan_windows._MOST_BASES", most)
        monkeypatch.setattr("enngene_core.prediction.scan_outputs._CELLS", most)
        scan(
            trained.path,
            references,
            spec,
            regions=some,
            peaks=tmp_path / f"{name}.narrowPeak",
            tracks=tmp_path / name,
            execution=ONE_CORE,
        )
    for path in sorted((tmp_path / "whole").iterdir()):
        for chrom, start, end in (("chr_13", 53_600, 54_300), ("chr_10", 0, 130)):
            np.testing.assert_allclose(
                values(path, chrom, start, end),
                values(tmp_path / "pieces" / path.name, chrom, start, end),
                atol=1e-6,
            )


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    def run(name: str, seed: int) -> list[bytes]:
        folder = tmp_path / name
        scan(
            REAL_DATA / "model.zip",
            References(REAL_DATA / "genome.fa", (REAL_DATA / "phyloP.bw",)),
            ScanSpec(step=30, background=300, q=0.9, seed=seed, peak_class=("introns",)),
            regions=regions(tmp_path),
            peaks=tmp_path / "peaks",
            tracks=folder,
            execution=ONE_CORE,
        )
        return [path.read_bytes() for path in (tmp_path / "peaks", *sorted(folder.iterdir()))]

    first = run("first", 1)
    assert len(first) == 3 and first == run("again", 1)
    other = run("other", 2)
    assert other[1:] == first[1:]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (ScanSpec(step=100), ("--step 100", "windows of 60 nt")),
        (ScanSpec(chromosomes=("chr_10", "chrX")), ("--chromosomes chrX", "not in the genome")),
        (ScanSpec(peak_class=("genes",)), ("--peak-class genes", "exons, introns")),
    ],
)
def test_what_cannot_be_done_is_told(spec: ScanSpec, words: tuple[str, ...]) -> None:
    references = References(REAL_DATA / "genome.fa", (REAL_DATA / "phyloP.bw",))
    with refused(SpecError, *words):
        scan(REAL_DATA / "model.zip", references, spec, execution=ONE_CORE)


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    model, bad = REAL_DATA / "model.zip", regions(tmp_path, "chr_10\t9\t5\n")
    references = References(REAL_DATA / "genome.fa", (REAL_DATA / "phyloP.bw",))
    with refused(IntervalError, "regions.bed, line 1"):
        scan(model, references, regions=bad)
    with refused(SpecError, "conservation", "bigWig"):
        scan(model, GENOME)
    with refused(SpecError, "--fasta"):
        scan(model, References())
    with refused(GenomeError, "regions.bed"):
        scan(model, replace(references, genome=bad))
    with refused(BundleError, "regions.bed"):
        scan(bad, references)
    with refused(SpecError, "--regions or --chromosomes"):
        scan(model, references, ScanSpec(chromosomes=("chr_10",)), regions=bad)


def test_a_scan_that_would_take_too_much_is_refused(tmp_path: Path) -> None:
    with refused(SpecError, "folded", "minutes", "--max-folded"):
        scan(REAL_DATA / "model_tracks.zip", TRACKS, ScanSpec(max_folded=1000))
    references = References(REAL_DATA / "genome.fa", (REAL_DATA / "phyloP.bw",))
    with refused(InsufficientMemoryError, "1 MiB are allowed", "--step"):
        scan(
            REAL_DATA / "model.zip",
            references,
            ScanSpec(background=1_000_000),
            execution=ExecutionSpec(threads=1, memory=1),
        )


def test_regions_that_cannot_be_scanned_are_told(tmp_path: Path) -> None:
    references = References(REAL_DATA / "genome.fa", (REAL_DATA / "phyloP.bw",))
    result = scan(
        REAL_DATA / "model.zip",
        references,
        ScanSpec(background=100, strands="forward"),
        regions=regions(tmp_path, "chr_10\t50\t160001\nchrUn\t1\t9\nchr_11\t5\t90\n"),
        rejected=tmp_path / "rejected.tsv",
        execution=ONE_CORE,
    )
    assert (result.n_regions, result.n_windows) == (3, 6)
    assert [line.split("\t")[0] for line in (tmp_path / "rejected.tsv").open()] == [
        "line",
        "1",
        "2",
    ]


def test_unknown_bases_have_no_value(tmp_path: Path) -> None:
    """60 unknown bases: a window of 60 with more than six of them is left out."""
    bases = "ACGTTGCA" * 40
    genome = tmp_path / "genome.fa"
    genome.write_text(f">c\n{bases}{'N' * 60}{bases}\n")
    model = tmp_path / "model.zip"
    model.write_bytes((REAL_DATA / "model_sequences.zip").read_bytes())
    result = scan(
        model,
        References(genome),
        ScanSpec(step=10, background=100, strands="forward", max_unknown=0.5),
        tracks=tmp_path / "tracks",
        execution=ONE_CORE,
    )
    track = values(tmp_path / "tracks" / "exons_forward.bw", "c", 0, 700)
    is_unknown = np.zeros(740)
    is_unknown[20 + 320 : 20 + 380] = 1
    is_unknown[:20] = is_unknown[-20:] = 1  # this model's windows are padded at ends
    starts = np.arange(0, 700, 10) + 5
    shares = np.array([is_unknown[start : start + 40].mean() for start in starts])
    assert (np.isnan(track[::10]) == (shares > 0.5)).all()
    assert result.n_unknown == (shares > 0.5).sum()
