"""A class takes its name from its file or its element of a list, and no name reaches a shell."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py

from tests.galaxy.checkout import Checkout
from tests.galaxy.client import GalaxyClient
from tests.galaxy.server import GalaxyServer

# The wrappers' own tests can't hold a list: Galaxy's test format has none for this kind of input.
CLASSES = {
    "exons.bed": "exons.bed",
    """in "trons" $(touch harm) `touch harm`""": "introns.bed",
    "intergénique; it's <b> & 'so' \\n": "intergenic.bed",
}


def run_tool(
    client: GalaxyClient, history_id: str, tool_id: str, inputs: Mapping[str, Any]
) -> dict[str, str]:
    """Run a tool to its end, and return the ids of its outputs by name."""
    n_before = len(client.datasets(history_id))
    job = {"history_id": history_id, "tool_id": tool_id, "inputs": inputs}
    outputs = client.request("POST", "/api/tools", job)["outputs"]
    client.wait_for_history(history_id, n_datasets=n_before + len(outputs))
    return {output["output_name"]: output["id"] for output in outputs}


def chosen(*dataset_ids: str, kind: str = "hda") -> dict[str, Any]:
    """Datasets as the input of a tool."""
    return {"values": [{"src": kind, "id": dataset_id} for dataset_id in dataset_ids]}


def classes_of(client: GalaxyClient, dataset_id: str) -> list[str]:
    """Names of the classes of a dataset."""
    content = client.send("GET", f"/api/datasets/{dataset_id}/display?to_ext=h5")
    with h5py.File(io.BytesIO(content)) as dataset:
        names: list[str] = json.loads(dataset.attrs["classes"])
    return names


def test_names_of_elements_become_classes_as_they_are(
    checkout: Checkout, galaxy: GalaxyServer
) -> None:
    client = galaxy.client
    history_id = client.create_history("class names")
    files = {checkout.test_data / name: "bed" for name in CLASSES.values()}
    ids = client.upload(history_id, files | {checkout.test_data / "genome.fa": "fasta"})
    elements = {name: ids[file] for name, file in CLASSES.items()}
    collection_id = client.create_list(history_id, "Classes", elements)
    inputs = {
        "input|kind": "intervals",
        "input|intervals": chosen(collection_id, kind="hdca"),
        "input|reference|source": "history",
        "input|reference|fasta": chosen(ids["genome.fa"]),
        "window": 30,
        # The name is quoted for the shell in which a class is reduced, too.
        "reduction|reduce_0|class_name": list(CLASSES)[1],
        "reduction|reduce_0|number": "100",
    }
    outputs = run_tool(client, history_id, "enngene_preprocess", inputs)
    names = [name.removesuffix(".bed") for name in CLASSES]
    assert classes_of(client, outputs["dataset"]) == names


def test_names_of_elements_become_models_as_they_are(
    checkout: Checkout, galaxy: GalaxyServer
) -> None:
    client = galaxy.client
    history_id = client.create_history("model names")
    models = {
        """it's "both" $(touch harm) `touch harm`""": "model.zip",
        "<b>séquence</b> & more\\n.zip": "model_sequence.zip",
    }
    files = {checkout.test_data / name: "zip" for name in models.values()}
    ids = client.upload(history_id, files | {checkout.test_data / "dataset.h5": "h5"})
    elements = {name: ids[file] for name, file in models.items()}
    collection_id = client.create_list(history_id, "Models", elements)
    inputs = {
        "compared|kind": "bundles",
        "compared|model": chosen(collection_id, kind="hdca"),
        "compared|windows|source": "dataset",
        "compared|windows|dataset": chosen(ids["dataset.h5"]),
        "resamples": 10,
    }
    outputs = run_tool(client, history_id, "enngene_compare", inputs)
    content = client.send("GET", f"/api/datasets/{outputs['numbers']}/display?to_ext=tabular")
    _, *rows = content.decode().splitlines()
    names = list(dict.fromkeys(row.split("\t")[0] for row in rows))
    assert names == [name.removesuffix(".zip") for name in models]


def test_negatives_are_a_class_that_is_named_after_their_positives(
    checkout: Checkout, galaxy: GalaxyServer
) -> None:
    client = galaxy.client
    history_id = client.create_history("negatives")
    ids = client.upload(
        history_id,
        {checkout.test_data / "exons.bed": "bed", checkout.test_data / "genome.2bit": "twobit"},
    )
    inputs: dict[str, Any] = {
        "positives": chosen(ids["exons.bed"]),
        "reference|source": "history",
        "reference|fasta": chosen(ids["genome.2bit"]),
    }
    places = run_tool(client, history_id, "enngene_negatives", inputs)
    shuffled = run_tool(
        client, history_id, "enngene_negatives", inputs | {"made|method": "shuffle"}
    )
    of_genome = {
        "input|reference|source": "history",
        "input|reference|fasta": chosen(ids["genome.2bit"]),
        "window": 30,
    }
    made = run_tool(
        client,
        history_id,
        "enngene_preprocess",
        of_genome | {"input|intervals": chosen(ids["exons.bed"], places["negatives"])},
    )
    assert classes_of(client, made["dataset"]) == ["exons", "negatives of exons"]
    made = run_tool(
        client,
        history_id,
        "enngene_preprocess",
        of_genome
        | {
            "input|kind": "both",
            "input|intervals": chosen(ids["exons.bed"]),
            "input|sequences": chosen(shuffled["negatives"]),
        },
    )
    assert classes_of(client, made["dataset"]) == ["exons", "negatives of exons"]


def test_a_dataset_whose_name_is_a_command_is_only_a_name(
    checkout: Checkout, galaxy: GalaxyServer, tmp_path: Path
) -> None:
    client = galaxy.client
    history_id = client.create_history("a command")
    files = {}
    for name, file in (("a'; touch canary; '", "exons.bed"), ("`touch canary`", "introns.bed")):
        files[Path(shutil.copy(checkout.test_data / file, tmp_path / name))] = "bed"
    ids = client.upload(history_id, {**files, checkout.test_data / "genome.fa": "fasta"})
    fasta = chosen(ids["genome.fa"])
    inputs: dict[str, Any] = {
        "input|kind": "intervals",
        "input|intervals": chosen(*(ids[path.name] for path in files)),
        "input|reference|source": "history",
        "input|reference|fasta": fasta,
        "window": 30,
    }
    outputs = run_tool(client, history_id, "enngene_preprocess", inputs)
    # Galaxy replaces such characters in a dataset's name; an element's name comes as it is.
    classes = ["a__sq__X touch canaryX __sq__", "Xtouch canaryX"]
    assert classes_of(client, outputs["dataset"]) == classes
    # The same words as the names of what a model is trained on and used on.
    trained = run_tool(
        client,
        history_id,
        "enngene_train",
        {"dataset": chosen(outputs["dataset"]), "training|epochs": 1},
    )
    predicted = run_tool(
        client,
        history_id,
        "enngene_predict",
        {
            "model": chosen(trained["model"]),
            "new|kind": "intervals",
            "new|intervals": chosen(ids["a'; touch canary; '"]),
            "new|reference|source": "history",
            "new|reference|fasta": fasta,
        },
    )
    table = client.send("GET", f"/api/datasets/{predicted['predictions']}/display?to_ext=tabular")
    header = table.decode().splitlines()[0].split("\t")
    assert header[5:7] == classes
