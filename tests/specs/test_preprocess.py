import pytest

from enngene_core.errors import SpecError
from enngene_core.specs.base import validate
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.interpretation import InterpretationSpec
from enngene_core.specs.preprocess import DatasetSpec, PreprocessSpec
from enngene_core.specs.training import TrainingSpec
from tests.refusal import refused


def test_words_and_lists_say_the_same() -> None:
    words = PreprocessSpec(
        branches="sequence, structure",
        split="chromosome",
        validation_chromosomes="chr_8",
        test_chromosomes="chr_5,chr_9",
    )
    lists = PreprocessSpec(
        branches=("sequence", "structure"),
        split="chromosome",
        validation_chromosomes=["chr_8"],
        test_chromosomes=["chr_5", "chr_9"],
    )
    assert words == lists
    assert PreprocessSpec(ratio="8:1:1").ratio == (8, 1, 1)


CHROMOSOMES = {"split": "chromosome", "validation_chromosomes": "chr_8"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"window": 2}, ("window", "found 2", "3")),
        ({"window": 10_001}, ("window", "found 10001", "10000")),
        ({"window": "wide"}, ("window", '"wide"')),
        ({"placement": "left"}, ("placement", "left", "center", "random")),
        ({"branches": ""}, ("branches", "one or more")),
        ({"branches": "sequence,sequence"}, ("branches", "different")),
        ({"branches": "genes"}, ("branches", "genes")),
        ({"ratio": "7:1"}, ("ratio", "three or four")),
        ({"ratio": "0:1:1"}, ("ratio", "training")),
        ({"ratio": "7:-1:1"}, ("ratio", "three or four")),
        ({"ratio": "7:x:1"}, ("ratio", '"x"')),
        ({"seed": -1}, ("seed", "found -1")),
        ({"test_chromosomes": "chr_5"}, ("--split chromosome",)),
        (CHROMOSOMES, ("--test-chromosomes",)),
        ({**CHROMOSOMES, "test_chromosomes": "chr_8"}, ("chr_8", "validation", "testing")),
        ({"colour": "red"}, ("colour", "not permitted")),
    ],
)
def test_a_bad_parameter_is_named(values: dict, words: tuple[str, ...]) -> None:
    with refused(SpecError, "here: ", *words):
        validate(PreprocessSpec, values, source="here")


@pytest.mark.parametrize("classes", [("a",), ("a", "a"), ("a", "b\n"), ("a", " ")])
def test_classes_are_two_or_more_different_names(classes: tuple[str, ...]) -> None:
    with refused(SpecError, "classes"):
        validate(DatasetSpec, {"classes": classes}, source="here")


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
