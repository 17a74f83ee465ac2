"""Options that several commands share."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from enngene_core.errors import SpecError
from enngene_core.specs.execution import ExecutionSpec, InferenceSpec

if TYPE_CHECKING:
    from enngene_core.dataset.new_windows import Kind
    from enngene_core.dataset.sources import References
    from enngene_core.report.description import Report
    from enngene_core.report.parameters import Input


def _shown_default(value: object) -> str:
    if isinstance(value, tuple):
        separator = ":" if value and isinstance(value[0], int) else ","
        return separator.join(map(str, value)) or "none"
    return str(value)


#: Flags straight from the fields of a spec.
Flat = Parameter(name="*", show_default=_shown_default)

Model = Annotated[Path, Parameter(help="Model bundle that 'enngene train' wrote.")]
Rejected = Annotated[
    Path | None, Parameter(help="Table of rows of the input that became no window.")
]
Execution = Annotated[ExecutionSpec, Flat]
Inference = Annotated[InferenceSpec, Flat]


def named_path(flag: str, text: str) -> tuple[str, Path]:
    """Name and file of ``NAME=FILE``.

    Raises
    ------
    SpecError
        If the text is another.
    """
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise SpecError(f"{flag} {text}: expected NAME=FILE")
    return name, Path(path)


@dataclass(frozen=True)
class NewOptions:
    """What a model is used on: one of both."""

    intervals: Annotated[
        Path | None,
        Parameter(help="BED, narrowPeak, broadPeak, GFF3 or GTF file of new intervals."),
    ] = None
    sequences: Annotated[
        Path | None,
        Parameter(
            help="New sequences instead, DNA or RNA, plain or gzip: FASTA, or text with one "
            "sequence a line, if its first character is not '>'."
        ),
    ] = None

    def open(self) -> "tuple[Path, Kind]":
        """The file, and what is in it.

        Raises
        ------
        SpecError
            If there are two files, or none.
        """
        if self.intervals is not None and self.sequences is None:
            return self.intervals, "intervals"
        if self.sequences is not None and self.intervals is None:
            return self.sequences, "sequences"
        raise SpecError("give either --intervals or --sequences")


New = Annotated[NewOptions, Parameter(name="*")]


@dataclass(frozen=True)
class ReferenceOptions:
    """What windows are encoded from."""

    fasta: Annotated[
        Path | None, Parameter(help="Genome: FASTA (plain, gzip or bgzip) or 2bit.")
    ] = None
    conservation: Annotated[
        tuple[Path, ...],
        Parameter(
            help="Conservation scores: a bigWig, or a wig file (plain or gzip; give it once for "
            "each chromosome's file). Needed by the conservation branch.",
            show_default=False,
        ),
    ] = ()
    track: Annotated[
        tuple[str, ...],
        Parameter(
            help="NAME=FILE, once for each track of your own, which becomes a branch of that name: "
            "a bigWig or wig file (a score for each base), or a BED file (inside or not).",
            show_default=False,
        ),
    ] = ()
    chromosome_names: Annotated[
        Path | None,
        Parameter(
            help="Table of names that mean the same chromosome, a chromosome a line, separated by "
            "tabs. Names that differ only by chr are matched without it."
        ),
    ] = None

    def open(self) -> "References":
        """The same, for the functions that do the work.

        Raises
        ------
        SpecError
            If a track is not named, or two have one name.
        """
        from enngene_core.dataset.sources import References

        tracks: dict[str, Path] = {}
        for text in self.track:
            name, path = named_path("--track", text)
            if name in tracks:
                raise SpecError(f"--track {name} is given twice; expected different names")
            tracks[name] = path
        return References(self.fasta, tuple(self.conservation), tracks, self.chromosome_names)

    def inputs(self) -> "list[Input]":
        """The files that are given, for `write_parameters`."""
        from enngene_core.report.parameters import Input, inputs_of

        tracks = self.open().tracks.items()
        return [
            *inputs_of({"--fasta": self.fasta, "--chromosome-names": self.chromosome_names}),
            *(Input("--conservation", path) for path in self.conservation),
            *(Input("--track", path, name) for name, path in tracks),
        ]


Parameters = Annotated[
    Path | None,
    Parameter(
        help="All parameters, inputs with their checksums, versions, and the command that gives "
        "the run again (YAML)."
    ),
]
ReferenceFiles = Annotated[ReferenceOptions, Parameter(name="*")]


@dataclass(frozen=True)
class ReportOptions:
    """Where the report goes."""

    report: Annotated[Path | None, Parameter(help="Report: one HTML file.")] = None
    report_markdown: Annotated[
        Path | None, Parameter(help="The same report for Galaxy (tool_markdown).")
    ] = None
    report_figures: Annotated[
        Path | None,
        Parameter(help="Folder for each figure as PNG and PDF, and its numbers as a table."),
    ] = None

    @property
    def paths(self) -> tuple[Path | None, ...]:
        """All three, in the order that `write` takes them."""
        return self.report, self.report_markdown, self.report_figures


Reports = Annotated[ReportOptions, Parameter(name="*")]


def write(report: "Report", paths: list[Path | None]) -> None:
    """Write a report to those of HTML, Markdown and folder of figures that are asked for."""
    from enngene_core.report.write import write_report

    html, markdown, figures = paths
    write_report(report, html=html, markdown=markdown, figures=figures)
