"""The filters of a network's first layers, and the places that excite them."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np

from enngene_core.interpretation.motifs.motif import Motif
from enngene_core.interpretation.motifs.scan import Best, Places, Progress, best_places
from enngene_core.specs.branches import Encoding


@dataclass(frozen=True)
class FirstLayer:
    """A convolution that reads a branch as it is.

    Attributes
    ----------
    branch : str
    name : str
        ``sequence``; of an ensemble ``network2_sequence``; with a number if there are several.
    network : keras.Model
        From the branch to the filters' outputs, as the following layers see them: after the
        layer's own batch normalisation, before pooling.
    places : Places
    """

    branch: str
    name: str
    network: keras.Model
    places: Places

    @property
    def n_filters(self) -> int:
        """Filters."""
        n: int = self.network.output.shape[-1]
        return n


def first_layers(members: Sequence[keras.Model]) -> list[FirstLayer]:
    """Convolutions, of more than one position, that read a branch directly.

    Parameters
    ----------
    members
        Networks of a model.
    """
    found = []
    for number, member in enumerate(members, start=1):
        of_member = f"network{number}_" if len(members) > 1 else ""
        for tensor in member.inputs:
            layers = [
                layer
                for layer in member.layers
                if isinstance(layer, keras.layers.Conv1D)
                and layer.input is tensor
                and layer.kernel_size[0] > 1
            ]
            for index, layer in enumerate(layers, start=1):
                name = f"{of_member}{tensor.name}{f'_{index}' if len(layers) > 1 else ''}"
                network = keras.Model(tensor, _as_seen(member, layer))
                found.append(FirstLayer(tensor.name, name, network, _places(layer)))
    return found


def _as_seen(member: keras.Model, layer: keras.layers.Conv1D) -> keras.KerasTensor:
    for other in member.layers:
        if isinstance(other, keras.layers.BatchNormalization) and other.input is layer.output:
            return other.output
    return layer.output


def _places(layer: keras.layers.Conv1D) -> Places:
    (kernel,), (dilation,), (stride,) = layer.kernel_size, layer.dilation_rate, layer.strides
    span = dilation * (kernel - 1) + 1
    if layer.padding != "same":
        return Places(span, stride, 0)
    # As TensorFlow pads: as little as all outputs need, the smaller half before the window.
    width = layer.input.shape[1]
    padding = max((-(-width // stride) - 1) * stride + span - width, 0)
    return Places(span, stride, padding // 2)


def filter_motifs(
    layer: FirstLayer,
    values: np.ndarray,
    encoding: Encoding,
    *,
    symbols: str,
    threshold: float,
    most: int,
    on_progress: Progress | None = None,
) -> tuple[list[Motif], Best | None]:
    """A motif for each filter of a layer, and how much each window excites it.

    A site is the place of a window that excites a filter most, if that is at least `threshold`
    times what excites it most of all windows, and more than 0; of too many the highest are taken.

    Parameters
    ----------
    layer
        Filters.
    values : ndarray, shape (n_windows, width)
        Codes or scores of the layer's branch.
    encoding
        Of that branch.
    symbols
        Its symbols, as they are shown.
    threshold, most
        As `sites_of` takes them.
    on_progress
        Called with the number of finished and of all windows.

    Returns
    -------
    list of Motif
        None, if the filters are wider than a window.
    Best or None
    """
    best = best_places(layer.network, {layer.branch: values}, layer.places, on_progress=on_progress)
    if best is None:
        return [], None
    background = background_of(values, encoding)
    motifs = []
    for index in range(layer.n_filters):
        rows = sites_of(best.value[:, index], threshold, most)
        start = best.start[rows, index]
        motifs.append(
            Motif(
                name=f"{layer.name}_{index + 1}",
                origin="filters",
                branch=layer.branch,
                symbols=symbols,
                values=laid_on_each_other(values, rows, start, best.span, encoding),
                background=background,
                middle=start + (best.span + 1) / 2,
                fires=bool(best.value[:, index].max() > 0),
            )
        )
    return motifs, best


def sites_of(value: np.ndarray, threshold: float, most: int) -> np.ndarray:
    """Windows, by increasing row, whose best place of one pattern is a site.

    Parameters
    ----------
    value : ndarray of float, shape (n_windows,)
        Of the best places.
    threshold
        Share of the highest value that a site reaches.
    most
        Sites at most: those of the highest values, and of equal ones the first.
    """
    highest = float(value.max())
    if highest <= 0:
        return np.empty(0, dtype=np.int64)
    first = np.argsort(-value, kind="stable")[:most]
    return np.sort(first[value[first] >= threshold * highest])


def background_of(values: np.ndarray, encoding: Encoding) -> np.ndarray:
    """Share of each symbol among all known ones, with one more of each; or the mean score."""
    if not encoding.is_coded:
        return np.array([values.mean(dtype=np.float64)])
    n_symbols = len(encoding.symbols)
    counts = np.array([np.count_nonzero(values == code) for code in range(n_symbols)]) + 1
    return counts / counts.sum()


def laid_on_each_other(
    values: np.ndarray, rows: np.ndarray, start: np.ndarray, span: int, encoding: Encoding
) -> np.ndarray:
    """Sites with each symbol at each position, or quartiles and mean of their scores.

    Parameters
    ----------
    values : ndarray, shape (n_windows, width)
        Codes or scores.
    rows, start : ndarray of int, each of shape (n_sites,)
        Window and first position of each site.
    span
        Positions of a site.
    encoding
        Of the branch.

    Returns
    -------
    ndarray, shape (span, n_symbols) or (span, 3)
    """
    if encoding.is_coded:
        sites = sites_at(values, rows, start, span)
        n_symbols = len(encoding.symbols)
        return np.stack([(sites == code).sum(axis=0) for code in range(n_symbols)], axis=1)
    if not len(rows):
        return np.zeros((span, 3))
    sites = sites_at(values, rows, start, span).astype(np.float64)
    low, high = np.quantile(sites, (0.25, 0.75), axis=0)
    return np.stack([low, sites.mean(axis=0), high], axis=1)


def sites_at(values: np.ndarray, rows: np.ndarray, start: np.ndarray, span: int) -> np.ndarray:
    """What stands at some sites, shape (n_sites, span)."""
    return values[rows[:, None], start[:, None] + np.arange(span)]
