"""Calibration of a model's probabilities, as its bundle keeps it."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from enngene_core.specs.base import Spec

#: Knots of one class's curve, and of all classes' together: ``config.json`` stays short.
MAX_KNOTS, MAX_KNOTS_OF_ALL = 1000, 50_000
MIN_TEMPERATURE, MAX_TEMPERATURE = 0.02, 50.0

Probability = Annotated[float, Field(ge=0, le=1)]
Knots = Annotated[tuple[Probability, ...], Field(min_length=2, max_length=MAX_KNOTS)]


class _Fitted(Spec):
    """On which windows a calibration was fitted."""

    fitted_on: str = Field(
        pattern="^[0-9a-f]{64}$", description="SHA-256 of the dataset with the validation windows."
    )
    windows: int = Field(ge=1, description="Validation windows that it was fitted to.")


class Temperature(_Fitted):
    """One number by which the logarithms of all probabilities are divided."""

    method: Literal["temperature"] = "temperature"
    temperature: float = Field(ge=MIN_TEMPERATURE, le=MAX_TEMPERATURE)


class IsotonicCurve(Spec):
    """A rising curve through knots; straight in between, and level beyond them."""

    found: Knots
    calibrated: Knots

    @model_validator(mode="after")
    def _check_knots(self) -> "IsotonicCurve":
        if len(self.found) != len(self.calibrated):
            raise ValueError(
                f"found {len(self.found)} and {len(self.calibrated)} knots; expected as many"
            )
        if any(left >= right for left, right in pairwise(self.found)):
            raise ValueError("expected knots at rising probabilities")
        if any(left > right for left, right in pairwise(self.calibrated)):
            raise ValueError("expected calibrated probabilities that don't fall")
        return self


class Isotonic(_Fitted):
    """A curve for each class, in the order of the classes."""

    method: Literal["isotonic"] = "isotonic"
    curves: tuple[IsotonicCurve, ...] = Field(min_length=2, max_length=1000)

    @model_validator(mode="after")
    def _check_size(self) -> "Isotonic":
        n_knots = sum(len(curve.found) for curve in self.curves)
        if n_knots > MAX_KNOTS_OF_ALL:
            raise ValueError(f"found {n_knots:,} knots; expected at most {MAX_KNOTS_OF_ALL:,}")
        return self


Calibration = Annotated[Temperature | Isotonic, Field(discriminator="method")]


def check_classes(calibration: Temperature | Isotonic | None, n_classes: int) -> None:
    """Compare a calibration with the number of classes.

    Raises
    ------
    ValueError
        If it has curves of more or fewer classes.
    """
    if isinstance(calibration, Isotonic) and len(calibration.curves) != n_classes:
        raise ValueError(
            f"the calibration has {len(calibration.curves)} curves; expected one for each of "
            f"{n_classes} classes"
        )
