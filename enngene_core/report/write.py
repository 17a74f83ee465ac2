"""All forms of a report, from one description."""

from pathlib import Path

from enngene_core.report.description import Report
from enngene_core.report.figures import render_figures, write_figures
from enngene_core.report.html import write_html
from enngene_core.report.markdown import write_markdown


def write_report(
    report: Report, *, html: Path | None, markdown: Path | None, figures: Path | None
) -> None:
    """Write what is asked for; each figure is drawn once, and none for Markdown alone.

    Parameters
    ----------
    report
        What to say.
    html
        One self-contained page.
    markdown
        Galaxy's ``tool_markdown``; its figures are PNG files of the folder `figures`.
    figures
        Folder for PNG, PDF and tables.
    """
    if html is not None or figures is not None:
        rendered = render_figures(report, with_pdf=figures is not None)
        if html is not None:
            write_html(report, html, rendered)
        if figures is not None:
            write_figures(report, figures, rendered)
    if markdown is not None:
        write_markdown(report, markdown)
