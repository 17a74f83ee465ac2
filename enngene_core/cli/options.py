"""Options that several commands share."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from enngene_core.specs.execution import ExecutionSpec

if TYPE_CHECKING:
    from enngene_core.report.description import Report


def _shown_default(value: object) -> str:
    if isinstance(value, tuple):
        separator = ":" if value and isinstance(value[0], int) else ","
        return separator.join(map(str, value)) or "none"
    return str(value)


#: Flags straight from the fields of a spec.
Flat = Parameter(name="*", show_default=_shown_default)

Fasta = Annotated[Path, Parameter(help="Genome: FASTA, plain or bgzipped.")]
Conservation = Annotated[
    Path | None,
    Parameter(help="bigWig of conservation scores; needed by the conservation branch."),
]
Model = Annotated[Path, Parameter(help="Model bundle that 'enngene train' wrote.")]
NewIntervals = Annotated[Path, Parameter(help="BED or narrowPeak file of new intervals.")]
Execution = Annotated[ExecutionSpec, Flat]


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
