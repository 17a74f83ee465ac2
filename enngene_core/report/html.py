"""A report as one HTML file that needs nothing else."""

import base64
from collections.abc import Mapping
from pathlib import Path

import jinja2

from enngene_core.plots.names import plain
from enngene_core.plots.style import DPI
from enngene_core.report.coloured import coloured_lines
from enngene_core.report.description import Report
from enngene_core.report.figures import RenderedFigure, render_figures
from enngene_core.report.words import shown

#: Rows of a table that a page shows.
_MOST_ROWS = 1000
#: Pixels for an inch of a figure, as far as the page is wide enough: so letters are as large in
#: all figures, and nearly as large as those of the page.
_PIXELS = 132


def write_html(
    report: Report, path: Path, rendered: Mapping[str, RenderedFigure] | None = None
) -> None:
    """Write a page with its pictures inside: no script, nothing that is fetched.

    Parameters
    ----------
    report
        All its texts are escaped.
    path
        File to write.
    rendered
        Figures that are drawn already.
    """
    if rendered is None:
        rendered = render_figures(report, with_pdf=False)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.tests["number"] = lambda value: not isinstance(value, str)
    environment.filters.update(plain=plain, shown=shown)
    page = environment.get_template("report.html").render(
        report=report,
        kind=lambda block: type(block).__name__,
        pictures={
            name: base64.b64encode(item.png).decode("ascii") for name, item in rendered.items()
        },
        most_rows=_MOST_ROWS,
        widths={name: _width(item.png) for name, item in rendered.items()},
        coloured_lines=coloured_lines,
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def _width(png: bytes) -> int:
    """Width on the page (px), from the first chunk of the PNG file, which holds its own."""
    return round(int.from_bytes(png[16:20], "big") / DPI * _PIXELS)
