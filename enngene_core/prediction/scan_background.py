"""What a model says of windows that chance made: the genome's own, shuffled."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from enngene_core.branches.sequence import encode_sequences
from enngene_core.branches.tracks import encode_regions, encode_signal
from enngene_core.dataset.sliding import SlidingEncoder, windows_on
from enngene_core.dataset.sources import Sources
from enngene_core.errors import SpecError
from enngene_core.intervals.shuffle import shuffle
from enngene_core.intervals.sliding import Grid
from enngene_core.intervals.windows import Windows
from enngene_core.models.inference import Predictor
from enngene_core.seeding import named_rng
from enngene_core.specs.branches import SEQUENCE
from enngene_core.specs.scan import LEAST_BACKGROUND, ScanSpec, Strand

_UNKNOWN = SEQUENCE.no_symbol
#: Windows that are drawn and shuffled together; bases, if windows are wide.
_MOST_WINDOWS, _MOST_BASES = 1 << 14, 1 << 24
#: Draws for one window; where nearly all of the genome is unknown, there are fewer windows.
_MOST_DRAWS = 100

Progress = Callable[[int, int], None]


def background_scores(
    grid: Grid,
    sources: Sources,
    encoder: SlidingEncoder,
    predictor: Predictor,
    spec: ScanSpec,
    *,
    branches: Sequence[str],
    labels: Sequence[int],
    strands: tuple[Strand, ...],
    on_progress: Progress | None = None,
) -> np.ndarray:
    """Scores of shuffled windows.

    Windows are drawn at random among those to be scanned, with those left out that have too many
    unknown bases, and each is shuffled so that its dinucleotides stay as they are. Structure is
    folded of the shuffled sequence; conservation and tracks are those of the window.

    Parameters
    ----------
    grid, sources, encoder, predictor
        What is scanned, and with what.
    spec
        Number of windows and seed.
    branches
        That the network reads.
    labels
        Indices of the scored classes.
    strands
        That are read.
    on_progress
        Called with the number of finished and of all windows.

    Returns
    -------
    ndarray of float32, shape (n_classes, n_windows)
        Ascending for each class.

    Raises
    ------
    SpecError
        If there are hardly any windows with few enough unknown bases.
    """
    rng = named_rng(spec.seed, "scan background")
    found = np.empty((len(labels), spec.background), dtype=np.float32)
    width = grid.width + 2 * encoder.flank
    most = min(_MOST_WINDOWS, max(_MOST_BASES // width, 1))
    n_found = n_drawn = 0
    while n_found < spec.background and n_drawn < _MOST_DRAWS * spec.background:
        # A draw of few would cost as much as one of many where windows are rare.
        n = min(most, max(spec.background - n_found, most // 16))
        n_drawn += n
        windows = _drawn(grid, sources, n, "-" in strands, len(strands) > 1, rng)
        read = _shuffled(windows, sources, encoder, spec, branches, rng)
        if not len(read[branches[0]]):
            continue
        scores = predictor(read)
        scores = scores[rng.permutation(len(scores))[: spec.background - n_found]]
        found[:, n_found : n_found + len(scores)] = scores[:, labels].T
        n_found += len(scores)
        if on_progress:
            on_progress(n_found, spec.background)
    if n_found < LEAST_BACKGROUND:
        raise SpecError(
            f"of {n_drawn:,} windows of the genome that were drawn {n_found:,} have a share of at "
            f"most {spec.max_unknown:g} unknown bases (--max-unknown); expected a genome of known "
            "bases"
        )
    return np.sort(found[:, :n_found], axis=1)


def _drawn(
    grid: Grid,
    sources: Sources,
    n: int,
    may_be_minus: bool,
    may_be_both: bool,
    rng: np.random.Generator,
) -> Windows:
    """Windows of random cells, by place."""
    chrom, cell = grid.cells_at(np.sort(rng.integers(grid.n_cells, size=n)))
    is_minus = rng.random(n) < 0.5 if may_be_both else np.full(n, may_be_minus)
    start, is_kept = grid.window_starts(chrom, cell)
    chrom, start, is_minus = chrom[is_kept], start[is_kept], is_minus[is_kept]
    size = grid.sizes[chrom]
    return windows_on(sources, chrom, start, grid.width, size=size, is_minus=is_minus)


def _shuffled(
    windows: Windows,
    sources: Sources,
    encoder: SlidingEncoder,
    spec: ScanSpec,
    branches: Sequence[str],
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Branches of those of the windows that have few unknown bases, shuffled."""
    flank, width = encoder.flank, encoder.width
    wide = width + 2 * flank
    codes = np.empty((len(windows), wide), dtype=np.uint8)
    flanked = windows.with_flanks(flank, sources.stretches.sizes)
    for rows, some in encode_sequences(flanked, sources.genome, width=wide):
        codes[rows] = some
    share = (codes[:, flank : flank + width] >= _UNKNOWN).mean(axis=1)
    kept = np.flatnonzero(share <= spec.max_unknown)
    windows, codes = windows.take(kept), codes[kept]
    offsets = np.arange(len(codes) + 1) * wide
    codes = shuffle(codes.ravel(), offsets, 2, rng).reshape(len(codes), wide)
    read: dict[str, np.ndarray] = {}
    is_folded = np.ones(len(codes), dtype=bool)
    for name in branches:
        if name == "sequence":
            read[name] = codes[:, flank : flank + width]
        elif name == "structure":
            read[name], failed = encoder.folded(codes)
            is_folded[failed] = False
        else:
            read[name] = np.empty((len(codes), width), dtype=np.float32)
            for rows, values in _values(windows, sources, name, width):
                read[name][rows] = values
    if is_folded.all():
        return read
    return {name: values[is_folded] for name, values in read.items()}


def _values(
    windows: Windows, sources: Sources, name: str, width: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    names = sources.names[name]
    if name in sources.signals:
        found = encode_signal(windows, sources.signals[name], width=width, names=names)
        return ((rows, values) for rows, values, _ in found)
    return encode_regions(windows, sources.regions[name], width=width, names=names)
