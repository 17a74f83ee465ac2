"""Windows with the effect of every substitution."""

import numpy as np

from enngene_core.plots.attributions import AttributionsDisplay


class MutagenesisDisplay(AttributionsDisplay):
    """The highest scoring windows of one class, each a heat map with a row for every base.

    The ground is what the output of the class gains (red) or loses (blue) if the base of the row
    stands at the position; the letter is the base that stands there.
    """

    @property
    def rows(self) -> list[str]:
        """The four bases."""
        return list(self.result.config.dataset.encodings["sequence"].symbols)

    def scores(self, index: int) -> np.ndarray:
        """Effects of all substitutions in a window, shape (4, width); NaN at unknown bases."""
        assert self.result.effects is not None
        return self.result.effects[index].T

    def _draw_row(
        self, name: str, index: int, positions: slice, x: np.ndarray, middle: float
    ) -> None:
        if self.has_letters:
            codes = self.result.branches["sequence"][index, positions]
            for at in x[codes == self.rows.index(name)].tolist():
                self._letters.setdefault(name, []).append((at, middle))
