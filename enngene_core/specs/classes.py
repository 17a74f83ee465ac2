"""Classes and their interval files, as a list in JSON."""

from pydantic import Field

from enngene_core.specs.base import Spec

_SUFFIXES = (".gz", ".bed", ".narrowPeak", ".narrowpeak")


class ClassFileSpec(Spec):
    """One class."""

    name: str = Field(min_length=1, description="Class, or the name of its file.")
    path: str = Field(min_length=1, description="BED or narrowPeak file.")

    @property
    def class_name(self) -> str:
        """The name without the suffix of an interval file: ``exons`` for ``exons.bed.gz``."""
        name = self.name
        for suffix in _SUFFIXES:
            name = name.removesuffix(suffix) or name
        return name


class ClassFilesSpec(Spec):
    """All classes, in the order of their labels."""

    classes: tuple[ClassFileSpec, ...]
