import pytest

from enngene_core.errors import SpecError
from enngene_core.specs.base import validate
from enngene_core.specs.classes import ClassFileSpec, ClassFilesSpec
from tests.refusal import refused


@pytest.mark.parametrize(
    ("name", "class_name"),
    [
        ("exons", "exons"),
        ("exons.bed", "exons"),
        ("exons.bed.gz", "exons"),
        ("Peaks.narrowPeak.gz", "Peaks"),
        ("genes.GTF.bgz", "genes"),
        ("pos.fa.gz", "pos"),
        ("my.pos.fasta", "my.pos"),
        (".bed", ".bed"),
        ("bed", "bed"),
        ("x.txt", "x.txt"),
    ],
)
def test_a_class_is_named_after_its_file(name: str, class_name: str) -> None:
    assert ClassFileSpec(name=name, path="p").class_name == class_name


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"name": "a"}, ("classes.0.path", "required")),
        ({"name": "", "path": "p"}, ("classes.0.name",)),
        ({"name": "a", "path": "p", "kind": "fasta"}, ("kind", "intervals", "sequences")),
        ({"name": "a", "path": "p", "colour": "red"}, ("colour", "not permitted")),
        ("a.bed", ("classes.0",)),
    ],
)
def test_a_bad_list_of_classes_is_refused(item: object, words: tuple[str, ...]) -> None:
    with refused(SpecError, "list.json: ", *words):
        validate(ClassFilesSpec, {"classes": [item]}, source="list.json")
