import numpy as np
import pytest

from enngene_core.errors import SpecError
from enngene_core.specs.base import validate
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.interpretation import InterpretationSpec
from enngene_core.specs.preprocess import DatasetSpec, PreprocessSpec
from enngene_core.specs.training import TrainingSpec
from tests.refusal import refused


def test_words_and_lists_say_the_same() -> None:
    words = PreprocessSpec(branches="sequence, structure", ratio="8:1:1")
    assert words == PreprocessSpec(branches=("sequence", "structure"), ratio=(8, 1, 1))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"window": 2}, ("window", "found 2", "3")),
        ({"window": 10_001}, ("window", "found 10001", "10000")),
        ({"window": "wide"}, ("window", '"wide"')),
        ({"placement": "left"}, ("placement", "left", "center", "random")),
        ({"edge": "wrap"}, ("edge", "wrap", "shift", "pad", "drop")),
        ({"strand": "both"}, ("strand", "both", "apply", "ignore")),
        ({"branches": "sequence,sequence"}, ("branches", "different")),
        ({"branches": "genes"}, ("branches", "genes")),
        ({"feature": "x" * 101}, ("feature", "100")),
        ({"structure": "pairs"}, ("structure", "mfe", "unpaired", "elements")),
        ({"flank": -1}, ("flank", "found -1")),
        ({"flank": 1001}, ("flank", "1000")),
        ({"structure_flank": -1}, ("structure_flank", "found -1")),
        ({"structure_flank": 5001}, ("structure_flank", "5000")),
        ({"structure_flank": 5}, ("--structure-flank", "--structure unpaired")),
        ({"structure": "elements", "structure_span": 40}, ("--structure unpaired",)),
    ],
)
def test_a_bad_parameter_is_named(values: dict[str, object], words: tuple[str, ...]) -> None:
    with refused(SpecError, "here: ", *words):
        validate(PreprocessSpec, values, source="here")


@pytest.mark.parametrize(
    "classes",
    [("a",), ("a", "a"), ("a", "b\n"), ("a", " "), ("a", "x" * 101), ("a", "chrom"), ("a", "all")],
)
def test_classes_are_two_or_more_different_names(classes: tuple[str, ...]) -> None:
    with refused(SpecError, "classes"):
        validate(DatasetSpec, {"classes": classes}, source="here")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"branches": ()}, ("branches", "one or more")),
        *(
            ({"tracks": {name: "signal"}}, (f"called {name}:", "taken"))
            for name in ("sequence", "conservation", "common", "logits", "start")
        ),
        *(
            ({"tracks": {"mine": "signal", name: "signal"}}, (f"called {name}:", "such names"))
            for name in ("sequence_1", "common_2_flat", "mine_attribution", "mine_3_pooling")
        ),
        ({"tracks": {"my track": "signal"}}, ("tracks",)),
        ({"tracks": {"mine": "colour"}}, ("tracks.mine",)),
        ({"tracks": {f"t{i}": "signal" for i in range(101)}}, ("tracks", "100")),
    ],
)
def test_bad_branches_of_a_dataset(values: dict[str, object], words: tuple[str, ...]) -> None:
    with refused(SpecError, "here: ", *words):
        validate(DatasetSpec, {"classes": ("a", "b"), **values}, source="here")


def test_encodings_stand_in_the_order_of_the_branches() -> None:
    spec = DatasetSpec(
        branches="structure,sequence,conservation",
        structure="elements",
        tracks={"peaks": "regions", "atac": "signal"},
        window=30,
        classes=("a", "b", "c"),
    )
    encodings = spec.encodings
    assert list(encodings) == ["structure", "sequence", "conservation", "peaks", "atac"]
    assert [encoding.channels for encoding in encodings.values()] == [5, 4, 1, 1, 1]
    assert [encoding.no_symbol for encoding in encodings.values()][:2] == [5, 4]
    assert [encoding.dtype for encoding in encodings.values()] == ["uint8"] * 2 + ["float32"] * 3
    assert spec.sizes["width"] == 30
    assert spec.sizes["n_classes"] == 3
    assert list(spec.sizes["channels"].items())[:2] == [("structure", 5), ("sequence", 4)]
    assert DatasetSpec(branches="structure", classes=("a", "b")).sizes["channels"] == {
        "structure": 3
    }
    assert (
        not DatasetSpec(branches="structure", structure="unpaired", classes=("a", "b"))
        .encodings["structure"]
        .is_coded
    )


@pytest.mark.parametrize("name", ["track_1", "sequence_of_mine", "mine_flat", "common_genes"])
def test_other_names_of_tracks_are_free(name: str) -> None:
    spec = DatasetSpec(tracks={"mine_too": "signal", name: "regions"}, classes=("a", "b"))
    assert list(spec.encodings) == ["sequence", "mine_too", name]


def test_tracks_alone_are_branches_enough() -> None:
    spec = DatasetSpec(branches=(), tracks={"mine": "signal"}, classes=("a", "b"))
    assert list(spec.encodings) == ["mine"]


def test_a_dataset_spec_survives_its_json() -> None:
    spec = DatasetSpec(
        branches=("structure",),
        structure="unpaired",
        structure_flank=9,
        tracks={"z": "signal", "a": "regions"},
        classes=("a", "b"),
        ready_classes=("b",),
        split="chromosome",
        test_chromosomes=("chr1",),
        reduce=("a=0.5",),
    )
    again = DatasetSpec.model_validate_json(spec.model_dump_json())
    assert again == spec
    assert list(again.tracks) == ["z", "a"]


def test_ready_sequences_lie_on_no_genome() -> None:
    spec = DatasetSpec(classes=("a", "b", "c"), ready_classes=("b",))
    assert spec.on_genome(np.array([0, 1, 2, 1])).tolist() == [True, False, True, False]


@pytest.mark.parametrize(
    ("spec", "values"),
    [
        (TrainingSpec, {"epochs": 0}),
        (TrainingSpec, {"batch_size": 0}),
        (TrainingSpec, {"learning_rate": 0}),
        (TrainingSpec, {"learning_rate": float("inf")}),
        (TrainingSpec, {"patience": 0}),
        (InterpretationSpec, {"steps": 1}),
        (InterpretationSpec, {"top": 0}),
        (ExecutionSpec, {"threads": -1}),
        (ExecutionSpec, {"memory": -1}),
    ],
)
def test_bounds_are_kept(spec: type, values: dict[str, float]) -> None:
    with refused(SpecError, f"here: {next(iter(values))}", "found"):
        validate(spec, values, source="here")


def test_all_cores_or_those_that_are_granted() -> None:
    assert ExecutionSpec(threads=3).n_threads == 3
    assert ExecutionSpec().n_threads >= 1
