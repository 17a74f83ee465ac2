"""What the report of negatives says, and that it warns where it must."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from enngene_core.dataset.likeness import Profile, auroc
from enngene_core.dataset.negatives import MaskUse, NegativesResult, negatives
from enngene_core.dataset.negatives_inputs import NegativesInputs
from enngene_core.dataset.negatives_made import Made
from enngene_core.intervals.rejections import Rejections
from enngene_core.report.description import Facts, Figure, Report, Table, Text, Warning
from enngene_core.report.negatives import negatives_report
from enngene_core.report.write import write_report
from enngene_core.specs.negatives import NegativesSpec

DATA = Path(__file__).parents[2] / "test-data"


def profile(gc: list[int], *, length: int = 100, unknown: int = 0) -> Profile:
    n = len(gc)
    return Profile(np.full(n, length), np.array(gc), np.full(n, unknown), np.arange(1, 17))


def result(
    spec: NegativesSpec = NegativesSpec(),
    positives: Profile = profile([40, 50, 60] * 50),
    negatives: Profile = profile([40, 50, 60] * 50),
    *,
    n_at_bound: dict[float, int] | None = None,
    unplaced: Rejections | None = None,
    rejections: Rejections | None = None,
) -> NegativesResult:
    unplaced, rejections = unplaced or Rejections.none(), rejections or Rejections.none()
    return NegativesResult(
        spec=spec,
        n_positives=len(positives) + len(rejections),
        n_wanted=len(negatives) + len(unplaced),
        rejections=rejections,
        made=Made(unplaced, positives, negatives, n_at_bound or {}, 900, 1000),
        auroc={
            "GC content": auroc(positives.gc, negatives.gc),
            "length": auroc(positives.length, negatives.length),
        },
        masks=[],
        renamed={},
        provenance={"inputs_sha256": {"positives": "ab12" * 16}, "software": {"numpy": "2"}},
    )


def blocks(report: Report) -> list[object]:
    return [block for section in report.sections for block in section.blocks]


def texts(report: Report) -> str:
    return "\n".join(block.text for block in blocks(report) if isinstance(block, Text))


def warnings(report: Report) -> str:
    return "\n".join(block.text for block in blocks(report) if isinstance(block, Warning))


def table(report: Report, name: str) -> Table:
    found = [b.numbers if isinstance(b, Figure) else b for b in blocks(report)]
    return next(b for b in found if isinstance(b, Table) and b.name == name)


def test_order_and_settings() -> None:
    report = negatives_report(result())
    assert [section.heading for section in report.sections] == [
        "What was done",
        "How alike the classes are",
        "What to be careful about",
        "Figures",
        "Tables",
        "How to run it again",
    ]
    facts = dict(next(block for block in blocks(report) if isinstance(block, Facts)).rows)
    assert facts["method"] == "gc"
    assert facts["seed"] == "1"
    assert facts["tolerance in GC content"] == "2, at most 10 percentage points"
    assert table(report, "inputs").rows == [("positives", "ab12" * 16)]
    assert not warnings(report)
    assert "Nothing stood out." in texts(report)


def test_likeness_in_numbers() -> None:
    report = negatives_report(result(negatives=profile([20, 30] * 75, length=50)))
    rows = {row[0]: row[1:] for row in table(report, "likeness").rows}
    assert rows["sequences"] == (150, 150, "")
    assert rows["median length (nt)"] == (100, 50, 1)
    assert rows["mean GC content (%)"] == (50, 50, pytest.approx(0.5, abs=0.2))
    assert table(report, "counts").rows == [
        ("positives", 150, 150, 0),
        ("negatives", 150, 150, 0),
    ]
    assert "length: it alone tells them apart with an AUROC of 1.00" in warnings(report)


def test_trivial_signals_are_told() -> None:
    report = negatives_report(result(negatives=profile([30, 35] * 75)))
    assert "differ in GC content: it alone tells them apart with an AUROC of 1.00" in (
        warnings(report)
    )
    assert "smaller widest tolerance" in warnings(report)
    genome = result(NegativesSpec(method="genome"), negatives=profile([30, 35] * 75))
    assert "the method gc makes places of like GC" in warnings(negatives_report(genome))
    report = negatives_report(result(positives=profile([40, 50, 60] * 50, unknown=3)))
    assert "N) are 3.0 % of the positives (150 positives have some) and 0.0 %" in warnings(report)
    assert "All positives and negatives have 100 nt." in texts(report)
    assert not any(isinstance(b, Figure) and b.name == "lengths" for b in blocks(report))


def test_what_is_missing_is_told() -> None:
    lines = np.arange(1, 4)
    report = negatives_report(
        result(
            rejections=Rejections.of(0, lines, "its chromosome is not in the genome"),
            unplaced=Rejections.of(0, lines, "no free place is long enough"),
            negatives=profile([40, 50, 60] * 20),
        )
    )
    told = warnings(report)
    assert "3 positives of 153 (2.0 %) could not be used (its chromosome is not" in told
    assert "3 negatives of 63 (4.8 %) could not be made (no free place is long enough: 3)" in told
    assert "Only 60 negatives" in told
    assert "3 more were wanted and not made" in texts(report)
    assert table(report, "reasons").rows == [
        ("positive", "its chromosome is not in the genome", 3),
        ("negative", "no free place is long enough", 3),
    ]


def test_wider_searches_are_told() -> None:
    bounds = {0.5: 100, 2: 20, 4: 20, 10: 10}
    report = negatives_report(result(n_at_bound=bounds))
    assert "30 negatives (20.0 %) needed a wider tolerance than 2 percentage points" in (
        warnings(report)
    )
    assert table(report, "bounds").rows == list(bounds.items())
    flank = result(NegativesSpec(method="flank"), n_at_bound={1000: 100, 2000: 50})
    assert "50 negatives (33.3 %) lie farther than 1,000 nt" in warnings(negatives_report(flank))


def test_shuffles_have_no_place() -> None:
    report = negatives_report(result(NegativesSpec(method="shuffle", k=3)))
    assert "no conservation" in warnings(report)
    assert "keeps the count of each trinucleotide, and the first and last 2 bases" in texts(report)
    assert "No negative overlaps" not in texts(report)


def test_masks_of_another_genome_are_told() -> None:
    masks = [MaskUse(10, 0), MaskUse(10, 10), MaskUse(10, 4)]
    renamed = {"positives": {"1": "chr1"}}
    report = negatives_report(replace(result(), masks=masks, renamed=renamed))
    assert "Of mask 2, all 10 intervals lie on chromosomes that the genome lacks" in (
        warnings(report)
    )
    assert "Of mask 3, 4 of 10 intervals" in warnings(report)
    assert "mask 1" not in warnings(report)
    assert table(report, "masks").rows[1] == (2, 10, 10)
    assert table(report, "chromosome_names").rows == [("positives", "1", "chr1")]
    assert "1 chromosome is spelt in another way" in texts(report)


@pytest.mark.parametrize("method", ["gc", "shuffle", "genome", "flank"])
def test_real_reports_are_written_in_every_form(method: str, tmp_path: Path) -> None:
    made = negatives(
        NegativesInputs(DATA / "introns.bed", DATA / "genome.fa"),
        NegativesSpec.model_validate({"method": method}),
        output=tmp_path / "negatives",
    )
    html, markdown, figures = tmp_path / "r.html", tmp_path / "r.md", tmp_path / "figures"
    write_report(negatives_report(made), html=html, markdown=markdown, figures=figures)
    assert "263 negatives for 263 positives" in html.read_text()
    assert len(markdown.read_bytes()) < 10 * 1024
    for name in ("gc_content", "lengths", "dinucleotides"):
        assert (figures / f"{name}.png").stat().st_size > 5000
        rows = (figures / f"{name}.tsv").read_text().splitlines()[1:]
        for column in (-2, -1):
            total = sum(float(row.split("\t")[column]) for row in rows)
            assert total == pytest.approx(100, abs=0.01)
