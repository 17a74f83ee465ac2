"""Random generators, spawned by name from one seed."""

import zlib

import numpy as np


def named_rng(seed: int, name: str) -> np.random.Generator:
    """Generator for one purpose of a run.

    Spawning by name keeps each purpose's numbers the same when another purpose is added.

    Parameters
    ----------
    seed
        The run's seed, 0 or larger.
    name
        What the numbers are for, such as ``"placement"``.
    """
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
