"""wig files made by hand, and how tests read them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from enngene_core.formats.signals.wig import Wig

NAN = np.nan
WIG = """\
browser position chr1:1-100
track type=wiggle_0 name="two kinds" priority=20
# 1 2 3
fixedStep chrom=chr1 start=3 step=1
1
-2.5
variableStep chrom=chr2 span=2
2 0.25
6 7e-1
fixedStep chrom=chr1 start=8 step=3 span=2
nan
4
"""
SCORES = {
    "chr1": [NAN, NAN, 1, -2.5, NAN, NAN, NAN, NAN, NAN, NAN, 4, 4, NAN],
    "chr2": [NAN, 0.25, 0.25, NAN, NAN, 0.7, 0.7, NAN],
}


def wig_file(folder: Path, content: str | bytes, name: str = "scores.wig") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(
    paths: Path | Sequence[Path], wanted: dict[str, list[tuple[int, int]]]
) -> dict[tuple[str, int], np.ndarray]:
    """Scores of stretches by chromosome and start."""
    arrays = {chrom: np.array(found, np.int64).reshape(-1, 2) for chrom, found in wanted.items()}
    with Wig([paths] if isinstance(paths, Path) else paths) as wig:
        found = [((chrom, start), scores) for chrom, start, scores in wig.blocks(arrays)]
    assert all(scores.dtype == np.float32 for _, scores in found)
    assert sorted(place for place, _ in found) == [
        (chrom, start) for chrom in sorted(wanted) for start, _ in wanted[chrom]
    ]
    return dict(found)
