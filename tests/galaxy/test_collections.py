"""A tool that is given a collection runs once for each element of it, and gives a collection."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.galaxy.checkout import Checkout
from tests.galaxy.server import GalaxyServer

DENSE = {"type": "dense", "units": 2}


def over(collection_id: str) -> dict[str, Any]:
    """A collection as an input that takes one dataset."""
    return {"batch": True, "values": [{"src": "hdca", "id": collection_id}]}


@pytest.mark.parametrize("mapped", ["datasets", "layers"])
def test_training_over_a_collection_gives_a_collection_of_models(
    checkout: Checkout, galaxy: GalaxyServer, tmp_path: Path, mapped: str
) -> None:
    client = galaxy.client
    history_id = client.create_history(f"collection of {mapped}")
    files = {checkout.test_data / "dataset.h5": "h5"}
    for name in ("first", "second"):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps({"branches": {"sequence": []}, "common": [DENSE]}))
        files[path] = "json"
    ids = client.upload(history_id, files)
    dataset: dict[str, Any] = {"values": [{"src": "hda", "id": ids["dataset.h5"]}]}
    network: dict[str, Any] = {"values": [{"src": "hda", "id": ids["first.json"]}]}
    if mapped == "datasets":
        elements = {"a": ids["dataset.h5"], "b": ids["dataset.h5"]}
        dataset = over(client.create_list(history_id, "datasets", elements))
    else:
        elements = {"a": ids["first.json"], "b": ids["second.json"]}
        network = over(client.create_list(history_id, "layers", elements))
    inputs = {
        "dataset": dataset,
        "layers|source": "file",
        "layers|network": network,
        "training|epochs": 1,
    }
    n_before = len(client.datasets(history_id))
    job = {"history_id": history_id, "tool_id": "enngene_train", "inputs": inputs}
    answer = client.request("POST", "/api/tools", job)
    client.wait_for_history(history_id, n_datasets=n_before + len(answer["outputs"]))
    made = {c["output_name"]: c for c in answer["implicit_collections"]}
    models = made["model"]["elements"]
    assert [element["element_identifier"] for element in models] == ["a", "b"]
    assert {element["object"]["file_ext"] for element in models} == {"zip"}
