"""Classes and their files, as a list in JSON."""

from typing import Literal

from pydantic import Field

from enngene_core.specs.base import Spec

_SUFFIXES = (".gz", ".bgz", ".bed", ".narrowpeak", ".broadpeak", ".gff3", ".gff", ".gtf")
_SEQUENCE_SUFFIXES = (".fasta", ".fa", ".fna")


class ClassFileSpec(Spec):
    """One class."""

    name: str = Field(min_length=1, description="Class, or the name of its file.")
    path: str = Field(min_length=1, description="File of its intervals or sequences.")
    kind: Literal["intervals", "sequences"] = Field(
        "intervals", description="What the file holds: intervals, or ready sequences in FASTA."
    )

    @property
    def class_name(self) -> str:
        """The name without the suffix of its file: ``exons`` for ``exons.bed.gz``."""
        name = self.name
        for suffix in (*_SUFFIXES, *_SEQUENCE_SUFFIXES):
            if name.lower().endswith(suffix) and len(name) > len(suffix):
                name = name[: -len(suffix)]
        return name


class ClassFilesSpec(Spec):
    """All classes, in the order of their labels."""

    classes: tuple[ClassFileSpec, ...]
