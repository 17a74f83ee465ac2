"""Windows as coloured text: each letter once, on its ground, and nothing but numbers in a style."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from enngene_core.branches.codes import decode
from enngene_core.report.coloured import coloured_lines
from enngene_core.report.description import ColouredRow
from enngene_core.report.html import write_html
from enngene_core.report.interpretation import interpretation_report
from enngene_core.report.markdown import markdown
from enngene_core.specs.branches import SEQUENCE
from tests.plots.results import HOSTILE, interpretation_result


def test_lines_are_wrapped_and_positions_stand_below_their_letters() -> None:
    letters = "".join("ACGT"[i % 4] for i in range(230))
    colours = np.zeros((230, 3), dtype=np.uint8)
    colours[5:8] = 9
    lines = coloured_lines([ColouredRow("sequence", letters, colours)])
    assert len(lines) == 8 and not lines[2].runs and not lines[5].runs
    assert "".join(text for line in lines[::3] for _, text in line.runs) == letters
    first, second, third = lines[0].runs
    assert (first, second) == (((0,) * 3, letters[:5]), ((9,) * 3, letters[5:8]))
    assert third == ((0,) * 3, letters[8:100])
    below = lines[4].runs[0][1]
    assert below.index("110") + 3 == 10
    assert below.endswith("200") and len(below) == 100
    assert coloured_lines([]) == []


def test_a_page_has_every_letter_and_only_numbers_in_styles(tmp_path: Path) -> None:
    result = interpretation_result(HOSTILE[:2], n_windows=2)
    names = np.array([b'"><script>alert(1)</script>', b"</pre><b>"])
    result = replace(result, windows=replace(result.windows, name=names))
    report = interpretation_report(result)
    write_html(report, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert "<script" not in page
    styles = re.findall(r'<span style="([^"]*)">', page)
    assert styles
    assert all(re.fullmatch(r"background:rgb\(\d+,\d+,\d+\)", style) for style in styles)
    blocks = re.findall(r'<pre class="coloured">.*?</pre>', page, re.DOTALL)
    text = re.sub(r"<[^>]+>", "", "".join(blocks))
    for bases in decode(result.branches["sequence"], SEQUENCE):
        assert f"sequence      {bases}" in text
    assert "rgb(" not in markdown(report)
