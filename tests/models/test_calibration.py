"""Calibrations that are worked out by hand, by a search, and by scikit-learn."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import log_loss

from enngene_core.errors import BundleError
from enngene_core.models.bundle import read_bundle
from enngene_core.models.calibration import calibrated, fit_calibration, write_calibrated
from enngene_core.specs.calibration import MAX_KNOTS, Isotonic, IsotonicCurve, Temperature
from enngene_core.specs.network import NetworkSpec
from tests.models.bundles import bundle_of, members, pack, with_config, write
from tests.models.networks import ONE
from tests.refusal import refused

SHA = "ab" * 32


def too_sure(n: int, n_classes: int, *, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Classes drawn by probabilities, and probabilities of thrice their logits."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, n_classes)) * 1.5
    y_true = (softmax(logits, axis=1).cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    return y_true.clip(0, n_classes - 1), softmax(3 * logits, axis=1).astype(np.float32)


@pytest.mark.parametrize("n_classes", [2, 5])
def test_temperature_undoes_too_sure_logits(n_classes: int) -> None:
    y_true, probabilities = too_sure(20_000, n_classes)
    found = fit_calibration("temperature", y_true, probabilities, fitted_on=SHA)
    assert isinstance(found, Temperature)
    assert found.temperature == pytest.approx(3, rel=0.05)
    assert (found.fitted_on, found.windows) == (SHA, 20_000)


def test_no_other_temperature_has_a_smaller_log_loss() -> None:
    y_true, probabilities = too_sure(500, 3)
    found = fit_calibration("temperature", y_true, probabilities, fitted_on=SHA)
    best = log_loss(y_true, calibrated(found, probabilities.astype(float)))
    for temperature in np.geomspace(0.1, 30, 200):
        other = Temperature(temperature=temperature, fitted_on=SHA, windows=1)
        assert best <= log_loss(y_true, calibrated(other, probabilities.astype(float))) + 1e-9


def test_temperature_of_logarithms_is_that_of_logits() -> None:
    logits = np.array([[2.0, 0.0, -1.0], [0.0, 0.0, 0.0]])
    fitted = Temperature(temperature=2.0, fitted_on=SHA, windows=1)
    np.testing.assert_allclose(
        calibrated(fitted, softmax(logits, axis=1)), softmax(logits / 2, axis=1), atol=1e-12
    )


@given(st.floats(0.02, 50), st.integers(0, 2**32 - 1))
def test_temperature_changes_no_prediction(temperature: float, seed: int) -> None:
    _, probabilities = too_sure(20, 4, seed=seed)
    fitted = Temperature(temperature=temperature, fitted_on=SHA, windows=1)
    found = calibrated(fitted, probabilities)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    rows = np.arange(20)
    assert (found[rows, probabilities.argmax(axis=1)] == found.max(axis=1)).all()


def test_a_probability_of_0_is_no_warning() -> None:
    fitted = Temperature(temperature=3.0, fitted_on=SHA, windows=1)
    with np.errstate(all="raise"):
        found = calibrated(fitted, np.array([[1.0, 0.0]], np.float32))
    np.testing.assert_allclose(found, [[1, 0]], atol=1e-6)


def test_isotonic_is_the_mean_of_neighbours_that_fall() -> None:
    """Of classes 0 1 0 1 by rising probability, the middle two are one block of one half."""
    second = np.array([0.1, 0.4, 0.6, 0.9], np.float32)
    probabilities = np.stack([1 - second, second], axis=1)
    found = fit_calibration("isotonic", np.array([0, 1, 0, 1]), probabilities, fitted_on=SHA)
    assert isinstance(found, Isotonic)
    # 1/6 to 5/6 are as sure as four windows can make anybody.
    np.testing.assert_allclose(
        calibrated(found, probabilities)[:, 1], [1 / 6, 0.5, 0.5, 5 / 6], atol=1e-6
    )


def test_isotonic_is_that_of_scikit_learn_normalised() -> None:
    y_true, probabilities = too_sure(2_000, 3)
    found = fit_calibration("isotonic", y_true, probabilities, fitted_on=SHA)
    new = too_sure(500, 3, seed=2)[1]
    each = []
    for index in range(3):
        fitted = IsotonicRegression(y_min=1 / 2002, y_max=2001 / 2002, out_of_bounds="clip")
        fitted.fit(probabilities[:, index].astype(float), y_true == index)
        each.append(fitted.predict(new[:, index].astype(float)))
    expected = np.stack(each, axis=1)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(calibrated(found, new), expected, atol=1e-6)


def test_isotonic_of_many_windows_keeps_few_knots() -> None:
    rng = np.random.default_rng(1)
    second = np.sort(rng.random(200_000)).astype(np.float32)
    y_true = (rng.random(200_000) < second).astype(int)
    probabilities = np.stack([1 - second, second], axis=1)
    found = fit_calibration("isotonic", y_true, probabilities, fitted_on=SHA)
    assert isinstance(found, Isotonic)
    assert all(len(curve.found) <= MAX_KNOTS for curve in found.curves)
    np.testing.assert_allclose(calibrated(found, probabilities), probabilities, atol=0.05)


def test_isotonic_of_one_probability_is_the_share() -> None:
    probabilities = np.full((10, 2), 0.5, np.float32)
    y_true = np.array([0] * 7 + [1] * 3)
    found = fit_calibration("isotonic", y_true, probabilities, fitted_on=SHA)
    np.testing.assert_allclose(calibrated(found, probabilities)[0], [0.7, 0.3], atol=1e-6)


def test_curves_of_0_leave_probabilities_as_they_are() -> None:
    level = IsotonicCurve(found=(0.0, 1.0), calibrated=(0.0, 0.0))
    nothing = Isotonic(curves=(level, level), fitted_on=SHA, windows=1)
    probabilities = np.array([[0.3, 0.7]], np.float32)
    np.testing.assert_array_equal(calibrated(nothing, probabilities), probabilities)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write(
        tmp_path / "model.zip", bundle_of(NetworkSpec(branches=ONE), width=20, n_classes=2)
    )


def test_a_bundle_keeps_its_calibration_and_all_else(model: Path, tmp_path: Path) -> None:
    bundle = read_bundle(model)
    y_true, probabilities = too_sure(100, 2)
    for method in ("temperature", "isotonic"):
        fitted = fit_calibration(method, y_true, probabilities, fitted_on=SHA)
        for name in ("one.zip", "two.zip"):
            write_calibrated(model, bundle.config, fitted, tmp_path / name)
        assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
        assert read_bundle(tmp_path / "one.zip").config.calibration == fitted
        before, after = members(model), members(tmp_path / "one.zip")
        assert list(before) == list(after)
        card = after["README.md"].decode()
        assert card.startswith(before["README.md"].decode() + "\n## Calibration\n")
        assert "fitted to 100 validation windows" in card and SHA in card
        assert ("a temperature of" in card) == (method == "temperature")
        for changed in ("config.json", "README.md"):
            del before[changed], after[changed]
        assert before == after


def test_a_card_tells_of_the_last_calibration_only(model: Path, tmp_path: Path) -> None:
    config = read_bundle(model).config
    y_true, probabilities = too_sure(100, 2)
    first, last = tmp_path / "first.zip", tmp_path / "last.zip"
    for method, source, output in (("temperature", model, first), ("isotonic", first, last)):
        fitted = fit_calibration(method, y_true, probabilities, fitted_on=SHA)
        write_calibrated(source, config, fitted, output)
    card = members(last)["README.md"].decode()
    assert card.count("## Calibration") == 1 and "isotonic" in card and "temperature" not in card


def test_the_largest_card_still_fits_with_a_calibration(model: Path, tmp_path: Path) -> None:
    card = b"\xff" + b"x" * ((1 << 20) - 1)
    path = pack(tmp_path / "large.zip", (members(model) | {"README.md": card}).items())
    bundle = read_bundle(path)
    fitted = fit_calibration("temperature", *too_sure(100, 2), fitted_on=SHA)
    write_calibrated(path, bundle.config, fitted, tmp_path / "calibrated.zip")
    assert read_bundle(tmp_path / "calibrated.zip").config.calibration == fitted


TEMPERATURE = {"method": "temperature", "temperature": 2.0, "fitted_on": SHA, "windows": 3}
CURVE = {"found": [0.0, 1.0], "calibrated": [0.1, 0.9]}
ISOTONIC = {"method": "isotonic", "curves": [CURVE, CURVE], "fitted_on": SHA, "windows": 3}


def curves(**changes: list[float]) -> dict[str, object]:
    return ISOTONIC | {"curves": [CURVE, CURVE | changes]}


@pytest.mark.parametrize(
    ("calibration", "words"),
    [
        (TEMPERATURE | {"temperature": 0}, "greater than or equal"),
        (TEMPERATURE | {"temperature": 1e9}, "less than or equal"),
        (TEMPERATURE | {"temperature": float("nan")}, "temperature"),
        (TEMPERATURE | {"temperature": "2; rm"}, "number"),
        (TEMPERATURE | {"fitted_on": "somewhere"}, "fitted_on"),
        (TEMPERATURE | {"code": "import os"}, "code"),
        (TEMPERATURE | {"method": "pickle"}, "calibration"),
        (ISOTONIC | {"curves": [CURVE]}, "curves"),
        (ISOTONIC | {"curves": [CURVE] * 3}, "3 curves; expected one for each of 2 classes"),
        (curves(found=[1.0, 0.0]), "knots at rising probabilities"),
        (curves(calibrated=[0.9, 0.1]), "don't fall"),
        (curves(calibrated=[0.1, 0.5, 0.9]), "found 2 and 3 knots"),
        (curves(calibrated=[0.1, 7.0]), "less than or equal"),
        (curves(calibrated=[0.1, float("inf")]), "calibrated"),
        (curves(found=[0.5], calibrated=[0.5]), "at least 2"),
        (curves(found=[0.5] * 5000, calibrated=[0.5] * 5000), "at most 1000"),
    ],
)
def test_a_calibration_that_cannot_be_is_refused(
    model: Path, calibration: dict[str, object], words: str
) -> None:
    json.dumps(calibration)
    with_config(model, lambda config: config | {"calibration": calibration})
    with refused(BundleError, model, "config.json", words):
        read_bundle(model)
