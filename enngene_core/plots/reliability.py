"""Reliability diagram."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from enngene_core.evaluation.reliability import Reliability, reliability
from enngene_core.plots.curves import probability_limit
from enngene_core.plots.style import COLOURS, GREY, spaced, styled

if TYPE_CHECKING:
    from enngene_core.evaluation.result import EvaluationResult

#: z of a 95 % interval.
_Z = 1.959964


def share_intervals(bins: Reliability) -> tuple[np.ndarray, np.ndarray]:
    """Ends of Wilson's 95 % interval of each bin's share of right predictions.

    Returns
    -------
    low, high : ndarray of float, shape (n_bins,)
        NaN of no windows.

    References
    ----------
    Wilson, J. Am. Stat. Assoc. 1927, 22:209.
    """
    n, share = np.where(bins.windows > 0, bins.windows, np.nan), bins.share_right
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return middle - half, middle + half


def reliabilities(result: "EvaluationResult") -> dict[str, Reliability]:
    """Bins of the model's probabilities, and before them of those without its calibration."""
    found = {}
    if result.uncalibrated is not None:
        found["uncalibrated"] = reliability(result.y_true, result.uncalibrated.probabilities)
        found["calibrated"] = reliability(result.y_true, result.probabilities)
    else:
        found["model"] = reliability(result.y_true, result.probabilities)
    return found


class ReliabilityDisplay:
    """Share of right predictions against their probability, over the numbers of windows.

    Parameters
    ----------
    result
        Of a calibrated model, what it says without its calibration is drawn too.

    Attributes
    ----------
    figure
        Set by `plot`.
    ax : tuple of two Axes
        Shares, numbers of windows.
    """

    figure: Figure
    ax: tuple[Axes, Axes]

    def __init__(self, result: "EvaluationResult") -> None:
        self.result = result

    def plot(self) -> "ReliabilityDisplay":
        """Draw into a new figure."""
        found = reliabilities(self.result)
        with styled():
            self.figure = Figure(figsize=(4.6, 5.4), layout="constrained")
            above, below = self.figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
            self.ax = (above, below)
            above.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle="--", label="perfect")
            # Calibrated ones in blue, on top.
            looks = zip(("o", "s"), COLOURS[len(found) - 1 :: -1], strict=False)
            for number, ((name, bins), (marker, colour)) in enumerate(
                zip(found.items(), looks, strict=False)
            ):
                self._draw_shares(name, bins, marker, colour)
                self._draw_numbers(bins, colour, number, len(found))
            above.set_ylim(-0.02, 1.02)
            above.set_ylabel("share of right predictions")
            above.grid()
            above.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
            lowest = min(bins.edges[:-1][bins.windows > 0].min() for bins in found.values())
            highest = max(bins.edges[1:][bins.windows > 0].max() for bins in found.values())
            limit = probability_limit(float(highest))
            below.set_xlim(lowest - 0.02 * limit, 1.02 * limit)
            below.set_xlabel("probability of the predicted class")
            below.set_ylabel("windows (number)")
            below.margins(y=0.25)
            below.yaxis.set_major_locator(MaxNLocator(4, integer=True))
            below.yaxis.set_major_formatter(spaced)
            below.grid(axis="y")
            self.figure.align_ylabels()
        return self

    def _draw_shares(self, name: str, bins: Reliability, marker: str, colour: str) -> None:
        of_class = "uncalibrated" if name == "uncalibrated" else "all"
        error = self.result.metric("expected_calibration_error", of_class)
        low, high = share_intervals(bins)
        is_any = bins.windows > 0
        share = bins.share_right[is_any]
        self.ax[0].errorbar(
            bins.confidence[is_any],
            share,
            # Rounding may put an end on the wrong side of the share.
            yerr=np.maximum([share - low[is_any], high[is_any] - share], 0),
            color=colour,
            marker=marker,
            markersize=4.5,
            linewidth=1.2,
            elinewidth=0.8,
            capsize=2,
            label=f"{name}: calibration error {error:.3f}",
        )

    def _draw_numbers(self, bins: Reliability, colour: str, number: int, n_sets: int) -> None:
        width = np.diff(bins.edges)[0] * 0.9
        left = bins.edges[:-1] + np.diff(bins.edges)[0] * 0.05 + number * width / n_sets
        is_any = bins.windows > 0
        bars = self.ax[1].bar(
            left[is_any], bins.windows[is_any], width / n_sets, align="edge", color=colour
        )
        self.ax[1].bar_label(
            bars,
            [f"{n:,}" for n in bins.windows[is_any]],
            fontsize=6 if n_sets == 1 else 5.5,
            padding=2,
            rotation=0 if n_sets == 1 and bins.windows.max() < 1000 else 90,
        )
