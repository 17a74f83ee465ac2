"""What training windows are made of, and how far another window is from them.

A network gives any window one of its classes. Windows that are made of other things than those of
its training (repeats, unknown bases, scores of another range) are told by their composition: how
often each word of three symbols occurs in each coded branch, and how the scores of the others lie.
Their distance from the training windows is Mahalanobis', with the covariance that Ledoit and Wolf
(2004, J Multivar Anal 88:365) shrink. What a network makes of its input, at its last layer before
the classes, tells such windows apart less well: `benchmarks.unlike` compares both.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from enngene_core.dataset.file import Dataset
from enngene_core.specs.branches import Encoding

#: Share of the validation windows that counts as unlike the training windows.
FALSE_ALARMS = 0.01
#: Windows that are looked at: the covariance of some hundred numbers changes little by more.
_MOST_WINDOWS = 20_000
#: Windows that are worked on at a time.
_BLOCK = 4096
_MOST_FEATURES = 600
_WORD = 3
#: Deviations that count at least: of a word's root share, of the share of words with an unknown
#: symbol, and of a score's numbers, so that what never changes in training may change a little.
_FLOOR_WORD, _FLOOR_UNKNOWN, _FLOOR_SCORE = 0.02, 0.05, 1e-3
#: Variance that counts at least, of directions in which training windows hardly vary: shares sum
#: to 1, for instance.
_FLOOR_VARIANCE = 1e-2
_NAMES = ("mean", "deviation", "whitening", "threshold")

Branches = Mapping[str, np.ndarray]
Encodings = Mapping[str, Encoding]


@dataclass(frozen=True)
class Typical:
    """The composition of training windows.

    Attributes
    ----------
    mean, deviation : ndarray of float32, shape (n_features,)
        Of each number that a window has.
    whitening : ndarray of float32, shape (n_features, n_features)
        Its product with a standardised row is as long as the row's distance.
    threshold : ndarray of float32, shape (1,)
        Distance that `FALSE_ALARMS` of the validation windows exceed.
    """

    mean: np.ndarray
    deviation: np.ndarray
    whitening: np.ndarray
    threshold: np.ndarray

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """All of it by name, as bundles keep it."""
        return {name: getattr(self, name) for name in _NAMES}

    def distance(self, branches: Branches, encodings: Encodings) -> np.ndarray:
        """Distance of windows, as a multiple of the threshold: unlike the training's above 1.

        Parameters
        ----------
        branches
            Codes or scores of all branches that the network reads, each of shape (n_windows,
            width).
        encodings
            Encoding of each, in the order of the training.

        Returns
        -------
        ndarray of float32, shape (n_windows,)
        """
        found = [self._length(part) for part in _parts(branches, encodings)]
        return np.concatenate(found).astype(np.float32)

    def _length(self, rows: np.ndarray) -> np.ndarray:
        standard = (rows.astype(float) - self.mean) / self.deviation
        return np.linalg.norm(standard @ self.whitening, axis=1) / self.threshold


def typical_shapes(encodings: Encodings) -> dict[str, tuple[int, ...]]:
    """Shape of each of `Typical.arrays`; none if windows have too many numbers."""
    n = sum(_n_features(encoding) for encoding in encodings.values())
    if n > _MOST_FEATURES:
        return {}
    return dict(zip(_NAMES, ((n,), (n,), (n, n), (1,)), strict=True))


def typical_of(dataset: Dataset, branches: tuple[str, ...]) -> Typical | None:
    """What the training windows of a dataset are made of.

    Parameters
    ----------
    dataset
        Opened; its training and validation windows are read, or some of them if they are many.
    branches
        Branches that the network reads.

    Returns
    -------
    Typical or None
        None if windows have too many numbers, as those of a hundred tracks do.
    """
    from sklearn.covariance import ledoit_wolf  # few runs need it, and it takes a second to load

    encodings = {name: dataset.spec.encodings[name] for name in branches}
    if not typical_shapes(encodings):
        return None
    training, validation = (_of_split(dataset, name, encodings) for name in ("train", "validation"))
    mean = training.mean(axis=0, dtype=float)
    floor = np.concatenate([_floor(encoding) for encoding in encodings.values()])
    deviation = np.maximum(training.std(axis=0, dtype=float), floor)
    covariance, _ = ledoit_wolf((training - mean) / deviation, assume_centered=True)
    # What varies less than the least that counts is taken to vary by that, and on its own.
    np.fill_diagonal(covariance, np.maximum(covariance.diagonal(), deviation <= floor))
    variance, axes = np.linalg.eigh(covariance)
    # Axes of like variance may come out in any direction, which this root does not depend on.
    root = np.linalg.cholesky(axes / np.maximum(variance, _FLOOR_VARIANCE) @ axes.T)
    # Another order of adding gives the same: some entries would be 0 but for that, or -0.
    whitening = (np.rint(root * 2**16) / 2**16 + 0.0).astype(np.float32)
    found = Typical(_rounded(mean), _rounded(deviation), whitening, np.ones(1, np.float32))
    length = np.sort(found._length(validation))
    # A further window like these exceeds it with this probability (split conformal prediction).
    rank = min(len(length), math.ceil((len(length) + 1) * (1 - FALSE_ALARMS)))
    return replace(found, threshold=_rounded(length[rank - 1 : rank], np.ceil))


def _rounded(values: np.ndarray, to_integer: np.ufunc = np.rint) -> np.ndarray:
    """Values of 16 bits as float32."""
    mantissa, exponent = np.frexp(values)
    return np.ldexp(to_integer(mantissa * 2**16) / 2**16, exponent).astype(np.float32)


def _of_split(dataset: Dataset, split: str, encodings: Encodings) -> np.ndarray:
    rows = dataset.rows(split)
    rows = rows[:: -(-len(rows) // _MOST_WINDOWS)]
    branches = {name: dataset.branch(name, rows) for name in encodings}
    return np.concatenate(list(_parts(branches, encodings)))


def _parts(branches: Branches, encodings: Encodings) -> Iterator[np.ndarray]:
    """The numbers of windows, some at a time, each of shape (n, n_features)."""
    n_windows = len(next(iter(branches.values())))
    for first in range(0, n_windows, _BLOCK):
        few = slice(first, first + _BLOCK)
        yield np.hstack(
            [
                _words(branches[name][few], encoding.no_symbol)
                if encoding.is_coded
                else _moments(branches[name][few])
                for name, encoding in encodings.items()
            ]
        )


def _words(codes: np.ndarray, n_symbols: int) -> np.ndarray:
    """Root of the share of each word, which varies alike for rare and common ones; then the share
    of words with an unknown symbol.
    """
    n_windows, width = codes.shape
    n_places = width - _WORD + 1
    n_words = n_symbols**_WORD
    word = np.zeros((n_windows, n_places), dtype=np.int32)
    is_unknown = np.zeros((n_windows, n_places), dtype=bool)
    for shift in range(_WORD):
        symbol = codes[:, shift : shift + n_places]
        word *= n_symbols
        word += symbol
        is_unknown |= symbol >= n_symbols
    word[is_unknown] = n_words
    word += np.arange(n_windows, dtype=np.int32)[:, None] * (n_words + 1)
    counts = np.bincount(word.ravel(), minlength=n_windows * (n_words + 1))
    shares = counts.reshape(n_windows, n_words + 1).astype(np.float32) / np.float32(n_places)
    np.sqrt(shares[:, :-1], out=shares[:, :-1])
    return shares


def _moments(scores: np.ndarray) -> np.ndarray:
    """Mean, standard deviation, lowest and highest score."""
    columns = (np.mean, np.std, np.min, np.max)
    return np.column_stack([of(scores, axis=1) for of in columns])


def _n_features(encoding: Encoding) -> int:
    return encoding.no_symbol**_WORD + 1 if encoding.is_coded else 4


def _floor(encoding: Encoding) -> np.ndarray:
    n = _n_features(encoding)
    if not encoding.is_coded:
        return np.full(n, _FLOOR_SCORE)
    return np.append(np.full(n - 1, _FLOOR_WORD), _FLOOR_UNKNOWN)
