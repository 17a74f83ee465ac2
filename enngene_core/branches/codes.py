"""Codes of a branch as letters."""

import numpy as np

from enngene_core.specs.branches import Encoding


def decode(codes: np.ndarray, encoding: Encoding) -> list[str]:
    """Text of each window of a coded branch, shape ``(n_windows, width)``."""
    symbols = (encoding.symbols + encoding.none).encode("ascii")
    letters = np.frombuffer(symbols, dtype=np.uint8)[codes]
    return [row.tobytes().decode("ascii") for row in letters]
