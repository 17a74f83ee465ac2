"""Model files of an attacker: refused by name before TensorFlow, cheaply, with nothing run."""

import shutil
from pathlib import Path

import keras
import pytest
from keras import layers

from enngene_core.specs.network import ConvolutionLayer, NetworkSpec
from tests.cli.command import run
from tests.cli.in_turn import run_in_turn
from tests.corpus import hostile_models as corpus
from tests.corpus.commands import write_good
from tests.models import bundles

#: Memory of a command with all that it loads, MiB.
MOST_MEMORY = 500
IMPORTED = {
    f"{ending}: {name}": (ending, hostile)
    for ending, cases in (("h5", corpus.KERAS | corpus.HDF5), ("keras", corpus.KERAS | corpus.ZIPS))
    for name, hostile in cases.items()
}
#: Each takes a bundle, and is done if that is none.
COMMANDS: dict[str, tuple[str, ...]] = {
    "predict": ("--intervals", "{good}/exons.bed", "--fasta", "{good}/genome.fa"),
    "evaluate": ("--intervals", "class0={good}/exons.bed", "--fasta", "{good}/genome.fa"),
    "interpret": ("--intervals", "{good}/exons.bed", "--fasta", "{good}/genome.fa"),
    "export-model": (),
}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Good models of each kind."""
    folder = tmp_path_factory.mktemp("good")
    write_good(folder)
    convolution = ConvolutionLayer(filters=3, kernel=4, batch_normalization=True)
    network = NetworkSpec(branches={"sequence": (convolution,)})
    bundles.write(folder / "model.zip", bundles.bundle_of(network, width=60, n_classes=2))
    before = [keras.Input((24, 4)), layers.Conv1D(3, 4), layers.Flatten()]
    model = keras.Sequential(before, name="good")
    model.add(layers.Dense(2, "softmax", name="dense"))
    for ending in ("h5", "keras"):
        model.save(folder / f"model.{ending}")
    return folder


def refused(good: Path, folder: Path, file: str, hostile: corpus.Hostile, *words: str) -> None:
    """Run a command on a spoiled copy of a good file, alone in its folder."""
    spoil, told = hostile
    spoil(Path(shutil.copy(good / file, folder / "bad")))
    before = sorted(folder.parent.rglob("*"))
    given = [word.replace("{good}", str(good)) for word in words[1:]]
    found = run(folder, words[0], "--model", "bad", *given, "--output", "output", memory=1 << 30)
    assert (found.code, found.stderr.count("\n")) == (1, 1), found
    assert found.stderr[:-1].isprintable() and len(found.stderr) < 800
    for word in ("BundleError: bad", *told):
        assert word in found.stderr
    assert found.peak < MOST_MEMORY and not found.heavy
    # Nothing is written, neither here nor a folder above, and no code has made the canary.
    assert sorted(folder.parent.rglob("*")) == before and found.temporary == []


@pytest.mark.parametrize("name", corpus.BUNDLES)
def test_a_hostile_bundle_is_refused(good: Path, tmp_path: Path, name: str) -> None:
    (folder := tmp_path / "inner").mkdir()
    refused(good, folder, "model.zip", corpus.BUNDLES[name], "predict", *COMMANDS["predict"])


@pytest.mark.parametrize("name", ["10^9 parameters", "infinite weights", "a bomb as weights"])
@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - {"predict"}))
def test_every_command_refuses_it(good: Path, tmp_path: Path, command: str, name: str) -> None:
    (folder := tmp_path / "inner").mkdir()
    refused(good, folder, "model.zip", corpus.BUNDLES[name], command, *COMMANDS[command])


@pytest.mark.parametrize("name", IMPORTED)
def test_a_hostile_keras_model_is_refused(good: Path, tmp_path: Path, name: str) -> None:
    (folder := tmp_path / "inner").mkdir()
    ending, hostile = IMPORTED[name]
    refused(good, folder, f"model.{ending}", hostile, "import-model", "--classes", "a,b")


def test_what_is_never_looked_at_is_never_run(
    good: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    commands = {}
    for name, spoil in corpus.INERT.items() | corpus.INERT_ZIPS.items():
        for ending in ("h5", "keras") if name in corpus.INERT else ("keras",):
            folder = tmp_path_factory.mktemp("inert") / "inner"
            folder.mkdir()
            spoil(Path(shutil.copy(good / f"model.{ending}", folder / "bad")))
            words = ("import-model", "--model", "bad", "--classes", "a,b", "--output", "output")
            commands[f"{ending}: {name}"] = folder, words
    for name, found in zip(commands, run_in_turn(commands.values()), strict=True):
        assert found.code == 0, (name, found)
        assert [path.name for path in found.after] == ["bad", "output"]
        folder = commands[name][0].parent
        assert [path.name for path in folder.iterdir()] == ["inner"]
        assert not Path("/tmp", corpus.CANARY).exists()
