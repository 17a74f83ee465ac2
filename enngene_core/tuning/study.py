"""The study file: all trials of a search, as JSON."""

import json
import os
from pathlib import Path

from enngene_core.errors import SpecError
from enngene_core.specs.base import validate
from enngene_core.specs.study import BUDGET, Study
from enngene_core.specs.tuning import TuningSpec
from enngene_core.tuning.proposal import study_of

#: 1,000 trials of 1,000 epochs.
_LARGEST = 32 << 20
_EXPECTED = "expected the study of a run of 'enngene tune'"


def read_study(path: Path) -> Study:
    """Study of a file, which may come from a stranger.

    Raises
    ------
    SpecError
        If it is missing, too large or no study, or a trial lies outside of its own search.
    """
    if not path.is_file():
        raise SpecError(f"{path}: no such file; {_EXPECTED}")
    if path.stat().st_size > _LARGEST:
        raise SpecError(f"{path}: larger than 32 MiB; {_EXPECTED}")
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise SpecError(f"{path}: not JSON, or cut short; {_EXPECTED}") from error
    if not isinstance(values, dict) or values.get("format") != "enngene-study":
        raise SpecError(f"{path}: not of the format 'enngene-study'; {_EXPECTED}")
    study = validate(Study, values, source=str(path))
    for trial in study.trials:
        if len(trial.losses) > study.settings.epochs:
            raise SpecError(
                f"{path}: trial {trial.number} has {len(trial.losses)} losses; expected at most "
                f"one for each of {study.settings.epochs} epochs"
            )
        try:
            study_of(study.settings, [trial], seed=0)
        except ValueError as error:
            raise SpecError(f"{path}: trial {trial.number}: {error}") from error
    return study


def check_study(study: Study, path: Path, *, dataset: str, settings: TuningSpec) -> None:
    """Refuse a study of another search.

    Parameters
    ----------
    study
        As it was read.
    path
        Where it was read.
    dataset
        SHA-256 of the dataset that is searched on now.
    settings
        Those of now; the budget may differ.

    Raises
    ------
    SpecError
        If the dataset or a setting differs.
    """
    if study.dataset != dataset:
        raise SpecError(
            f"{path}: of another dataset (sha256 {study.dataset[:12]}..., now {dataset[:12]}...); "
            "give that one, or begin a new study"
        )
    for name in TuningSpec.model_fields:
        found, now = getattr(study.settings, name), getattr(settings, name)
        if found != now and name not in BUDGET:
            raise SpecError(
                f"{path}: of a search with --{name.replace('_', '-')} {_word(found)} (now "
                f"{_word(now)}); give the same settings, or begin a new study"
            )


def write_study(path: Path, study: Study) -> None:
    """Replace the file by a newer one, at once; equal studies give equal bytes."""
    excluded = {"settings": set(BUDGET)}
    text = json.dumps(study.model_dump(mode="json", exclude=excluded), indent=1)
    partial = path.with_name(f".{path.name}.partial")
    try:
        with open(partial, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _word(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
