"""Reports as pages and files, with texts that try to be more than text."""

import io
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from markdown_it import MarkdownIt

from enngene_core.plots.style import DPI
from enngene_core.report.description import (
    Facts,
    Figure,
    Report,
    Section,
    Table,
    Text,
    Warning,
)
from enngene_core.report.evaluation import evaluation_report
from enngene_core.report.figures import render_figures
from enngene_core.report.html import write_html
from enngene_core.report.interpretation import interpretation_report
from enngene_core.report.markdown import LARGEST, escaped, markdown
from enngene_core.report.preprocess import preprocess_report
from enngene_core.report.split import split_report
from enngene_core.report.training import training_report
from enngene_core.report.write import write_report
from tests.plots.results import (
    HOSTILE,
    checks,
    evaluation_result,
    interpretation_result,
    names,
    preprocess_result,
    rejections,
    split_result,
    training_result,
)

FIGURES = sorted(
    ("confusion", "precision_recall", "reliability", "roc", "scores", "threshold_curves")
)
MORE_HOSTILE = (
    "line\u2028```galaxy\u2028job_metrics()\u2028```",
    "nul \x00 and \u202e override",
    '"><img src=x onerror=alert(1)>',
    "1. list",
    "- list",
    "# heading",
    "![image](http://example.org/x.png)",
    "<http://example.org>",
    "&lt;b&gt;",
    "\ud800",
)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def _hostile_report() -> Report:
    words = (*HOSTILE, *MORE_HOSTILE)
    blocks: list = [block for word in words for block in (Text(word), Warning(word))]
    blocks += [
        Facts([(word, word) for word in words]),
        Table("t", words[0], words, [words, range(len(words))]),
    ]
    return Report(words[0], [Section(words[3], blocks)])


def _page(report: Report, folder: Path) -> _Page:
    write_html(report, folder / "page.html")
    page = _Page()
    page.feed((folder / "page.html").read_text(encoding="utf-8"))
    return page


@pytest.fixture(scope="module")
def evaluated() -> Report:
    return evaluation_report(evaluation_result(HOSTILE, 80))


def test_page_loads_nothing_and_runs_nothing(evaluated: Report, tmp_path: Path) -> None:
    page = _page(evaluated, tmp_path)
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "link", "iframe", "object", "embed", "base", "form", "a"}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("src") or "data:image/png;base64,").startswith("data:image/png")
        if tag == "img":
            assert len(attributes["alt"] or "") > 50
    assert sum(tag == "img" for tag, _ in page.tags) == len(FIGURES)
    style = page.text[: page.text.index("Evaluation: how good", 100)]
    assert "url(" not in style
    assert "@import" not in style


def test_page_shows_hostile_text_as_text(tmp_path: Path) -> None:
    page = _page(_hostile_report(), tmp_path)
    assert not {"script", "img", "b"} & {tag for tag, _ in page.tags}
    for word in HOSTILE:
        assert page.text.count(word) >= 4
    assert "\x00" not in page.text


def test_markdown_shows_hostile_text_as_text() -> None:
    # What Galaxy's page is made with, in Python.
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    for word in (*HOSTILE, *MORE_HOSTILE):
        source = escaped(word)
        assert "\n" not in source
        assert len(source.splitlines()) == 1
        (_, inline, _) = parser.parse(source)
        assert {token.type for token in inline.children} <= {"text", "text_special", "softbreak"}
        assert parser.render(source).startswith("<p>")


def test_markdown_keeps_galaxy_from_reading_directives() -> None:
    page = markdown(_hostile_report())
    assert "```" not in page
    assert "${" not in page
    assert "$" not in page.replace("\\$", "")


def test_markdown_of_galaxy_has_an_image_for_each_figure(evaluated: Report) -> None:
    page = markdown(evaluated)
    for name in FIGURES:
        block = f'```galaxy\nhistory_dataset_as_image(output=report, path="{name}.png")\n```\n'
        assert f"\n{block}" in page
    assert page.count("```") == 2 * len(FIGURES)
    assert "| class | windows |" in page


@pytest.mark.parametrize("name", ["class", "`$<" * 30, "\N{CJK UNIFIED IDEOGRAPH-65E5}" * 100])
def test_markdown_is_below_the_limit_at_1000_classes(name: str) -> None:
    classes = [f"{name}{number}"[-100:] for number in range(1000)]
    counts = np.full((1000, 4), 2)
    reports = [
        preprocess_report(preprocess_result(classes, counts)),
        split_report(split_result(classes, counts)),
        training_report(training_result(classes)),
        interpretation_report(interpretation_result(classes, n_windows=1000)),
    ]
    for report in reports:
        page = markdown(report)
        assert 1000 < len(page.encode()) <= LARGEST
        assert page.count("```") % 2 == 0


def _hostile_preprocessing(n_classes: int) -> Report:
    """Long and nasty names of classes, chromosomes and reasons, and as many tracks as there are."""
    words = (*HOSTILE, *MORE_HOSTILE[:-1])
    classes = [f"{words[n % len(words)]} {n} {'`$<' * 30}"[:100] for n in range(n_classes)]
    classes = [name if name.isprintable() else f"class {n}" for n, name in enumerate(classes)]
    spec = {"tracks": {f"{'t' * 36}{n}": "signal" for n in range(100)}, "split": "chromosome"}
    reasons = [(n, f"{word} {word}", n + 1) for n in range(n_classes) for word in words]
    made = checks(n_classes, overlapping=3, nearly_identical=9, padding=0.8, unknown=0.7)
    result = preprocess_result(classes, np.full((n_classes, 4), 2), checks=made, **spec)
    chromosomes = {f"{word}{n}": np.array([1, 2, 0, 3]) for word in words for n in range(9)}
    return preprocess_report(
        replace(
            result,
            rejections=rejections(*reasons),
            renamed={
                ("class", name): dict(zip(words, reversed(words), strict=True)) for name in classes
            },
            summary=replace(result.summary, chromosomes=chromosomes),
        )
    )


def test_markdown_of_hostile_preprocessing_is_whole_and_below_the_limit() -> None:
    report = _hostile_preprocessing(30)
    page = markdown(report)
    assert len(page.encode()) <= LARGEST
    assert "did not fit" not in page
    assert "## How to run it again" in page
    figures = [b.name for s in report.sections for b in s.blocks if isinstance(b, Figure)]
    assert page.count("```galaxy\n") == len(figures)
    assert page.count("```") == 2 * len(figures)
    assert "$" not in page.replace("\\$", "")
    assert "<script" not in page.replace("\\<", "")


def test_page_of_hostile_preprocessing_shows_text_as_text(tmp_path: Path) -> None:
    report = _hostile_preprocessing(len(HOSTILE))
    figures = tmp_path / "figures"
    write_report(report, html=tmp_path / "page.html", markdown=None, figures=figures)
    page = _Page()
    page.feed((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert not {tag for tag, _ in page.tags} & {"script", "a", "b", "iframe"}
    assert page.text.count(HOSTILE[0]) > 10
    lines = (figures / "chromosomes.tsv").read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if line.startswith(("=", "+", "-", "@"))]
    assert len(lines) == 61


def test_letters_are_as_large_in_all_figures_of_a_page(evaluated: Report, tmp_path: Path) -> None:
    rendered = render_figures(evaluated, with_pdf=False)
    images = [attributes for tag, attributes in _page(evaluated, tmp_path).tags if tag == "img"]
    assert len(images) == len(rendered)
    for image, item in zip(images, rendered.values(), strict=True):
        pixels = matplotlib.image.imread(io.BytesIO(item.png)).shape[1]
        assert int(image["width"] or 0) / pixels == pytest.approx(132 / DPI, abs=1e-3)


def test_markdown_of_an_endless_report_ends_whole() -> None:
    sections = [Section("Tables", [Text("word " * 200)] * 200)]
    page = markdown(Report("Long", sections))
    assert len(page.encode()) <= LARGEST
    assert page.rstrip().endswith("the outputs of the tool have it.*")


def test_short_report_is_not_shortened() -> None:
    page = markdown(evaluation_report(evaluation_result(names(15), 200)))
    assert "did not fit" not in page
    assert "The first" not in page


def test_all_forms_are_written_and_figures_drawn_once(tmp_path: Path) -> None:
    evaluated = evaluation_report(evaluation_result(("=a", "b"), 60))
    drawn: list[str] = []

    def counted(figure: Figure) -> Figure:
        def draw() -> object:
            drawn.append(figure.name)
            return figure.draw()

        return Figure(figure.name, figure.caption, draw, figure.numbers)  # type: ignore[arg-type]

    sections = [
        Section(s.heading, [counted(b) if isinstance(b, Figure) else b for b in s.blocks])
        for s in evaluated.sections
    ]
    report = Report(evaluated.title, sections)
    write_report(
        report,
        html=tmp_path / "report.html",
        markdown=tmp_path / "report.md",
        figures=tmp_path / "figures",
    )
    assert sorted(drawn) == FIGURES
    for name in drawn:
        assert (tmp_path / f"figures/{name}.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        assert (tmp_path / f"figures/{name}.pdf").read_bytes()[:5] == b"%PDF-"
    lines = (tmp_path / "figures/confusion.tsv").read_text().splitlines()
    assert lines[0].split("\t") == [
        "true_class",
        "predicted_class",
        "windows",
        "share_of_true_class",
    ]
    assert lines[1].split("\t")[:2] == ["'=a", "'=a"]  # no formula in a spreadsheet

    write_report(report, html=None, markdown=tmp_path / "again.md", figures=None)
    assert len(drawn) == len(FIGURES)
    assert (tmp_path / "again.md").read_bytes() == (tmp_path / "report.md").read_bytes()


def test_same_result_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        report = evaluation_report(evaluation_result(("a", "b"), 60))
        write_report(report, html=None, markdown=None, figures=tmp_path / folder)
    written = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(written) == 3 * len(FIGURES)
    for name in written:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
