"""Stretches of one width in a long run of bytes."""

import numpy as np


def stretches_at(letters: np.ndarray, start: np.ndarray, width: int) -> np.ndarray:
    """Copy of ``letters[s:s + width]`` for each `s` in `start`.

    Parameters
    ----------
    letters : ndarray of uint8, shape (n_letters,)
        Contiguous.
    start : ndarray of int64, shape (n_stretches,)
        Each at most ``n_letters - width``.
    width
        At least 1.

    Returns
    -------
    ndarray of uint8, shape (n_stretches, width)
    """
    return _items(letters, width)[start].view(np.uint8).reshape(len(start), width)


def put_stretches(letters: np.ndarray, start: np.ndarray, stretches: np.ndarray) -> None:
    """Copy each row of `stretches` to its place in `letters`, the reverse of `stretches_at`."""
    width = stretches.shape[1]
    _items(letters, width)[start] = np.ascontiguousarray(stretches).view(f"V{width}")[:, 0]


def _items(letters: np.ndarray, width: int) -> np.ndarray:
    """All stretches of a width, which overlap, as one item each.

    Items are copied whole, five times as fast as rows of a sliding window.
    """
    return np.ndarray((len(letters) - width + 1,), f"V{width}", letters.data, strides=(1,))
