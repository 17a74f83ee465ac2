"""A class takes its name from its element of a list, and no name reaches a shell."""

from __future__ import annotations

import io
import json

import h5py

from tests.galaxy.checkout import Checkout
from tests.galaxy.server import GalaxyServer

# The wrappers' own tests can't hold a list: Galaxy's test format has none for this kind of input.
CLASSES = {
    "exons.bed": "exons.bed",
    """in "trons" $(touch harm) `touch harm`""": "introns.bed",
    "intergénique; it's <b> & 'so' \\n": "intergenic.bed",
}


def test_names_of_elements_become_classes_as_they_are(
    checkout: Checkout, galaxy: GalaxyServer
) -> None:
    client = galaxy.client
    history_id = client.create_history("class names")
    files = {checkout.test_data / name: "bed" for name in CLASSES.values()}
    ids = client.upload(history_id, files | {checkout.test_data / "genome.fa": "fasta"})
    elements = {name: ids[file] for name, file in CLASSES.items()}
    collection_id = client.create_list(history_id, "Classes", elements)
    started = client.request(
        "POST",
        "/api/tools",
        {
            "history_id": history_id,
            "tool_id": "enngene_preprocess",
            "inputs": {
                "intervals": {"values": [{"src": "hdca", "id": collection_id}]},
                "reference|source": "history",
                "reference|fasta": {"values": [{"src": "hda", "id": ids["genome.fa"]}]},
                "window": 30,
            },
        },
    )
    (dataset_id,) = (o["id"] for o in started["outputs"] if o["output_name"] == "dataset")
    client.wait_for_history(history_id, n_datasets=len(ids) + len(started["outputs"]))
    content = client.send("GET", f"/api/datasets/{dataset_id}/display?to_ext=h5")
    with h5py.File(io.BytesIO(content)) as dataset:
        classes = json.loads(dataset.attrs["classes"])
    assert classes == [name.removesuffix(".bed") for name in CLASSES]
