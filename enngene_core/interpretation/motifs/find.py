"""Motifs of a model, from windows of a dataset."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from enngene_core.dataset.file import Dataset
from enngene_core.errors import InsufficientMemoryError, MotifError, SpecError
from enngene_core.formats.meme import KnownMotif
from enngene_core.formats.text.table import write_table
from enngene_core.interpretation.motifs import known as known_motifs
from enngene_core.interpretation.motifs import modisco
from enngene_core.interpretation.motifs.attributions import Explained, attribution_motifs
from enngene_core.interpretation.motifs.filters import (
    FirstLayer,
    background_of,
    filter_motifs,
    first_layers,
    sites_of,
)
from enngene_core.interpretation.motifs.hypothetical import hypothetical_contributions
from enngene_core.interpretation.motifs.motif import Motif
from enngene_core.interpretation.motifs.preference import preferences
from enngene_core.interpretation.motifs.result import COLUMNS, MotifsResult, shown_symbols
from enngene_core.interpretation.motifs.scan import best_places, matrix_network
from enngene_core.models.bundle import Bundle, BundleConfig, read_bundle
from enngene_core.models.match import check_classes, check_match, model_labels
from enngene_core.provenance import sha256
from enngene_core.seeding import named_rng
from enngene_core.specs.branches import SEQUENCE
from enngene_core.specs.execution import ExecutionSpec
from enngene_core.specs.motifs import MotifsSpec

#: Rows of a dataset that are read at a time.
_BLOCK = 1 << 16
Progress = Callable[[int, int], None]


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
    search = _Search(bundle, spec, branches, label, execution.n_threads, on_progress)
    found = search.of_attributions() if spec.method != "filters" else []
    if spec.method != "attributions":
        found += search.of_filters(layers)
    if known is not None:
        found = known_motifs.with_matches(
            found, known, both_strands=not search.is_rna, n_threads=execution.n_threads
        )
    of_layers = {motif.branch for motif in found if motif.origin == "filters"}
    result = MotifsResult(
        config=config,
        spec=spec,
        motifs=tuple(sorted(found, key=_rank)),
        n_windows=np.bincount(label, minlength=len(config.dataset.classes)),
        n_in_split=len(rows),
        is_rna=search.is_rna,
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


class _Search:
    """Motifs of some windows."""

    def __init__(
        self,
        bundle: Bundle,
        spec: MotifsSpec,
        branches: Mapping[str, np.ndarray],
        label: np.ndarray,
        n_threads: int,
        on_progress: Callable[[str], Progress] | None,
    ) -> None:
        self._bundle, self._spec, self._branches, self._label = bundle, spec, branches, label
        self._n_threads, self._on_progress = n_threads, on_progress
        self._encodings = bundle.config.dataset.encodings
        self._n_classes = len(bundle.config.dataset.classes)
        self.is_rna = spec.alphabet == "rna" or (
            spec.alphabet == "auto" and "structure" in bundle.config.network.branches
        )

    def of_filters(self, layers: list[FirstLayer]) -> list[Motif]:
        """A motif for each filter of the first layers."""
        motifs: list[Motif] = []
        values = []
        for layer in layers:
            of_layer, best = filter_motifs(
                layer,
                self._branches[layer.branch],
                self._encodings[layer.branch],
                symbols=shown_symbols(self._bundle.config, layer.branch, is_rna=self.is_rna),
                threshold=self._spec.threshold,
                most=self._spec.sites,
                on_progress=self._counting(f"windows read by the filters of {layer.name}"),
            )
            if best is not None:
                motifs += of_layer
                values.append(best.value)
        return self._with_preferences(motifs, np.concatenate(values, axis=1)) if motifs else []

    def of_attributions(self) -> list[Motif]:
        """Motifs of the windows of each class that is asked for."""
        classes = self._bundle.config.dataset.classes
        target = self._spec.target
        labels = [classes.index(target)] if target else range(self._n_classes)
        codes = self._branches["sequence"]
        background = background_of(codes, SEQUENCE)
        motifs: list[Motif] = []
        for label in labels:
            rows = np.flatnonzero(self._label == label)
            if not len(rows):
                continue
            of_class = {name: values[rows] for name, values in self._branches.items()}
            scores = hypothetical_contributions(
                self._bundle.model,
                of_class,
                label,
                steps=self._spec.steps,
                on_progress=self._counting(f"windows of {classes[label]} explained"),
            )
            motifs += attribution_motifs(
                Explained(label, codes[rows], scores),
                symbols=shown_symbols(self._bundle.config, "sequence", is_rna=self.is_rna),
                background=background,
                both_strands=not self.is_rna,
                seqlets=self._spec.seqlets,
                n_threads=self._n_threads,
            )
        return self._with_preferences(motifs, self._matched(motifs)) if motifs else []

    def _matched(self, motifs: list[Motif]) -> np.ndarray:
        """Score of each motif's best place in each window, in bits; 0 if it is none."""
        codes = self._branches["sequence"]
        found = np.zeros((len(codes), len(motifs)), dtype=np.float32)
        for width in sorted({motif.width for motif in motifs}):
            columns = [index for index, motif in enumerate(motifs) if motif.width == width]
            matrices = [_bits(motifs[index]) for index in columns]
            if not self.is_rna:
                matrices += [matrix[::-1, ::-1] for matrix in matrices]
            network, places = matrix_network(matrices, codes.shape[1])
            best = best_places(network, {"sequence": codes}, places)
            if best is not None:
                strands = best.value.reshape(len(codes), -1, len(columns))
                found[:, columns] = strands.max(axis=1)
        return found

    def _with_preferences(self, motifs: list[Motif], value: np.ndarray) -> list[Motif]:
        is_site = np.zeros(value.shape, dtype=bool)
        for index in range(len(motifs)):
            is_site[sites_of(value[:, index], self._spec.threshold, self._spec.sites), index] = True
        found = preferences(value, is_site, self._label, self._n_classes)
        return [
            replace(motif, preference=preference)
            for motif, preference in zip(motifs, found, strict=True)
        ]

    def _counting(self, what: str) -> Progress | None:
        return self._on_progress(what) if self._on_progress else None


def _bits(motif: Motif) -> np.ndarray:
    """Log-odds of each base at each position, with one more site like the background."""
    counts = motif.values + motif.background
    return np.log2(counts / counts.sum(axis=1, keepdims=True) / motif.background)
