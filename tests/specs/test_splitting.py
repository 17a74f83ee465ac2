import pytest

from enngene_core.errors import SpecError
from enngene_core.specs.base import validate
from enngene_core.specs.preprocess import PreprocessSpec
from enngene_core.specs.split import SplitSpec
from enngene_core.specs.splitting import AUTO, SplittingSpec, split_words
from tests.refusal import refused


def test_words_and_lists_say_the_same() -> None:
    words = SplittingSpec(
        split="chromosome",
        validation_chromosomes="chr_8",
        test_chromosomes="chr_5, chr_9",
        blackbox_chromosomes="auto",
        ratio="8:1:1:0",
    )
    lists = SplittingSpec(
        split="chromosome",
        validation_chromosomes=["chr_8"],
        test_chromosomes=["chr_5", "chr_9"],
        blackbox_chromosomes=[AUTO],
        ratio=(8, 1, 1, 0),
    )
    assert words == lists
    assert SplittingSpec(ratio="8:1:1").ratio == (8, 1, 1)


@pytest.mark.parametrize(
    ("value", "words"),
    [("a,b", ["a", "b"]), (" a ,, b,", ["a", "b"]), (["a,b", "c"], ["a", "b", "c"]), ("", [])],
)
def test_words_are_split(value: object, words: list[str]) -> None:
    assert split_words(value, ",") == words


def test_other_values_are_left_to_pydantic() -> None:
    assert split_words(7, ",") == 7
    assert split_words([1, "a"], ",") == [1, "a"]


def test_reductions() -> None:
    spec = SplittingSpec(reduce=("exons=100", "a=b=0.25", "introns=1"))
    assert spec.reductions == {"exons": 100, "a=b": 0.25, "introns": 1}
    assert SplittingSpec().reductions == {}


CHROMOSOMES = {"split": "chromosome"}


@pytest.mark.parametrize("spec", [SplittingSpec, PreprocessSpec, SplitSpec])
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"split": "folds"}, ("split", "folds", "random", "homology", "given")),
        ({"ratio": "7:1"}, ("ratio", "three or four")),
        ({"ratio": "7:1:1:1:1"}, ("ratio", "three or four")),
        ({"ratio": "0:1:1"}, ("ratio", "training")),
        ({"ratio": "7:-1:1"}, ("ratio", "three or four")),
        ({"ratio": "7:x:1"}, ("ratio", '"x"')),
        ({"ratio": "7000000:1:1"}, ("ratio", "whole numbers")),
        ({"ratio": ""}, ("ratio", "three or four")),
        ({"seed": -1}, ("seed", "found -1")),
        ({"seed": 2**32}, ("seed", "4294967295")),
        ({"identity": 0.4}, ("identity", "0.4")),
        ({"identity": 1.1}, ("identity", "1.1")),
        ({"identity": float("nan")}, ("identity",)),
        ({"test_chromosomes": "chr_5"}, ("--split chromosome",)),
        ({"split": "random", "blackbox_chromosomes": "chr_5"}, ("--split chromosome",)),
        (
            {**CHROMOSOMES, "test_chromosomes": "chr_8", "validation_chromosomes": "chr_8"},
            ("chr_8", "twice"),
        ),
        ({**CHROMOSOMES, "test_chromosomes": "chr_8,chr_8"}, ("chr_8", "twice")),
        ({**CHROMOSOMES, "test_chromosomes": "auto,chr_8"}, ("auto", "alone")),
        ({"reduce": ("exons",)}, ("'exons'", "NAME=500")),
        ({"reduce": ("=5",)}, ("'=5'", "NAME=500")),
        ({"reduce": ("exons=",)}, ("NAME=500",)),
        ({"reduce": ("exons=0",)}, ("exons=0", "one window")),
        ({"reduce": ("exons=-3",)}, ("NAME=500",)),
        ({"reduce": ("exons=1e3",)}, ("NAME=500",)),
        ({"reduce": ("exons=1.5",)}, ("NAME=500",)),
        ({"reduce": ("exons=0.0",)}, ("NAME=500",)),
        ({"reduce": ("exons=²",)}, ("NAME=500",)),
        ({"reduce": ("exons=" + "9" * 5000,)}, ("exons=", "one window")),
        ({"reduce": ("exons=5", "exons=0.5")}, ("'exons'", "twice")),
        ({"colour": "red"}, ("colour", "not permitted")),
    ],
)
def test_a_bad_parameter_is_named(
    spec: type[SplittingSpec], values: dict[str, object], words: tuple[str, ...]
) -> None:
    with refused(SpecError, "here: ", *words):
        validate(spec, values, source="here")


def test_branches_to_keep() -> None:
    assert SplitSpec(branches="sequence, my_track").branches == ("sequence", "my_track")
    assert SplitSpec().branches == ()
    for name in ("a b", "9x", "x" * 41, "../x", "a/b"):
        with refused(SpecError, "here: branches"):
            validate(SplitSpec, {"branches": name}, source="here")
