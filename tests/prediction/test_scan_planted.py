"""Sites that were planted are found, and little else."""

from pathlib import Path

import numpy as np
import pytest

from enngene_core.dataset.sources import References
from enngene_core.formats.genomes.fasta import FastaGenome
from enngene_core.intervals.composition import LETTERS, base_codes
from enngene_core.intervals.shuffle import shuffle
from enngene_core.prediction.scan import scan
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.network import ConvolutionLayer, GlobalPoolingLayer, NetworkSpec
from enngene_core.specs.scan import ScanSpec
from tests.core_fixtures import REAL_DATA
from tests.models import bundles

ONE_CORE = ExecutionSpec(threads=1)
WIDTH, STEP = 60, 15
SITE, REVERSE = "TGTAAATAGTCA", "TGACTATTTACA"
SIZE = 120_000


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One filter, which counts the bases of the site; the class `class0` is a good match."""
    network = NetworkSpec(
        branches={
            "sequence": (
                ConvolutionLayer(filters=1, kernel=len(SITE), pooling=1),
                GlobalPoolingLayer(kind="max"),
            )
        }
    )
    bundle = bundles.bundle_of(network, width=WIDTH, n_classes=2)
    (member,) = bundle.members
    one_hot = np.eye(4, dtype=np.float32)[["ACGT".index(letter) for letter in SITE]]
    for layer in member.layers:
        if layer.name == "logits":
            layer.set_weights([np.float32([[2, 0]]), np.float32([-18, 0])])
        elif layer.get_weights():
            layer.set_weights([one_hot[:, :, None], np.zeros(1, np.float32)])
    return bundles.write(tmp_path_factory.mktemp("planted") / "model.zip", bundle)


def shuffled_genome(path: Path, seed: int, sites: list[tuple[int, str]]) -> References:
    """Real bases in a random order with the same dinucleotides, and sites in some places."""
    with FastaGenome(REAL_DATA / "genome.fa") as genome:
        codes = base_codes(genome.read("chr_10")[:SIZE])
    rng = np.random.default_rng(seed)
    letters = np.frombuffer(LETTERS, np.uint8)[shuffle(codes, np.array([0, SIZE]), 2, rng)]
    text = letters.tobytes().decode()
    for place, site in sites:
        text = text[:place] + site + text[place + len(site) :]
    path.write_text(f">c\n{text}\n")
    return References(path)


def test_planted_sites_are_found_on_their_strands(model: Path, tmp_path: Path) -> None:
    places = np.arange(40) * 2900 + 1234
    sites = [(int(place), (SITE, REVERSE)[i % 2]) for i, place in enumerate(places)]
    references = shuffled_genome(tmp_path / "genome.fa", 5, sites)
    output = tmp_path / "peaks.narrowPeak"
    scan(
        model,
        references,
        ScanSpec(step=STEP, background=30_000, peak_class=("class0",), max_unknown=0),
        peaks=output,
        execution=ONE_CORE,
    )
    rows = [line.split("\t") for line in output.read_text().splitlines()]
    found = [(int(r[1]) + int(r[9]), r[5]) for r in rows]
    assert [int(r[1]) for r in rows] == sorted(int(r[1]) for r in rows)
    hits = 0
    for i, (place, _) in enumerate(sites):
        middle = place + len(SITE) / 2
        near = [s for at, s in found if abs(at - middle) <= (WIDTH - len(SITE)) / 2 + STEP]
        hits += near == ["+-"[i % 2]]
    assert hits == len(sites)
    # 5 % of the windows may be chance, and so few windows as one make a peak of chance.
    assert len(found) <= 1.25 * len(sites)
    assert all(r[3] == "class0" and float(r[8]) >= -np.log10(0.05) for r in rows)


def test_a_genome_without_sites_has_no_peaks(model: Path, tmp_path: Path) -> None:
    """Of several shuffled genomes, a share of q may have some: here none has."""
    for seed in (1, 2, 3):
        references = shuffled_genome(tmp_path / "genome.fa", seed, [])
        result = scan(
            model,
            references,
            ScanSpec(step=STEP, background=10_000, peak_class=("class0",), seed=seed),
            execution=ONE_CORE,
        )
        assert result.n_peaks == 0
        # At every score, the genome has the share of windows that the background has above it.
        significance = result.classes[0].significance
        ranks = np.flatnonzero(significance.n_by_rank)
        shares = np.cumsum(significance.n_by_rank)[ranks] / result.n_windows
        assert np.abs(shares - significance.p[ranks]).max() < 0.03
