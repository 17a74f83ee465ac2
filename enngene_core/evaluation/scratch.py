"""Memory that is used again and again."""

import math
from typing import Any

import numpy as np


class Scratch:
    """Named arrays for results in between.

    Fresh memory for each of many large arrays costs more than the sums that are worked out in it.
    One of these belongs to one thread.
    """

    def __init__(self) -> None:
        self._kept: dict[str, np.ndarray] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        """Array of that name with any content, good until the name is asked for again."""
        size, kept = math.prod(shape), self._kept.get(name)
        if kept is None or kept.size < size or kept.dtype != dtype:
            kept = self._kept[name] = np.empty(size, dtype=dtype)
        return kept[:size].reshape(shape)
