"""Options that name the files of classes."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from enngene_core.cli.options import named_path
from enngene_core.errors import SpecError
from enngene_core.specs.base import read_json, validate
from enngene_core.specs.classes import ClassFilesSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from enngene_core.dataset.classes import ClassFile
    from enngene_core.report.parameters import Input


@dataclass(frozen=True)
class ClassOptions:
    """Files of classes: intervals, or ready sequences."""

    intervals: Annotated[
        tuple[str, ...],
        Parameter(
            help="NAME=FILE, once for each class: its name, and its intervals (BED, narrowPeak, "
            "broadPeak, GFF3 or GTF; plain or gzip).",
            show_default=False,
        ),
    ] = ()
    sequences: Annotated[
        tuple[str, ...],
        Parameter(
            help="NAME=FILE, once for each class of ready sequences: its name, and its FASTA file "
            "(DNA or RNA, plain or gzip).",
            show_default=False,
        ),
    ] = ()
    classes: Annotated[
        Path | None,
        Parameter(
            help='Classes as JSON instead: [{"name": "exons", "path": "exons.bed"}, ...]; '
            '"kind": "sequences" for FASTA.'
        ),
    ] = None

    def open(self) -> "list[ClassFile]":
        """The same, for the functions that do the work.

        Raises
        ------
        SpecError
            If a class is not named, or the JSON file cannot be used.
        """
        from enngene_core.dataset.classes import ClassFile

        if self.classes is not None:
            if self.intervals or self.sequences:
                raise SpecError(
                    "give the classes by --intervals and --sequences or by --classes, not by both"
                )
            listed = validate(
                ClassFilesSpec, {"classes": read_json(self.classes)}, source=str(self.classes)
            )
            return [
                ClassFile(item.class_name, Path(item.path), item.kind, item.name)
                for item in listed.classes
            ]
        found = [ClassFile(*named_path("--intervals", text)) for text in self.intervals]
        return found + [
            ClassFile(*named_path("--sequences", text), "sequences") for text in self.sequences
        ]


def class_inputs(files: "Sequence[ClassFile]") -> "list[Input]":
    """The files as inputs of a command, for `write_parameters`."""
    from enngene_core.report.parameters import Input

    return [Input(f"--{file.kind}", file.path, file.name, file.file_name) for file in files]


Classes = Annotated[ClassOptions, Parameter(name="*")]
