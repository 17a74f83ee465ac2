"""Figures as files: PNG, PDF and the table of their numbers."""

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from enngene_core.formats.text.table import write_table
from enngene_core.plots.style import styled
from enngene_core.report.description import Figure, Report

# No date and no version: the same report has the same bytes.
_METADATA: dict[str, dict[str, str | None]] = {
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


@dataclass(frozen=True)
class RenderedFigure:
    """A figure, drawn once for all pages and files.

    Attributes
    ----------
    figure : Figure
    png, pdf : bytes
        The PDF is empty if it was not asked for.
    """

    figure: Figure
    png: bytes
    pdf: bytes


def report_figures(report: Report) -> list[Figure]:
    """All figures of a report, in its order."""
    return [
        block
        for section in report.sections
        for block in section.blocks
        if isinstance(block, Figure)
    ]


def render_figures(report: Report, *, with_pdf: bool) -> dict[str, RenderedFigure]:
    """Draw every figure of a report, by name."""
    return {figure.name: _render(figure, with_pdf) for figure in report_figures(report)}


def _render(figure: Figure, with_pdf: bool) -> RenderedFigure:
    with styled(), warnings.catch_warnings():
        # A name in a script that the font lacks is drawn as boxes; tables have it whole.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        drawn = figure.draw()
        content = {"png": b"", "pdf": b""}
        for kind in ("png", "pdf") if with_pdf else ("png",):
            buffer = io.BytesIO()
            drawn.savefig(buffer, format=kind, metadata=_METADATA[kind])
            content[kind] = buffer.getvalue() if kind == "pdf" else _opaque(buffer)
    return RenderedFigure(figure, content["png"], content["pdf"])


def _opaque(png: io.BytesIO) -> bytes:
    """The picture without its alpha channel, which is full: Galaxy reads every number of it."""
    opaque = io.BytesIO()
    with Image.open(png) as picture:
        picture.convert("RGB").save(opaque, format="png", dpi=picture.info["dpi"])
    return opaque.getvalue()


def write_figures(
    report: Report, folder: Path, rendered: Mapping[str, RenderedFigure] | None = None
) -> None:
    """Write each figure as PNG and PDF, and the numbers in it as a table.

    Parameters
    ----------
    report
        Its figures' names are the files' names.
    folder
        Made, if it does not exist.
    rendered
        Figures that are drawn already, with their PDF.
    """
    rendered = rendered or render_figures(report, with_pdf=True)
    folder.mkdir(exist_ok=True)
    for name, item in rendered.items():
        (folder / f"{name}.png").write_bytes(item.png)
        (folder / f"{name}.pdf").write_bytes(item.pdf)
        write_table(folder / f"{name}.tsv", item.figure.numbers.columns, item.figure.numbers.rows)
