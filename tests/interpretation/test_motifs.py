"""Motifs of filters and of attributions: by hand, and a planted one that is found again."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from enngene_core.errors import InsufficientMemoryError, MotifError, SpecError
from enngene_core.formats.meme import KnownMotif, read_meme
from enngene_core.interpretation.motifs import known, modisco
from enngene_core.interpretation.motifs.filters import filter_motifs, first_layers, sites_of
from enngene_core.interpretation.motifs.find import MotifFiles, find_motifs
from enngene_core.interpretation.motifs.hypothetical import hypothetical_contributions
from enngene_core.interpretation.motifs.motif import Motif
from enngene_core.interpretation.motifs.preference import preferences
from enngene_core.models.bundle import read_bundle
from enngene_core.specs.branches import SEQUENCE
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.motifs import MotifsSpec
from tests.core_fixtures import REAL_DATA
from tests.interpretation.planted import MOTIF, WIDTH, Planted, make_planted
from tests.refusal import refused

EVEN = np.full(4, 0.25)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return make_planted(tmp_path_factory.mktemp("planted"))


def _motif(counts: list[list[int]], background: np.ndarray = EVEN) -> Motif:
    values = np.array(counts)
    middle = np.arange(values.sum(axis=1).max(), dtype=float)
    return Motif("m", "filters", "sequence", "ACGT", values, background, middle)


def _codes(*sequences: str) -> np.ndarray:
    return np.array([["ACGTN".index(base) for base in text] for text in sequences], dtype=np.uint8)


def test_information_is_by_hand() -> None:
    motif = _motif([[100, 0, 0, 0], [25, 25, 25, 25], [50, 50, 0, 0]])
    by_chance = 3 / (2 * np.log(2) * 100)
    assert motif.information == pytest.approx([2 - by_chance, 0, 1 - by_chance])
    assert motif.consensus == "ANM"
    assert motif.core() == slice(0, 3)
    assert motif.state == ""


def test_information_is_measured_against_the_background() -> None:
    background = np.array([0.7, 0.1, 0.1, 0.1])
    same, rare = _motif([[70, 10, 10, 10]], background), _motif([[0, 0, 100, 0]], background)
    assert same.information == pytest.approx([0])
    assert same.state == "no information"
    assert rare.information[0] == pytest.approx(np.log2(10) - 3 / (200 * np.log(2)))


@given(arrays(int, (5, 4), elements=st.integers(0, 50)))
def test_information_is_never_negative_and_shares_sum_to_1(counts: np.ndarray) -> None:
    motif = _motif(counts.tolist())
    assert (motif.information >= 0).all() and (motif.information <= 2).all()
    np.testing.assert_allclose(motif.frequencies.sum(axis=1), 1)
    assert len(motif.consensus) == 5


def _counting_ggac(*, padding: str = "same", sign: float = 1.0) -> keras.Model:
    """A network whose first filter counts the letters of GGAC; its normalisation may turn it."""
    x = keras.Input((12, 4), name="sequence")
    layer = keras.layers.Conv1D(2, 4, padding=padding, name="sequence_1")
    normalization = keras.layers.BatchNormalization(epsilon=1e-9)
    y = normalization(layer(x))
    kernel = np.zeros((4, 4, 2))
    kernel[..., 0] = sign * np.eye(4)[["ACGT".index(base) for base in "GGAC"]]
    logits = keras.layers.Dense(2)(keras.layers.GlobalMaxPooling1D()(y))
    model = keras.Model(x, {"logits": logits})
    layer.set_weights([kernel, np.zeros(2)])
    normalization.set_weights([np.array([sign, 1]), np.zeros(2), np.zeros(2), np.ones(2)])
    return model


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_filter_that_counts_ggac(padding: str, sign: float) -> None:
    (layer,) = first_layers([_counting_ggac(padding=padding, sign=sign)])
    windows = ["TTTTTTTTGGAC", "GGACTTTTTTTT", "TTTGGACTTTTT", "TTTTTTTTTTTT"]
    codes = _codes(*windows)
    (motif, silent), best = filter_motifs(
        layer, codes, SEQUENCE, symbols="ACGU", threshold=0.9, most=10
    )
    assert best is not None
    assert best.value[:, 0].tolist() == [4, 4, 4, 0]
    assert best.start[:3, 0].tolist() == [8, 0, 3]
    assert motif.values.tolist() == [[0, 0, 3, 0], [0, 0, 3, 0], [3, 0, 0, 0], [0, 3, 0, 0]]
    assert motif.consensus == "GGAC"
    assert motif.middle.tolist() == [10.5, 2.5, 5.5]
    assert (motif.name, motif.state, silent.state) == ("sequence_1", "few sites", "never fires")


def test_a_site_lies_wholly_in_its_window() -> None:
    (layer,) = first_layers([_counting_ggac()])
    # GAC at the start would excite the filter as much as the later one, with a G beyond the edge.
    (motif, _), _ = filter_motifs(
        layer, _codes("GACTTTTTGACT"), SEQUENCE, symbols="ACGT", threshold=1, most=10
    )
    assert motif.middle.tolist() == [9.5]


def test_the_highest_of_too_many_sites_are_taken() -> None:
    value = np.array([1.0, 5.0, 4.0, 5.0, 3.0, -1.0])
    assert sites_of(value, 0.5, 100).tolist() == [1, 2, 3, 4]
    assert sites_of(value, 0.5, 2).tolist() == [1, 3]
    assert sites_of(-np.abs(value), 0.5, 100).tolist() == []


@given(
    value=arrays(float, (30, 3), elements=st.integers(0, 5).map(float)),
    label=arrays(int, 30, elements=st.integers(0, 2)),
)
def test_preferences_are_scipys(value: np.ndarray, label: np.ndarray) -> None:
    for column, found in enumerate(preferences(value, value > 2, label, 3)):
        if found is None:
            assert len(set(label.tolist())) == 1
            continue
        own, other = value[label == found.label, column], value[label != found.label, column]
        test = stats.mannwhitneyu(own, other, method="asymptotic")
        assert found.auroc == pytest.approx(test.statistic / (len(own) * len(other)))
        if np.ptp(value[:, column]):
            assert found.p == pytest.approx(test.pvalue)
        assert found.q >= found.p - 1e-12
        assert found.share == pytest.approx((own > 2).mean())
        assert found.share_of_others == pytest.approx((other > 2).mean())


def test_hypothetical_contributions_are_complete(planted: Planted) -> None:
    model = read_bundle(planted.model).model
    codes = np.random.default_rng(0).integers(0, 4, (20, WIDTH)).astype(np.uint8)
    scores = hypothetical_contributions(model, {"sequence": codes}, 0, steps=300)
    np.testing.assert_allclose(scores.sum(axis=2), 0, atol=1e-5)
    one_hot = np.eye(4, dtype=np.float32)[codes]
    inputs = ({"sequence": x} for x in (one_hot, np.full_like(one_hot, 0.25)))
    ends = [model(x)["logits"][:, 0].numpy() for x in inputs]
    total, difference = (scores * one_hot).sum(axis=(1, 2)), ends[0] - ends[1]
    assert np.median(np.abs(total - difference) / np.abs(difference)) < 0.02


def test_a_planted_motif_is_found_in_the_filters(planted: Planted, tmp_path: Path) -> None:
    meme = tmp_path / "motifs.meme"
    outputs = [tmp_path / "1.tsv", tmp_path / "2.tsv"]
    for output in outputs:
        result = find_motifs(
            planted.model, planted.dataset, output=output, files=MotifFiles(meme=meme)
        )
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    best = result.drawn("filters")[0]
    assert best.preference is not None
    assert (best.preference.label, best.preference.auroc > 0.85) == (0, True)
    assert best.preference.q < 1e-30
    # All of the planted motif, or most of it, as the filter happens to see it.
    assert any(MOTIF[i : i + 5] in best.consensus for i in range(3)), best.consensus
    assert read_meme(meme)[0].name == f"{best.name} {best.consensus}"
    assert result.n_windows.tolist() == [320, 320]


def test_fewer_windows_are_the_same_share_of_each_class(planted: Planted) -> None:
    spec = MotifsSpec(windows=100, alphabet="rna")
    result = find_motifs(planted.model, planted.dataset, spec)
    assert (result.n_windows.tolist(), result.n_in_split) == ([50, 50], 640)
    assert {motif.symbols for motif in result.motifs} == {"ACGU"}
    assert "T" not in "".join(motif.consensus for motif in result.motifs)


def test_a_planted_motif_is_found_in_the_attributions(planted: Planted) -> None:
    pytest.importorskip("modiscolite")
    pytest.importorskip("memelite")
    reverse = MOTIF[::-1].translate(str.maketrans("ACGT", "TGCA"))
    exact = [KnownMotif("planted", np.eye(4)[["ACGT".index(base) for base in reverse]])]
    exact += [
        KnownMotif(f"other {n}", np.random.default_rng(n).dirichlet([0.3] * 4, 8))
        for n in range(30)
    ]
    spec = MotifsSpec(method="attributions", target="with")
    result = find_motifs(planted.model, planted.dataset, spec, files=MotifFiles(known=exact))
    best = result.motifs[0]
    # The network needs no more of it than this, and nothing beside it.
    assert best.consensus in MOTIF and len(best.consensus) >= 5, best.consensus
    assert (best.explained, best.speaks_for) == (0, True)
    assert best.n_sites > 100
    assert best.preference is not None and best.preference.auroc > 0.95
    assert best.match is not None
    assert (best.match.name, best.match.is_reverse) == ("planted", True)
    assert best.match.q < 0.01


def test_tracks_and_structure_have_profiles() -> None:
    result = find_motifs(REAL_DATA / "model_tracks.zip", REAL_DATA / "dataset_tracks.h5")
    by_branch = {motif.branch: motif for motif in result.motifs}
    assert set(by_branch) == {"sequence", "structure", "phyloP", "introns"}
    assert by_branch["structure"].values.shape == (5, 3)
    assert by_branch["structure"].consensus == ""
    assert result.is_rna  # as the model reads structure
    # The track of introns tells introns from exons, however little else does.
    assert result.drawn("filters", "introns")[0].preference.auroc == 1


def test_what_cannot_be_done_is_refused(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    model, dataset = REAL_DATA / "model_tracks.zip", REAL_DATA / "dataset_tracks.h5"
    with refused(SpecError, "--target apples", "exons, introns"):
        find_motifs(model, dataset, MotifsSpec(target="apples"))
    with refused(MotifError, "40 nt are too short", "41 nt"):
        find_motifs(model, dataset, MotifsSpec(method="both"))
    with refused(SpecError, "--structure-meme", "no symbols of structure"):
        find_motifs(model, dataset, files=MotifFiles(structure_meme=Path("x")))
    with refused(InsufficientMemoryError, "640 windows", "--windows"):
        small = ExecutionSpec(memory=1)
        find_motifs(planted.model, planted.dataset, MotifsSpec(method="both"), execution=small)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with refused(MotifError, "modisco-lite", "enngene-core[motifs]", "GPL"):
        modisco.check_installed()
    with refused(MotifError, "memelite", "enngene-core[motifs]"):
        known.check_installed()


def test_one_class_prefers_nothing() -> None:
    assert preferences(np.ones((5, 2)), np.ones((5, 2), bool), np.zeros(5, int), 2) == [None, None]
    motif = _motif([[10, 0, 0, 0]])
    assert replace(motif, middle=np.zeros(3)).state == "few sites"
