"""`enngene preprocess`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from enngene_core.cli.options import (
    Conservation,
    Execution,
    Fasta,
    Flat,
    ReportOptions,
    Reports,
    write,
)
from enngene_core.errors import SpecError
from enngene_core.outputs import written_together
from enngene_core.specs.base import read_json, validate
from enngene_core.specs.classes import ClassFilesSpec
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.preprocess import PreprocessSpec

if TYPE_CHECKING:
    from enngene_core.dataset.preprocess import ClassFile


def preprocess(
    *,
    intervals: Annotated[
        list[str],
        Parameter(
            help="NAME=FILE, once for each class: its name, and its BED or narrowPeak file.",
            show_default=False,
        ),
    ] = [],  # noqa: B006 - never changed
    classes: Annotated[
        Path | None,
        Parameter(help='Classes as JSON instead: [{"name": "exons", "path": "exons.bed"}, ...].'),
    ] = None,
    fasta: Fasta,
    conservation: Conservation = None,
    spec: Annotated[PreprocessSpec, Flat] = PreprocessSpec(),
    execution: Execution = ExecutionSpec(),
    output: Annotated[Path, Parameter(help="Dataset to write (HDF5).")],
    rejected: Annotated[
        Path | None, Parameter(help="Table of input lines that became no window, and why.")
    ] = None,
    reports: Reports = ReportOptions(),
) -> None:
    """Make a dataset from one interval file for each class."""
    from enngene_core.cli.progress import CountProgress
    from enngene_core.dataset import preprocess as work
    from enngene_core.dataset.encode import References

    class_files = _class_files(intervals, classes)
    with written_together(output, rejected, *reports.paths) as (dataset, table, *pages):
        assert dataset is not None
        result = work.preprocess(
            class_files,
            References(fasta, conservation),
            spec,
            output=dataset,
            rejected=table,
            execution=execution,
            on_progress=CountProgress("sequences folded"),
        )
        if any(pages):
            from enngene_core.report.preprocess import preprocess_report

            write(preprocess_report(result), pages)
    print(
        f"{result.counts.sum()} windows of {len(class_files)} classes; "
        f"{len(result.rejections)} input lines rejected"
    )


def _class_files(intervals: list[str], classes: Path | None) -> "list[ClassFile]":
    from enngene_core.dataset.preprocess import ClassFile

    if classes is not None:
        if intervals:
            raise SpecError("give the classes by --intervals or by --classes, not by both")
        listed = validate(ClassFilesSpec, {"classes": read_json(classes)}, source=str(classes))
        return [ClassFile(item.class_name, Path(item.path)) for item in listed.classes]
    found = []
    for text in intervals:
        name, equals, path = text.partition("=")
        if not (name and equals and path):
            raise SpecError(f"--intervals {text}: expected NAME=FILE, as in exons=exons.bed")
        found.append(ClassFile(name, Path(path)))
    return found
