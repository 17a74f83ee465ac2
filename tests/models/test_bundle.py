import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from enngene_core.errors import BundleError
from enngene_core.models.bundle import read_bundle, weights
from enngene_core.models.card import escaped, model_card
from enngene_core.models.inference import predict_probabilities
from enngene_core.specs.network import NetworkSpec
from tests.core_fixtures import TrainedModel
from tests.models.bundles import MEMBERS, bundle_of, members, write
from tests.models.networks import NETWORKS, random_branches
from tests.refusal import refused


@pytest.mark.parametrize(
    ("spec", "width", "n_classes"), [case[1:] for case in NETWORKS], ids=[c[0] for c in NETWORKS]
)
def test_a_network_predicts_the_same_after_saving_and_loading(
    tmp_path: Path, spec: NetworkSpec, width: int, n_classes: int
) -> None:
    rng = np.random.default_rng(0)
    bundle = bundle_of(spec, width=width, n_classes=n_classes)
    for variable in bundle.model.variables:
        if "seed_generator" not in variable.path:  # moving averages too
            variable.assign(rng.uniform(0.1, 1, variable.shape))
    branches = random_branches(bundle.config.dataset, 8, rng)
    before = predict_probabilities(bundle.model, branches)
    again = read_bundle(write(tmp_path / "model.zip", bundle))
    assert again.config == bundle.config
    np.testing.assert_array_equal(predict_probabilities(again.model, branches), before)


def test_the_same_model_has_the_same_bytes(tmp_path: Path) -> None:
    bundle = bundle_of(NETWORKS[-1][1], width=21, n_classes=3)
    first = write(tmp_path / "first.zip", bundle).read_bytes()
    time.sleep(2.1)  # zip stamps every other second
    assert write(tmp_path / "second.zip", bundle).read_bytes() == first


def test_a_trained_bundle_holds_what_it_should(trained: TrainedModel) -> None:
    contents = members(trained.path)
    assert sorted(contents) == sorted((*MEMBERS, "typical.safetensors"))
    typical = trained.result.bundle.typical
    for name, array in safetensors.numpy.load(contents["typical.safetensors"]).items():
        np.testing.assert_array_equal(array, typical.arrays[name])
    assert contents["history.tsv"].decode() == trained.history.read_text()
    tensors = safetensors.numpy.load(contents["model.safetensors"])
    kept = weights(trained.result.bundle.model)
    assert set(tensors) == set(kept)
    for name, values in kept.items():
        np.testing.assert_array_equal(tensors[name], values)
    config = trained.result.bundle.config
    assert set(config.provenance["inputs_sha256"]) >= {"dataset", "fasta", "conservation"}
    assert {"tensorflow", "keras", "python", "enngene-core"} <= set(config.provenance["software"])


def test_a_bundle_of_any_name_is_read(trained: TrainedModel, tmp_path: Path) -> None:
    path = tmp_path / "dataset_7.dat"
    path.write_bytes(trained.path.read_bytes())
    assert read_bundle(path).config == trained.result.bundle.config


def test_the_card_says_what_the_model_is(trained: TrainedModel) -> None:
    card = members(trained.path)["README.md"].decode()
    assert card == model_card(trained.result.bundle.config)
    for words in ("exons, introns, intergenic", "51 nucleotides", "## Limits", "SHA\\-256"):
        assert words.replace("\\", "") in card


def test_markup_of_a_class_name_is_shown_as_text() -> None:
    assert escaped("<b>[a](http://x)\n# `b`") == r"\<b\>\[a\]\(http://x\) \# \`b\`"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with refused(BundleError, tmp_path / "none.zip", "no such file"):
        read_bundle(tmp_path / "none.zip")


def test_a_truncated_bundle_is_refused(trained: TrainedModel, tmp_path: Path) -> None:
    whole = trained.path.read_bytes()
    path = tmp_path / "model.zip"
    for n_bytes in [0, 3, 50, *range(200, len(whole), len(whole) // 9), len(whole) - 1]:
        path.write_bytes(whole[:n_bytes])
        with refused(BundleError, path, "expected a model bundle"):
            read_bundle(path)


def test_a_damaged_member_is_refused(trained: TrainedModel, tmp_path: Path) -> None:
    whole = trained.path.read_bytes()
    path = tmp_path / "model.zip"
    for position in (60, 500, len(whole) // 2):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        with refused(BundleError, path):
            read_bundle(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_other_compression_is_refused(trained: TrainedModel, tmp_path: Path, method: int) -> None:
    path = tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members(trained.path).items():
            archive.writestr(name, content)
    with refused(BundleError, path, "config.json", f"method {method}", "deflate"):
        read_bundle(path)
