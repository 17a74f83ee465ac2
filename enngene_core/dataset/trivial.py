"""AUROC that trivial signals reach alone, by which a network's AUROC can be judged.

Where GC content or counts of short words reach as much as a network, it needed nothing else; where
the length of the intervals, padding or unknown bases tell the classes apart, a network may learn
how the dataset was made.
"""

import warnings
from dataclasses import dataclass

import numpy as np

from enngene_core.branches.sequence import gc_content
from enngene_core.intervals.windows import Windows
from enngene_core.specs.branches import SEQUENCE
from enngene_core.specs.splitting import SPLITS

MOST_WINDOWS = 20_000
GC, LENGTH = "GC content", "interval length"
PADDING, UNKNOWN = "padding", "unknown bases"
KMERS = "k-mers of 1 to 5 bases"
_LONGEST_KMER = 5
#: Inverse strengths of the penalty. For k-mers, of 1e-5 to 0.1 it was the best or 0.002 from it
#: with 300, 3,000 and 20,000 exons and introns.
_C, _KMER_C = 1.0, 1e-3
_BASES_AT_ONCE = 2**18
#: Standard deviations within which a normal variable lies in 95 % of cases.
_TWO_SIDED_95 = 1.959964


@dataclass(frozen=True)
class TrivialSignal:
    """What one signal reaches alone.

    Attributes
    ----------
    name : str
        `GC`, `LENGTH`, `PADDING`, `UNKNOWN` or `KMERS`.
    label : int or None
        Index of the class that is told from all others. None for all classes: with two, their
        AUROC; with more, the mean of the AUROCs of those that have one.
    auroc : float
        NaN where a class is absent from the training or from the test windows.
    low, high : float
        95 % confidence interval.
    n_test : int
        Windows on which it was measured.
    """

    name: str
    label: int | None
    auroc: float
    low: float
    high: float
    n_test: int


def trivial_signals(
    codes: np.ndarray,
    label: np.ndarray,
    split: np.ndarray,
    windows: Windows,
    n_classes: int,
    *,
    rng: np.random.Generator,
    most_windows: int = MOST_WINDOWS,
) -> tuple[TrivialSignal, ...]:
    """AUROC of each trivial signal on the test windows, or on validation if there is no test.

    Each signal goes through a logistic regression that learns from training windows, so that
    where it points is not chosen to suit the test windows. A signal of one number goes with its
    square, for classes that differ in spread and not in their mean.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n_windows, width)
        0 to 3 for A, C, G, T; 4 for an unknown base or padding.
    label : ndarray of int32, shape (n_windows,)
        Indices of classes.
    split : ndarray of uint8, shape (n_windows,)
        Indices into `SPLITS`.
    windows
        Where they lie.
    n_classes
        Two or more.
    rng
        Source of the samples.
    most_windows
        Of more training or test windows than this so many are drawn, of each class its share.

    Returns
    -------
    tuple of TrivialSignal
        For two classes one of each signal; for more one of all classes, then one of each class.
        Empty without training windows, or with neither test nor validation windows.
    """
    members = {name: np.flatnonzero(split == index) for index, name in enumerate(SPLITS)}
    measured = members["test"] if len(members["test"]) else members["validation"]
    if not len(members["train"]) or not len(measured):
        return ()
    train = _sample(members["train"], label, most_windows, rng)
    test = _sample(measured, label, most_windows, rng)
    rows = np.concatenate([train, test])
    y_train, y_test = label[train], label[test]

    sequences = codes[rows]
    padding = windows.pad_left[rows] + windows.pad_right[rows]
    n_unknown = np.count_nonzero(sequences == SEQUENCE.no_symbol, axis=1)
    numbers = {
        GC: gc_content(sequences),
        LENGTH: np.log1p(windows.source_length[rows]),
        PADDING: padding,
        UNKNOWN: n_unknown - padding,
    }
    signals: list[TrivialSignal] = []
    for name, number in numbers.items():
        centred = number - number[: len(train)].mean()
        X = np.stack([centred, centred**2], axis=1)
        scores = _scores(X[: len(train)], y_train, X[len(train) :], n_classes, C=_C)
        signals += _aurocs(name, scores, y_test)
    X = kmer_shares(sequences)
    scores = _scores(X[: len(train)], y_train, X[len(train) :], n_classes, C=_KMER_C)
    return (*signals, *_aurocs(KMERS, scores, y_test))


def kmer_shares(codes: np.ndarray) -> np.ndarray:
    """Share of each k-mer of 1 to 5 bases among the known ones of its length in each sequence.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n_sequences, width)

    Returns
    -------
    ndarray of float32, shape (n_sequences, 1364)
        By length, then in the order of their bases; 0 where a sequence has none of a length.
    """
    sizes = [4**k for k in range(1, _LONGEST_KMER + 1)]
    shares = np.zeros((len(codes), sum(sizes)), dtype=np.float32)
    n_rows = max(1, _BASES_AT_ONCE // codes.shape[1])
    for first in range(0, len(codes), n_rows):
        block = codes[first : first + n_rows]
        kmer = np.zeros((len(block), codes.shape[1] + 1), dtype=np.int64)
        is_known = np.ones(kmer.shape, dtype=bool)
        column = 0
        for k, size in zip(range(1, min(_LONGEST_KMER, codes.shape[1]) + 1), sizes, strict=False):
            last = block[:, k - 1 :]
            kmer = kmer[:, :-1] * 4 + last
            is_known = is_known[:, :-1] & (last < SEQUENCE.no_symbol)
            kmer_of_row = kmer + size * np.arange(len(block))[:, None]
            counts = np.bincount(kmer_of_row[is_known], minlength=size * len(block))
            counts = counts.reshape(len(block), size)
            n_known = np.maximum(is_known.sum(axis=1, keepdims=True), 1)
            shares[first : first + n_rows, column : column + size] = counts / n_known
            column += size
    return shares


def _sample(rows: np.ndarray, label: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """The rows, or about `most` of them, of each class its share and at least one."""
    if len(rows) <= most:
        return rows
    drawn = []
    for index in np.unique(label[rows]):
        of_class = rows[label[rows] == index]
        n_drawn = max(1, round(most * len(of_class) / len(rows)))
        drawn.append(rng.permutation(of_class)[:n_drawn])
    return np.sort(np.concatenate(drawn))


def _scores(
    X_train: np.ndarray, y_train: np.ndarray, X_test: np.ndarray, n_classes: int, *, C: float
) -> np.ndarray:
    """Scores of a logistic regression for each class: float64, shape ``(n_test, n_classes)``.

    The same for all windows where a signal is constant; NaN for a class without a training window.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    present = np.unique(y_train)
    scores = np.full((len(X_test), n_classes), np.nan)
    if len(present) < 2:
        return scores
    scores[:, present] = 0
    varies = X_train.max(axis=0) > X_train.min(axis=0)
    if not varies.any():
        return scores
    X_train, X_test = X_train[:, varies], X_test[:, varies]
    mean, deviation = X_train.mean(axis=0), X_train.std(axis=0)
    for X in (X_train, X_test):
        X -= mean
        X /= deviation
    model = LogisticRegression(C=C, max_iter=300, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X_train, y_train)
    if len(present) == 2:
        decision = model.decision_function(X_test)
        scores[:, present] = np.stack([-decision, decision], axis=1)
    else:
        scores[:, present] = model.predict_proba(X_test)
    return scores


def _aurocs(name: str, scores: np.ndarray, y_test: np.ndarray) -> list[TrivialSignal]:
    """AUROCs of one signal: of all classes, and if they are more than two of each."""
    n_classes = scores.shape[1]
    parts = [_auroc(y_test == label, scores[:, label]) for label in range(n_classes)]
    if n_classes == 2:
        return [_signal(name, None, *parts[1])]
    known = [part for part in parts if not np.isnan(part[0])] or parts
    auroc = float(np.mean([part[0] for part in known]))
    deviations = np.mean([part[1] for part in known], axis=0)
    of_classes = [_signal(name, label, *part) for label, part in enumerate(parts)]
    return [_signal(name, None, auroc, deviations), *of_classes]


def _signal(name: str, label: int | None, auroc: float, deviations: np.ndarray) -> TrivialSignal:
    """The signal with its confidence interval, a normal one cut at 0 and 1."""
    margin = _TWO_SIDED_95 * float(np.sqrt(np.sum(deviations**2)))
    low, high = np.clip([auroc - margin, auroc + margin], 0, 1).tolist()
    return TrivialSignal(name, label, float(auroc), low, high, len(deviations))


def _auroc(is_positive: np.ndarray, score: np.ndarray) -> tuple[float, np.ndarray]:
    """AUROC, and how far each window moves it; the sum of their squares is its variance.

    DeLong, DeLong and Clarke-Pearson, Biometrics 1988, 44:837, by ranks (Sun and Xu, IEEE Signal
    Processing Letters 2014, 21:1389). A tie counts one half. NaN where it is not defined.
    """
    from scipy.stats import rankdata

    n_positive = int(np.count_nonzero(is_positive))
    n_negative = len(score) - n_positive
    deviations = np.full(len(score), np.nan)
    if not n_positive or not n_negative or np.isnan(score).any():
        return float("nan"), deviations
    ranks = rankdata(score)
    n_others_below = ranks.copy()
    for of_kind in (is_positive, ~is_positive):
        n_others_below[of_kind] -= rankdata(score[of_kind])
    auroc = float(n_others_below[is_positive].mean() / n_negative)
    for of_kind, n_own, n_others, sign, expected in (
        (is_positive, n_positive, n_negative, 1, auroc),
        # The more positives lie below a negative, the smaller the AUROC.
        (~is_positive, n_negative, n_positive, -1, 1 - auroc),
    ):
        part = sign * (n_others_below[of_kind] / n_others - expected)
        deviations[of_kind] = part / np.sqrt(n_own * max(n_own - 1, 1))
    return auroc, deviations
