"""Calibration: probabilities that are as often right as they say."""

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from enngene_core.models.bundle import Bundle, BundleConfig
from enngene_core.models.card import calibrated_card
from enngene_core.specs.calibration import (
    MAX_KNOTS,
    MAX_KNOTS_OF_ALL,
    MAX_TEMPERATURE,
    MIN_TEMPERATURE,
    Calibration,
    Isotonic,
    IsotonicCurve,
    Temperature,
)

_CARD = "README.md"
#: Bytes of a stranger's card that are kept, so that the longer one is not too large for a bundle.
_MOST_OF_CARD = 1_000_000
#: A probability that ended as 0 has a logarithm too.
_SMALLEST = float(np.finfo(np.float32).tiny)


def fit_calibration(
    method: str, y_true: np.ndarray, probabilities: np.ndarray, *, fitted_on: str
) -> Calibration:
    """Fit a calibration to windows that the network was not trained on.

    Temperature: the number by which the logarithms of the probabilities are divided (softmax makes
    probabilities of the quotients) so that the log loss is smallest. It never changes which class
    is the highest. Isotonic: for each class a curve that never falls, fitted to whether windows are
    of the class by least squares; what the classes' curves give is divided by its sum. Of n windows
    no curve leaves 1 / (n + 2) to 1 - 1 / (n + 2): nothing is impossible because it was not seen.

    Parameters
    ----------
    method
        ``temperature`` or ``isotonic``.
    y_true : ndarray of int, shape (n_windows,)
    probabilities : ndarray of float, shape (n_windows, n_classes)
        Of the network, or the mean of an ensemble's.
    fitted_on
        SHA-256 of the dataset.

    References
    ----------
    Guo et al., ICML 2017, 70:1321 (temperature). Zadrozny and Elkan, KDD 2002, 694 (isotonic, one
    class against the rest).
    """
    about = {"fitted_on": fitted_on, "windows": len(y_true)}
    if method == "temperature":
        return Temperature(temperature=_temperature(y_true, probabilities), **about)
    n_classes = probabilities.shape[1]
    most = max(2, min(MAX_KNOTS, MAX_KNOTS_OF_ALL // n_classes))
    curves = tuple(
        _curve(y_true == index, probabilities[:, index].astype(float), most)
        for index in range(n_classes)
    )
    return Isotonic(curves=curves, **about)


def calibrated(calibration: Calibration | None, probabilities: np.ndarray) -> np.ndarray:
    """Calibrated probabilities; the same ones without a calibration.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n_windows, n_classes)

    Returns
    -------
    ndarray of the same type and shape
        Rows sum to 1.
    """
    if calibration is None:
        return probabilities
    if isinstance(calibration, Temperature):
        scaled = _tempered(_logs(probabilities), calibration.temperature)
    else:
        curves = zip(calibration.curves, probabilities.T.astype(float), strict=True)
        each = [np.interp(column, curve.found, curve.calibrated) for curve, column in curves]
        scaled = np.stack(each, axis=1)
        total = scaled.sum(axis=1, keepdims=True)
        # A file may have a curve that is 0 where all others are.
        scaled = np.where(total > 0, scaled / np.where(total > 0, total, 1), probabilities)
    return scaled.astype(probabilities.dtype)


def with_calibration(bundle: Bundle, calibration: Calibration) -> Bundle:
    """The same model with a calibration, in the place of any that it has."""
    return replace(bundle, config=_calibrated_config(bundle.config, calibration))


def write_calibrated(
    model: Path, config: BundleConfig, calibration: Calibration, output: Path
) -> None:
    """Write a bundle again, with a calibration in its config and card; all else stays as it is.

    Parameters
    ----------
    model
        Bundle that was read, and is sound.
    config
        What was read of it.
    calibration
        In the place of any that it has.
    output
        Bundle to write.
    """
    config = _calibrated_config(config, calibration)
    changed = {"config.json": config.model_dump_json(indent=2).encode()}
    with zipfile.ZipFile(model) as old, zipfile.ZipFile(output, "w") as new:
        card = old.read(_CARD)[:_MOST_OF_CARD].decode(errors="ignore")
        changed[_CARD] = calibrated_card(card, calibration).encode()
        for info in old.infolist():
            same = zipfile.ZipInfo(info.filename, info.date_time)
            content = changed.get(info.filename) or old.read(info)
            new.writestr(same, content, zipfile.ZIP_DEFLATED)


def _calibrated_config(config: BundleConfig, calibration: Calibration) -> BundleConfig:
    return config.model_copy(update={"calibration": calibration})


def _logs(probabilities: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(probabilities.astype(float), _SMALLEST))


def _tempered(logs: np.ndarray, temperature: float) -> np.ndarray:
    scaled = logs / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    np.exp(scaled, out=scaled)
    return scaled / scaled.sum(axis=1, keepdims=True)


def _temperature(y_true: np.ndarray, probabilities: np.ndarray) -> float:
    from scipy.optimize import minimize_scalar  # predictions do without

    logs = _logs(probabilities)
    of_true = logs[np.arange(len(y_true)), y_true]
    highest = logs.max(axis=1)

    def log_loss(log_temperature: float) -> float:
        beta = np.exp(-log_temperature)
        rest = np.exp((logs - highest[:, None]) * beta).sum(axis=1)
        return float(np.mean(np.log(rest) + (highest - of_true) * beta))

    bounds = np.log([MIN_TEMPERATURE, MAX_TEMPERATURE])
    found = minimize_scalar(log_loss, bounds=bounds, method="bounded", options={"xatol": 1e-7})
    return float(np.clip(np.exp(found.x), MIN_TEMPERATURE, MAX_TEMPERATURE))


def _curve(is_of_class: np.ndarray, probability: np.ndarray, most: int) -> IsotonicCurve:
    from sklearn.isotonic import IsotonicRegression  # predictions do without

    margin = 1 / (len(is_of_class) + 2)
    fitted = IsotonicRegression(y_min=margin, y_max=1 - margin, out_of_bounds="clip")
    fitted.fit(probability, is_of_class)
    found, value = fitted.X_thresholds_, fitted.y_thresholds_
    if len(found) == 1:  # all windows have one probability
        found, value = np.array([0.0, 1.0]), np.repeat(value, 2)
    if len(found) > most:
        kept = np.unique(np.linspace(0, len(found) - 1, most).round().astype(int))
        found, value = found[kept], value[kept]
    return IsotonicCurve(found=tuple(found.tolist()), calibrated=tuple(value.tolist()))
