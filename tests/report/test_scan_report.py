"""What the report of a scan says, and that it warns where it must."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from enngene_core.dataset.sources import References
from enngene_core.plots.scan import PeaksDisplay
from enngene_core.prediction.scan import scan
from enngene_core.prediction.scan_result import ScanResult
from enngene_core.report.figures import report_figures
from enngene_core.report.markdown import LARGEST, markdown
from enngene_core.report.scan import scan_report
from enngene_core.report.write import write_report
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.scan import ScanSpec
from tests.core_fixtures import REAL_DATA
from tests.report.reading import table_of, text_of, warnings_of

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> ScanResult:
    regions = tmp_path_factory.mktemp("scan") / "regions.bed"
    regions.write_text("chr_13\t1000\t4000\nchr_10\t0\t2000\nchrUn\t1\t2\n")
    return scan(
        REAL_DATA / "model.zip",
        References(REAL_DATA / "genome.fa", (REAL_DATA / "phyloP.bw",)),
        ScanSpec(background=500, q=0.99, step=20),
        regions=regions,
        execution=ExecutionSpec(threads=1),
    )


def test_numbers_are_those_of_the_scan(result: ScanResult, tmp_path: Path) -> None:
    report = scan_report(result)
    assert [section.heading for section in report.sections] == [
        "What was done",
        "What was found",
        "What to be careful about",
        "Figures",
        "Tables",
        "How to run it again",
    ]
    assert "2 regions on 2 chromosomes (5,000 bases), on both strands: 500 windows" in text_of(
        report
    )
    for row, found in zip(table_of(report, "classes").rows, result.classes, strict=True):
        assert row[:3] == (found.name, sum(found.n_peaks.values()), found.n_bases)
    peaks = table_of(report, "peaks")
    assert [row[:2] for row in peaks.rows] == [("chr_13", 3000), ("chr_10", 2000)]
    assert sum(row[2] for row in peaks.rows) == sum(result.classes[0].n_peaks.values())
    scores = table_of(report, "scores").rows
    for column in (3, 4):
        assert sum(row[column] for row in scores) == pytest.approx(200)
    top = table_of(report, "top_1").rows
    assert [float(row[4]) for row in top] == sorted(float(row[4]) for row in top)
    write_report(
        report, html=tmp_path / "r.html", markdown=tmp_path / "r.md", figures=tmp_path / "figures"
    )
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == [
        f"{name}.{kind}" for name in ("peaks", "scores") for kind in ("pdf", "png", "tsv")
    ]
    assert len((tmp_path / "r.md").read_bytes()) <= LARGEST


def test_cautions(result: ScanResult) -> None:
    words = warnings_of(scan_report(result))
    assert "1 region of 3 could not be scanned" in words
    assert "trained on windows of this very genome" in words
    assert "Only 500 shuffled windows" in words
    assert "The model reads conservation" in words
    other = replace(result, provenance={"inputs_sha256": {"fasta": "00"}, "software": {}})
    assert "this very genome" not in warnings_of(scan_report(other))


def test_names_are_inert_and_many_classes_fit(result: ScanResult, tmp_path: Path) -> None:
    one = replace(result.classes[0], name=SCRIPT)
    many = replace(result, classes=(one, *(replace(one, name=f"class {n}") for n in range(40))))
    report = scan_report(many)
    write_report(report, html=tmp_path / "r.html", markdown=None, figures=None)
    assert SCRIPT not in (tmp_path / "r.html").read_text()
    assert SCRIPT not in markdown(report) and len(markdown(report).encode()) <= LARGEST


def test_nothing_found_has_no_cut_off_and_no_bars(result: ScanResult) -> None:
    significance = replace(result.classes[0].significance, cutoff=1e-6)
    none = replace(result.classes[0], significance=significance, n_peaks=Counter(), n_bases=0)
    report = scan_report(replace(result, classes=(none,)))
    assert [figure.name for figure in report_figures(report)] == ["scores"]
    assert table_of(report, "classes").rows[0][-1] == "none"


def test_of_many_classes_those_with_most_peaks_are_drawn() -> None:
    classes = [f"class {number}" for number in range(9)]
    densities = {"chr1": np.array([0, 9, 0, 1, 2, 3, 4, 5, 6])}
    display = PeaksDisplay(densities, classes).plot()
    drawn = [1, 3, 4, 5, 6, 7, 8]
    assert display.classes == [classes[label] for label in drawn]
    widths = [patch.get_width() for patch in display.ax.patches]
    assert widths == densities["chr1"][drawn].tolist()
