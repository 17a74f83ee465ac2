"""Shifts onto the flank that a dataset keeps."""

from pathlib import Path

import numpy as np
import pytest

from enngene_core.branches.codes import decode
from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.preprocess import preprocess
from enngene_core.dataset.sources import References
from enngene_core.errors import DatasetError
from enngene_core.evaluation.evaluate import evaluate
from enngene_core.models.network import build_network
from enngene_core.prediction.predict import predict
from enngene_core.specs.branches import CONSERVATION, SEQUENCE
from enngene_core.specs.evaluation import EvaluationSpec
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.network import ConvolutionLayer, NetworkSpec
from enngene_core.specs.preprocess import PreprocessSpec
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.augmentation import augmented
from enngene_core.training.batches import shuffled_batches
from enngene_core.training.folds import own_division
from enngene_core.training.stream import Streams
from enngene_core.training.train import train
from tests.core_fixtures import REAL_DATA
from tests.refusal import refused

GENOME = "AACCGTTGCATAGGCTTACG"
COMPLEMENT = str.maketrans("ACGT", "TGCA")
ONE_CORE = ExecutionSpec(threads=1)
NETWORK = NetworkSpec(branches={"sequence": (ConvolutionLayer(filters=2, kernel=3),)})


@pytest.mark.parametrize(("strand", "start"), [("+", 8), ("-", 8), ("+", 1), ("-", 15)])
@pytest.mark.parametrize("shift", [2, 3, 5])
def test_a_shifted_window_is_the_one_that_lies_there(
    tmp_path: Path, strand: str, start: int, shift: int
) -> None:
    """The genome is read by hand; beyond its ends, and beyond the flank of 3, nothing is known."""
    width, flank = 4, 3
    (tmp_path / "genome.fa").write_text(f">c\n{GENOME}\n")
    for name in "ab":
        at = start if name == "a" else 5
        (tmp_path / f"{name}.bed").write_text(f"c\t{at}\t{at + width}\tx\t0\t{strand}\n")
    preprocess(
        [ClassFile(name, tmp_path / f"{name}.bed") for name in "ab"],
        References(tmp_path / "genome.fa"),
        PreprocessSpec(window=width, flank=flank, ratio=(1, 0, 0), allow_overlap=True),
        output=tmp_path / "dataset.h5",
    )
    read = min(shift, flank)
    with Dataset(tmp_path / "dataset.h5") as dataset:
        rows = np.flatnonzero(dataset.label == 0).repeat(300)
        sequence = dataset.branch("sequence", rows, flank=read)
    spec = TrainingSpec(shift=shift)
    found = augmented(
        {"sequence": sequence}, {"sequence": SEQUENCE}, spec, np.random.default_rng(1), flank=read
    )["sequence"]
    first, last = max(start - flank, 0), min(start + width + flank, len(GENOME))
    known = "N" * 20 + "N" * first + GENOME[first:last] + "N" * 40
    moved = {known[20 + start + s :][:width] for s in range(-shift, shift + 1)}
    if strand == "-":
        moved = {word.translate(COMPLEMENT)[::-1] for word in moved}
    assert set(decode(found, SEQUENCE)) == moved


def test_all_branches_move_and_turn_alike() -> None:
    codes, scores = np.array([[0, 1, 2, 3, 0]], np.uint8), np.array([[1, 2, 3, 4, 5]], np.float32)
    found = augmented(
        {"sequence": codes.repeat(300, axis=0), "conservation": scores.repeat(300, axis=0)},
        {"sequence": SEQUENCE, "conservation": CONSERVATION},
        TrainingSpec(shift=1, reverse_complement="on"),
        np.random.default_rng(1),
        flank=1,
    )
    rows = np.hstack([found["sequence"], found["conservation"]])
    assert set(map(tuple, rows.tolist())) == {
        (0, 1, 2, 1, 2, 3), (1, 2, 3, 2, 3, 4), (2, 3, 0, 3, 4, 5),  # ACG, CGT, GTA
        (1, 2, 3, 3, 2, 1), (0, 1, 2, 4, 3, 2), (3, 0, 1, 5, 4, 3),  # CGT, ACG, TAC
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same real windows, with and without flanks."""
    folder = tmp_path_factory.mktemp("flanks")
    for name, flank in (("plain", 0), ("kept", 12)):
        preprocess(
            [ClassFile(name, REAL_DATA / f"{name}.bed") for name in ("exons", "introns")],
            References(REAL_DATA / "genome.fa"),
            PreprocessSpec(window=50, flank=flank, split="chromosome"),
            output=folder / f"{name}.h5",
        )
    return folder


def test_batches_without_a_shift_hold_the_same_bytes(folder: Path) -> None:
    found = []
    for name in ("plain", "kept"):
        with Dataset(folder / f"{name}.h5") as dataset:
            batches = shuffled_batches(
                dataset, dataset.rows("train"), branches=["sequence"], batch_size=32,
                buffer_rows=100, rng=np.random.default_rng(3),
            )  # fmt: skip
            found.append([(b["sequence"].tobytes(), y.tobytes()) for b, y in batches])
    assert found[0] == found[1] and len(found[0]) > 3


def test_shifted_batches_know_every_base(folder: Path) -> None:
    """And those of an epoch are the same, whichever epochs went before it, as a resumed run has."""
    shown: dict[str, list[np.ndarray]] = {}
    for name in ("plain", "kept"):
        with Dataset(folder / f"{name}.h5") as dataset:
            model = build_network(NETWORK, **dataset.spec.sizes)
            spec = TrainingSpec(shift=12, batch_size=64)
            streams = Streams(dataset, model, spec, ONE_CORE, own_division(dataset))
            shown[name] = [
                np.concatenate([coded["sequence"] for coded, _ in streams.training(epoch)])
                for epoch in (1, 2, 2)
            ]
            rows = dataset.rows("train")
            is_known = (dataset.branch("sequence", rows, flank=dataset.spec.flank) < 4).all()
    assert is_known  # no window of these lies at an end
    for first, second, again in shown.values():
        assert first.shape[1:] == (50,)
        assert not np.array_equal(first, second)
        np.testing.assert_array_equal(second, again)
    assert (shown["kept"][0] < 4).all()
    assert not (shown["plain"][0] < 4).all()
    # The same windows are moved alike: what both know is the same.
    both = shown["plain"][0] < 4
    np.testing.assert_array_equal(shown["kept"][0][both], shown["plain"][0][both])


def test_a_model_is_judged_alike_with_and_without_flanks(folder: Path) -> None:
    spec = TrainingSpec(epochs=1, shift=12, batch_size=64)
    train(folder / "kept.h5", spec, network=NETWORK, output=folder / "model.zip")
    kept, plain = (
        evaluate(folder / "model.zip", folder / f"{name}.h5", EvaluationSpec(split="test"))
        for name in ("kept", "plain")
    )
    np.testing.assert_array_equal(kept.probabilities, plain.probabilities)
    assert kept.config.dataset.flank == 12

    genome = References(REAL_DATA / "genome.fa")
    found = predict(folder / "model.zip", REAL_DATA / "exons.bed", genome, execution=ONE_CORE)
    with Dataset(folder / "kept.h5") as dataset:
        rows = dataset.rows("test")
        of_exons = dataset.label[rows] == 0
        lines = dataset.windows(rows).source_row[of_exons]
    np.testing.assert_allclose(
        found.probabilities[lines - 1], kept.probabilities[of_exons], rtol=0, atol=1e-6
    )


def test_a_structure_that_was_folded_with_other_flanks_is_refused(tmp_path: Path) -> None:
    classes = [ClassFile(name, REAL_DATA / f"{name}.bed") for name in ("exons", "introns")]
    for flank in (0, 5):
        preprocess(
            classes,
            References(REAL_DATA / "genome.fa"),
            PreprocessSpec(window=12, branches="structure", flank=flank),
            output=tmp_path / f"{flank}.h5",
        )
    network = NetworkSpec(branches={"structure": (ConvolutionLayer(filters=1, kernel=2),)})
    spec = TrainingSpec(epochs=1)
    train(tmp_path / "5.h5", spec, network=network, output=tmp_path / "model.zip")
    evaluate(tmp_path / "model.zip", tmp_path / "5.h5", EvaluationSpec(split="test"))
    with refused(DatasetError, tmp_path / "0.h5", "folded with 0 nt", "folded with 5"):
        evaluate(tmp_path / "model.zip", tmp_path / "0.h5", EvaluationSpec(split="test"))
