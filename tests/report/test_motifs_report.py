"""The report of motifs says what was found, and its figures hold the motifs' numbers."""

from dataclasses import replace
from pathlib import Path

import pytest

from enngene_core.interpretation.motifs.find import find_motifs
from enngene_core.interpretation.motifs.motif import Match
from enngene_core.interpretation.motifs.result import MotifsResult
from enngene_core.plots.motifs import MotifsDisplay
from enngene_core.report.markdown import LARGEST, markdown
from enngene_core.report.motifs import motifs_report
from enngene_core.report.write import write_report
from enngene_core.specs.motifs import MotifsSpec
from tests.core_fixtures import REAL_DATA
from tests.report.reading import table_of, text_of


@pytest.fixture(scope="module")
def result() -> MotifsResult:
    spec = MotifsSpec(top=3)
    return find_motifs(REAL_DATA / "model.zip", REAL_DATA / "dataset.h5", spec)


def test_a_figure_has_a_row_for_each_motif(result: MotifsResult) -> None:
    motifs = result.drawn("filters", "sequence")[:3]
    display = MotifsDisplay(motifs, ("exons", "introns"), window=60, symbols="ACGT").plot()
    assert display.axes.shape == (3, 3)
    assert [ax.texts[0].get_text() for ax in display.axes[:, 0]] == [m.name for m in motifs]
    assert display.shares(motifs[0]).sum() == pytest.approx(1)
    top = max(float(motif.information.max()) for motif in motifs)
    assert all(ax.get_ylim()[1] == pytest.approx(1.03 * top) for ax in display.axes[:, 1])


def test_the_report_tells_what_was_found(result: MotifsResult, tmp_path: Path) -> None:
    report = motifs_report(result)
    page = markdown(report)
    assert len(page.encode()) <= LARGEST
    for words in (
        "393 windows of the train split",
        "Of 24 filters, ",
        "A filter is not a motif by itself",
        "The network was trained on these windows",
        "393 windows are few",
        'path="motifs_sequence.png"',
        'path="motifs_conservation.png"',
    ):
        assert words in page
    write_report(report, html=tmp_path / "r.html", markdown=None, figures=tmp_path / "figures")
    names = {path.name for path in (tmp_path / "figures").iterdir()}
    branches = ("sequence", "conservation")
    assert names == {f"motifs_{b}.{s}" for b in branches for s in ("png", "pdf", "tsv")}
    header, *rows = (tmp_path / "figures" / "motifs_sequence.tsv").read_text().splitlines()
    assert header == "motif\twhat\tposition\tA\tC\tG\tT"
    first = result.drawn("filters", "sequence")[0]
    assert len([row for row in rows if row.startswith(f"{first.name}\tshare\t")]) == first.width


@pytest.mark.parametrize(
    ("q", "words"),
    [
        (0.2, ("0 motifs are like a known one", "The nearest: ", "like QKI (p 0.001, q 0.2)")),
        (1e-120, ("1 motif is like a known one", "is like QKI (p 0.001, q 1e-120).")),
    ],
)
def test_the_nearest_known_motif_is_named_if_it_is_sure_or_not(
    result: MotifsResult, q: float, words: tuple[str, ...]
) -> None:
    first = replace(result.motifs[0], match=Match("QKI", 0.001, q, False))
    report = motifs_report(replace(result, motifs=(first,), n_known=30))
    assert all(word in text_of(report) for word in words)
    (row,) = table_of(report, "motifs").rows
    assert row[-2:] == ("QKI", "0.2" if q == 0.2 else "below 1e-99")
