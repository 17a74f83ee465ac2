"""Progress: a bar in a terminal, plain lines elsewhere."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tqdm import tqdm

    from enngene_core.training.recorder import TrainingProgress


class CountProgress:
    """Tells how many of some items are finished.

    Parameters
    ----------
    what
        The items, such as ``"sequences folded"``.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._bar: tqdm[None] | None = None
        self._told = 0

    def __call__(self, finished: int, total: int) -> None:
        """Show `finished` of `total`."""
        if sys.stderr.isatty():
            self._bar = self._bar or _new_bar(total, self._what)
            self._bar.update(finished - self._bar.n)
            if finished >= total:
                self._bar.close()
        elif finished * 10 // total > self._told:
            self._told = finished * 10 // total
            print(f"{self._what}: {finished} of {total}", flush=True)


class EpochProgress:
    """Tells loss and accuracy: a bar for each epoch, or a line after it."""

    def __init__(self) -> None:
        self._bar: tqdm[None] | None = None

    def __call__(self, progress: "TrainingProgress") -> None:
        """Show where training stands."""
        metrics = {name: f"{value:.4f}" for name, value in sorted(progress.metrics.items())}
        part = f"{progress.part}, " if progress.part else ""
        head = f"{part}epoch {progress.epoch}/{progress.n_epochs}"
        if not sys.stderr.isatty():
            if progress.is_finished:
                print(head, *(f"{n} {v}" for n, v in metrics.items()), sep="  ", flush=True)
            return
        if self._bar is None:
            self._bar = _new_bar(progress.n_batches, head)
        self._bar.update(progress.batch - self._bar.n)
        self._bar.set_postfix(metrics)
        if progress.is_finished:
            self._bar.close()
            self._bar = None


def _new_bar(total: int, what: str) -> "tqdm[None]":
    from tqdm import tqdm  # few commands show a bar, and all import this module

    return tqdm(total=total, desc=what)
