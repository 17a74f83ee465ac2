"""Discovery of motifs in windows: what filters read, and what attributions share."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from enngene_core.interpretation.motifs.attributions import Explained, attribution_motifs
from enngene_core.interpretation.motifs.filters import (
    FirstLayer,
    background_of,
    filter_motifs,
    sites_of,
)
from enngene_core.interpretation.motifs.hypothetical import hypothetical_contributions
from enngene_core.interpretation.motifs.motif import Motif
from enngene_core.interpretation.motifs.preference import preferences
from enngene_core.interpretation.motifs.result import shown_symbols
from enngene_core.interpretation.motifs.scan import best_places, matrix_network
from enngene_core.models.bundle import Bundle
from enngene_core.specs.branches import SEQUENCE
from enngene_core.specs.motifs import MotifsSpec

Progress = Callable[[int, int], None]


class MotifDiscovery:
    """Motifs of some windows, each with the class that prefers it.

    Parameters
    ----------
    bundle
        The model.
    spec
        Which motifs.
    branches : mapping of str to ndarray, each of shape (n_windows, width)
        What the model reads, coded.
    label : ndarray of int, shape (n_windows,)
        Class of each window, as the model counts them.
    n_threads
        Cores.
    on_progress
        Called with what is counted; gives what is called with finished and all of them.

    Attributes
    ----------
    is_rna : bool
        Whether the sequence is read on one strand, and shown as ACGU.
    """

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
