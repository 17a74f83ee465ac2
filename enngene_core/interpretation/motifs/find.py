"""Motifs of a model, from windows of a dataset."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enngene_core.dataset.file import Dataset
from enngene_core.errors import InsufficientMemoryError, MotifError, SpecError
from enngene_core.formats.meme import KnownMotif
from enngene_core.formats.text.table import write_table
from enngene_core.interpretation.motifs import known as known_motifs
from enngene_core.interpretation.motifs import modisco
from enngene_core.interpretation.motifs.discovery import MotifDiscovery, Progress
from enngene_core.interpretation.motifs.filters import FirstLayer, first_layers
from enngene_core.interpretation.motifs.motif import Motif
from enngene_core.interpretation.motifs.result import COLUMNS, MotifsResult
from enngene_core.models.bundle import Bundle, BundleConfig, read_bundle
from enngene_core.models.match import check_classes, check_match, model_labels
from enngene_core.provenance import sha256
from enngene_core.seeding import named_rng
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.motifs import MotifsSpec

#: Rows of a dataset that are read at a time.
_BLOCK = 1 << 16


@dataclass(frozen=True)
class MotifFiles:
    """What a search for motifs compares with, and writes beside its table.

    Attributes
    ----------
    known : sequence of KnownMotif or None
        What the motifs of the sequence are compared with.
    meme, structure_meme : Path or None
        Motifs of the sequence and of the structure branch to write, in that format.
    """

    known: Sequence[KnownMotif] | None = None
    meme: Path | None = None
    structure_meme: Path | None = None


def find_motifs(
    model: Path,
    dataset: Path,
    spec: MotifsSpec = MotifsSpec(),
    *,
    output: Path | None = None,
    files: MotifFiles = MotifFiles(),
    execution: ExecutionSpec = ExecutionSpec(),
    on_progress: Callable[[str], Progress] | None = None,
) -> MotifsResult:
    """Find what a model's first filters look for, and what its attributions share.

    Parameters
    ----------
    model
        Bundle.
    dataset
        Dataset with the model's classes, window and branches.
    spec
        Which motifs, and of which windows.
    output
        Table of motifs to write.
    files
        Known motifs, and files of motifs to write.
    execution
        Cores and memory.
    on_progress
        Called with what is counted; gives what is called with finished and all of them.

    Raises
    ------
    BundleError, DatasetError, MotifError, SpecError
        If a file cannot be used, or the model has nothing to make motifs of.
    InsufficientMemoryError
        If the windows would not fit into memory.
    """
    known = files.known
    bundle = read_bundle(model)
    config = bundle.config
    layers = _checked_layers(bundle, spec, files)
    with Dataset(dataset) as opened:
        check_match(config, opened)
        rows = opened.rows(spec.split)
        chosen = _drawn(rows, opened.label[rows], spec)
        _check_memory(len(chosen), config, layers, spec, execution)
        _check_installed(spec, has_known=known is not None)
        label = model_labels(bundle.config, opened, chosen)
        branches = {name: _read(opened, name, chosen) for name in config.network.branches}
    discovery = MotifDiscovery(bundle, spec, branches, label, execution.n_threads, on_progress)
    found = discovery.of_attributions() if spec.method != "filters" else []
    if spec.method != "attributions":
        found += discovery.of_filters(layers)
    if known is not None:
        found = known_motifs.with_matches(
            found, known, both_strands=not discovery.is_rna, n_threads=execution.n_threads
        )
    of_layers = {motif.branch for motif in found if motif.origin == "filters"}
    result = MotifsResult(
        config=config,
        spec=spec,
        motifs=tuple(sorted(found, key=_rank)),
        n_windows=np.bincount(label, minlength=len(config.dataset.classes)),
        n_in_split=len(rows),
        is_rna=discovery.is_rna,
        is_own_dataset=config.trained_on == sha256(dataset),
        without_filters=()
        if spec.method == "attributions"
        else tuple(name for name in config.network.branches if name not in of_layers),
        n_known=None if known is None else len(known),
    )
    if output is not None:
        write_table(output, COLUMNS, result.rows())
    if files.meme is not None:
        result.write_meme(files.meme, "sequence")
    if files.structure_meme is not None:
        result.write_meme(files.structure_meme, "structure")
    return result


def _check_installed(spec: MotifsSpec, *, has_known: bool) -> None:
    """Refuse to begin what lacks an optional library."""
    if spec.method != "filters":
        modisco.check_installed()
    if has_known:
        known_motifs.check_installed()


def _checked_layers(bundle: Bundle, spec: MotifsSpec, files: MotifFiles) -> list[FirstLayer]:
    config = bundle.config
    width = config.dataset.window
    encodings = config.dataset.encodings
    read = config.network.branches
    check_classes(config, filter(None, [spec.target]), flag="--target")
    if files.meme is not None and "sequence" not in read:
        raise SpecError("--meme: the model does not read the sequence; expected none")
    if files.structure_meme is not None and not (
        "structure" in read and encodings["structure"].is_coded
    ):
        raise SpecError(
            "--structure-meme: the model reads no symbols of structure; expected none, or a model "
            "of --structure mfe or elements"
        )
    if spec.method != "filters":
        if "sequence" not in read:
            raise MotifError(
                "motifs from attributions are of the sequence, which the model does not read; "
                "expected --method filters"
            )
        if width < (least := modisco.CORE + 2 * modisco.FLANK):
            raise MotifError(
                f"the model's windows of {width} nt are too short for motifs from attributions; "
                f"expected {least} nt or more, or --method filters"
            )
    if spec.method == "attributions":
        return []
    layers = first_layers(bundle.members)
    if not layers:
        raise MotifError(
            "no branch of the model begins with a convolution, so it has no filters that read "
            "windows; expected --method attributions"
        )
    return layers


def _drawn(rows: np.ndarray, label: np.ndarray, spec: MotifsSpec) -> np.ndarray:
    """All rows, or of too many the same share of each class, in order."""
    if len(rows) <= spec.windows:
        return rows
    rng = named_rng(spec.seed, "motifs")
    parts = []
    for c in np.unique(label):
        of_class = rows[label == c]
        n = max(1, round(len(of_class) * spec.windows / len(rows)))
        parts.append(rng.choice(of_class, n, replace=False))
    return np.sort(np.concatenate(parts))


def _read(dataset: Dataset, name: str, rows: np.ndarray) -> np.ndarray:
    """Rows of a branch, which may lie far apart in a large file."""
    parts = np.split(rows, np.flatnonzero(np.diff(rows // _BLOCK)) + 1)
    return np.concatenate([dataset.branch(name, part) for part in parts])


def _check_memory(
    n_windows: int,
    config: BundleConfig,
    layers: list[FirstLayer],
    spec: MotifsSpec,
    execution: ExecutionSpec,
) -> None:
    width, encodings = config.dataset.window, config.dataset.encodings
    of_window = sum(np.dtype(encodings[n].dtype).itemsize * width for n in config.network.branches)
    # The best value and place of each filter, and whether that is a site.
    of_window += 9 * sum(layer.n_filters for layer in layers)
    # Hypothetical contributions, once here and three times in TF-MoDISco.
    of_window += 0 if spec.method == "filters" else 4 * 16 * width
    needed = n_windows * of_window
    if execution.memory and needed > execution.memory << 20:
        raise InsufficientMemoryError(
            f"{n_windows:,} windows need {needed >> 20} MiB, but {execution.memory} MiB are "
            "allowed; use a smaller --windows"
        )


def _rank(motif: Motif) -> tuple[bool, bool, float, int]:
    auroc = 0.0 if motif.preference is None else motif.preference.auroc
    if motif.origin == "attributions":
        auroc = motif.n_sites
    return bool(motif.state), motif.origin == "filters", -auroc, -motif.n_sites
