"""Times in turns, so that other work on the machine meets all candidates alike."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


def in_turns(
    candidates: Mapping[str, Callable[[], object]], *, rounds: int, outputs: Sequence[Path] = ()
) -> dict[str, float]:
    """Median seconds of each candidate over interleaved rounds; `outputs` are new each time."""
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, work in candidates.items():
            for path in outputs:
                path.unlink(missing_ok=True)
            start = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}
