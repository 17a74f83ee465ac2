"""Scanning: sliding windows over a genome get a probability for each class, and peaks."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from enngene_core.dataset.rejected import write_rejected_rows
from enngene_core.dataset.sliding import SlidingEncoder
from enngene_core.dataset.sources import References, Sources
from enngene_core.errors import InsufficientMemoryError, SpecError
from enngene_core.formats.signals.spooled import SpooledSignal
from enngene_core.intervals.sliding import Grid
from enngene_core.models.bundle import BundleConfig, read_bundle
from enngene_core.models.inference import Predictor
from enngene_core.models.match import check_classes
from enngene_core.prediction.scan_background import background_scores
from enngene_core.prediction.scan_outputs import collect_peaks, write_tracks
from enngene_core.prediction.scan_places import places_to_scan
from enngene_core.prediction.scan_result import ClassScan, ScanResult
from enngene_core.prediction.scan_scores import ScanScores
from enngene_core.prediction.scan_windows import score_windows
from enngene_core.prediction.significance import significance
from enngene_core.provenance import Checksums, software
from enngene_core.specs.execution import ExecutionSpec, InferenceSpec
from enngene_core.specs.scan import ScanSpec

Progress = Callable[[int, int], None]

#: Memory for a window of the background, for each class that is scored; and what `pyBigWig` takes
#: for a cell of the track that it writes, bytes.
_BYTES_OF_BACKGROUND, _BYTES_OF_TRACK = 32, 16


def scan(
    model: Path,
    references: References,
    spec: ScanSpec = ScanSpec(),
    *,
    regions: Path | None = None,
    peaks: Path | None = None,
    tracks: Path | None = None,
    rejected: Path | None = None,
    execution: ExecutionSpec = ExecutionSpec(),
    inference: InferenceSpec = InferenceSpec(),
    on_background: Progress | None = None,
    on_progress: Progress | None = None,
) -> ScanResult:
    """Predict the class of windows all over a genome, and find scores that are too high for chance.

    Every chromosome is divided into cells of the step's length, and each cell gets what `predict`
    would say of it. Scores go through a temporary file, so that memory does not grow with them.

    Parameters
    ----------
    model
        Bundle.
    references
        Genome; conservation and tracks, if the model reads them.
    spec
        Where windows lie, what is scored, and when it counts.
    regions
        Intervals; of the genome, only cells that touch one are scanned.
    peaks
        narrowPeak file to write, sorted by chromosome and place.
    tracks
        Folder to make, with a bigWig for each class and strand.
    rejected
        Table to write: a row for each region that could not be used.
    execution
        Cores and memory.
    inference
        Numbers to compute with.
    on_background
        Called with the number of finished and of all shuffled windows.
    on_progress
        Called with the number of finished and of all cells.

    Raises
    ------
    BundleError, IntervalError, GenomeError, SignalError, SpecError
        If a file cannot be used.
    InsufficientMemoryError
        If the background or a track would not fit into memory.
    """
    bundle = read_bundle(model, for_use=inference.precision)
    config = bundle.config
    dataset, branches = config.dataset, tuple(config.network.branches)
    labels = _labels(config, spec)
    strands = spec.strands_for(dataset.strand)
    if references.genome is None:
        raise SpecError("a scan needs the sequence of a genome: give --fasta")
    with ExitStack() as opened:
        checksums = opened.enter_context(Checksums(_inputs(model, references, regions, config)))
        sources = opened.enter_context(
            Sources(references, branches=branches, tracks=dataset.tracks)
        )
        places = places_to_scan(sources, dataset, spec, regions)
        grid = places.grid
        _check_size(grid, spec, execution, len(labels), len(strands), "structure" in branches)
        _spool(sources, grid, opened)
        encoder = SlidingEncoder(sources, dataset, branches, execution)
        predictor = Predictor(bundle.model, calibration=config.calibration)
        background = background_scores(
            grid,
            sources,
            encoder,
            predictor,
            spec,
            branches=branches,
            labels=labels,
            strands=strands,
            on_progress=on_background,
        )
        scores = opened.enter_context(ScanScores(len(strands), len(labels), grid.n_cells))
        tally = score_windows(
            grid,
            encoder,
            predictor,
            spec,
            branches=branches,
            labels=labels,
            strands=strands,
            background=background,
            scores=scores,
            on_progress=on_progress,
        )
        found = [
            significance(of_class, n_by_rank, cutoff=spec.q)
            for of_class, n_by_rank in zip(background, tally.n_by_rank, strict=True)
        ]
        classes = tuple(dataset.classes[label] for label in labels)
        collected = collect_peaks(
            grid, scores, found, classes=classes, strands=strands, output=peaks
        )
        if tracks is not None:
            write_tracks(tracks, grid, scores, classes=classes, strands=strands)
        if rejected is not None and places.regions is not None:
            write_rejected_rows(rejected, places.rejections, places.regions)
        of_classes = (
            ClassScan(name, of_class, histogram, own.n_peaks, own.n_bases, own.top)
            for name, of_class, histogram, own in zip(
                classes, found, tally.histograms, collected, strict=True
            )
        )
        return ScanResult(
            config=config,
            spec=spec,
            grid=grid,
            strands=strands,
            classes=tuple(of_classes),
            n_unknown=tally.n_unknown,
            n_dropped=tally.n_dropped,
            n_unfolded=tally.n_unfolded,
            unscored=places.unscored,
            n_regions=None if places.regions is None else len(places.regions),
            rejections=places.rejections,
            provenance={"inputs_sha256": checksums.digests(), "software": _software(branches)},
        )


def _labels(config: BundleConfig, spec: ScanSpec) -> list[int]:
    check_classes(config, spec.peak_class, flag="--peak-class")
    classes = config.dataset.classes
    return [classes.index(name) for name in spec.peak_class or classes]


def _inputs(
    model: Path, references: References, regions: Path | None, config: BundleConfig
) -> dict[str, Path]:
    """Files by what they are; only those that are read."""
    paths = {"model": model}
    if references.genome is not None:
        paths["fasta"] = references.genome
    if regions is not None:
        paths["regions"] = regions
    branches = config.network.branches
    if "conservation" in branches:
        for number, path in enumerate(references.conservation, 1):
            paths["conservation" if number == 1 else f"conservation:{number}"] = path
    paths |= {f"track:{name}": path for name, path in references.tracks.items() if name in branches}
    if references.chromosome_names is not None:
        paths["chromosome_names"] = references.chromosome_names
    return paths


def _software(branches: tuple[str, ...]) -> dict[str, str]:
    used = ["numpy", "pyfaidx", "pybigwig", "tensorflow", "keras"]
    return software(*used, *(["viennarna"] if "structure" in branches else []))


def _check_size(
    grid: Grid,
    spec: ScanSpec,
    execution: ExecutionSpec,
    n_classes: int,
    n_strands: int,
    is_folded: bool,
) -> None:
    n_folded = grid.n_cells * n_strands + spec.background
    if is_folded and n_folded > spec.max_folded:
        raise SpecError(
            f"the model reads structure, so that {n_folded:,} windows would be folded (about "
            f"{_folding_minutes(n_folded, grid.width, execution.n_threads):,.0f} minutes on "
            f"{execution.n_threads} cores); expected {spec.max_folded:,} at most: scan --regions "
            "or --chromosomes, or with a larger --step, or allow more with --max-folded"
        )
    needed = max(n_classes * spec.background * _BYTES_OF_BACKGROUND, grid.n_cells * _BYTES_OF_TRACK)
    if execution.memory and needed > execution.memory << 20:
        raise InsufficientMemoryError(
            f"{grid.n_cells:,} windows a strand and {spec.background:,} of the background need "
            f"{needed >> 20} MiB, but {execution.memory} MiB are allowed; use a larger --step, a "
            "smaller --background, fewer classes, or scan chromosome by chromosome"
        )


def _folding_minutes(n_windows: int, width: int, n_threads: int) -> float:
    """Roughly: 12 ms for 100 nt with all pair probabilities, and five times that for 200 nt."""
    return n_windows * 12e-3 * (width / 100) ** 2.4 / n_threads / 60


def _spool(sources: Sources, grid: Grid, opened: ExitStack) -> None:
    """Replace files that are read from start to end by what can be read anywhere."""
    for name, signal in sources.signals.items():
        if not signal.is_indexed:
            own = sources.names[name]
            sizes = {own[grid.chroms[c]]: int(grid.sizes[c]) for c in grid.scanned}
            sources.signals[name] = opened.enter_context(SpooledSignal(signal, sizes))
