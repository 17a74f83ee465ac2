from pathlib import Path

import pytest

from enngene_core.errors import SpecError
from enngene_core.outputs import written_together
from tests.refusal import refused


def test_outputs_appear_together(tmp_path: Path) -> None:
    table, figures = tmp_path / "table.tsv", tmp_path / "figures"
    with written_together(table, None, figures) as (partial, nothing, folder):
        assert nothing is None
        assert partial.name == "table.tsv"
        partial.write_text("a")
        folder.mkdir()
        (folder / "roc.png").write_text("b")
        assert not table.exists()
    assert table.read_text() == "a"
    assert (figures / "roc.png").read_text() == "b"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["figures", "table.tsv"]


def test_a_failure_leaves_everything_as_it_was(tmp_path: Path) -> None:
    old = tmp_path / "old.tsv"
    old.write_text("before")
    with (
        pytest.raises(RuntimeError, match="no"),
        written_together(old, tmp_path / "new.tsv") as (first, second),
    ):
        first.write_text("half")
        second.write_text("half")
        raise RuntimeError("no")
    assert old.read_text() == "before"
    assert list(tmp_path.iterdir()) == [old]


def test_bad_places_are_named_before_any_work(tmp_path: Path) -> None:
    same = tmp_path / "a.tsv"
    with refused(SpecError, same, "same path"), written_together(same, tmp_path / "." / "a.tsv"):
        pass
    absent = tmp_path / "none" / "a.tsv"
    with refused(SpecError, absent, "folder does not exist"), written_together(absent):
        pass
    assert list(tmp_path.iterdir()) == []
