import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from enngene_core.errors import SpecError
from enngene_core.specs.study import Study
from enngene_core.specs.tuning import TuningSpec
from enngene_core.tuning.search import prepare
from enngene_core.tuning.study import check_study, read_study, write_study
from tests.core_fixtures import RealDataset
from tests.refusal import refused
from tests.tuning.trials import trial

SPEC = TuningSpec(epochs=4)
STUDY = Study(
    dataset="ab12" * 16,
    settings=SPEC,
    trials=(
        trial(1, 0.1 + 0.2, 1 / 3),
        trial(2, 0.7, state="pruned"),
        trial(3, state="failed"),
        trial(4, 0.69, state="collapsed"),
    ),
)


def test_a_study_comes_back_to_the_bit(tmp_path: Path) -> None:
    path, again = tmp_path / "study.json", tmp_path / "again.json"
    write_study(path, STUDY)
    found = read_study(path)
    assert found == STUDY
    write_study(again, found)
    assert path.read_bytes() == again.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again.json", "study.json"]


def damaged(change: Callable[[dict[str, Any]], object]) -> str:
    values = STUDY.model_dump(mode="json")
    change(values)
    return json.dumps(values)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["not JSON"]),
        ("[" * 100_000, ["not JSON"]),
        ("[]", ["not of the format 'enngene-study'"]),
        ('{"format": "enngene-model"}', ["not of the format 'enngene-study'"]),
        (damaged(lambda v: v.update(version=2)), ["version: found 2"]),
        (damaged(lambda v: v.update(dataset="../x")), ["dataset: found", "pattern"]),
        (damaged(lambda v: v.update(run="rm -rf")), ["run: found"]),
        (damaged(lambda v: v["trials"].pop(0)), ["not numbered 1, 2, 3"]),
        (damaged(lambda v: v["trials"][0].update(losses=[])), ["complete and has no losses"]),
        (damaged(lambda v: v["trials"][0].update(losses=[float("nan")])), ["losses", "NaN"]),
        (damaged(lambda v: v["trials"][0].update(losses=[0.1] * 5)), ["trial 1 has 5 losses"]),
        (damaged(lambda v: v["trials"][0].update(reason="x" * 501)), ["at most 500 characters"]),
        (damaged(lambda v: v["trials"][1]["values"].update(filters=10**9)), ["trial 2", "10000"]),
        (damaged(lambda v: v["trials"][1]["values"].pop("units")), ["units", "required"]),
        (damaged(lambda v: v["trials"].extend(v["trials"] * 300)), ["at most 1000 items"]),
        (damaged(lambda v: v["settings"].update(epochs=0)), ["settings.epochs: found 0"]),
    ],
)
def test_a_strangers_file_is_refused_in_one_line(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    path = tmp_path / "study.json"
    path.write_text(text)
    with refused(SpecError, path, *words):
        read_study(path)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "study.json"
    with open(path, "wb") as file:
        file.truncate(40 << 30)
    with refused(SpecError, path, "larger than 32 MiB"):
        read_study(path)
    with refused(SpecError, "absent.json", "no such file"):
        read_study(tmp_path / "absent.json")


def test_only_the_same_search_goes_on() -> None:
    path = Path("study.json")
    check_study(STUDY, path, dataset=STUDY.dataset, settings=SPEC)
    larger = SPEC.model_copy(update={"n_trials": 99, "minutes": 5.0})
    check_study(STUDY, path, dataset=STUDY.dataset, settings=larger)
    with refused(SpecError, path, "of another dataset (sha256 ab12ab12ab12..., now cccccccccccc"):
        check_study(STUDY, path, dataset="c" * 64, settings=SPEC)
    other = TuningSpec(epochs=4, after_convolutions="gru")
    with refused(SpecError, "--after-convolutions residual,flatten,global_pooling,gru (now gru)"):
        check_study(STUDY, path, dataset=STUDY.dataset, settings=other)


def test_an_empty_file_is_a_new_study(real_dataset: RealDataset, tmp_path: Path) -> None:
    path, earlier = tmp_path / "study.json", tmp_path / "earlier.json"
    path.touch()
    search = prepare(real_dataset.path, SPEC, study=path)
    assert search.trials == ()
    search.keep((trial(1, 0.5),))
    assert prepare(real_dataset.path, SPEC, study=path).trials == (trial(1, 0.5),)
    path.rename(earlier)
    taken_up = prepare(real_dataset.path, SPEC, study=path, take_up=earlier)
    assert taken_up.trials == (trial(1, 0.5),)
    taken_up.keep(taken_up.trials)
    with refused(SpecError, f"--study {path} has trials already"):
        prepare(real_dataset.path, SPEC, study=path, take_up=earlier)
    with refused(SpecError, "its folder does not exist"):
        prepare(real_dataset.path, SPEC, study=tmp_path / "no" / "study.json")
