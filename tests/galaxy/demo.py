"""The demonstration that a local server opens with: small real data, and the workflow."""

from __future__ import annotations

from pathlib import Path

from tests.galaxy.checkout import Checkout
from tests.galaxy.client import GalaxyClient

HISTORY_NAME = "ENNGene demo"
COLLECTION_NAME = "Classes"
CLASSES = ("exons", "introns", "intergenic")
# A form chooses the newest dataset that fits an input, and takes a BED file for a bigWig that it
# could convert it to: so the scores come last, after the intervals to interpret.
DATATYPES = {
    "genome.fa": "fasta",
    "exons.bed": "bed",
    "introns.bed": "bed",
    "intergenic.bed": "bed",
    "new.bed": "bed",
    "phyloP.bw": "bigwig",
}


def ensure_demo(client: GalaxyClient, checkout: Checkout) -> str:
    """Return the id of the demonstration's history, which is filled when it is missing."""
    history_id = client.find_history(HISTORY_NAME)
    if history_id is None:
        history_id = _fill_history(client, checkout.test_data)
    return history_id


def _fill_history(client: GalaxyClient, test_data: Path) -> str:
    # It gets its name once it is complete: an interrupted one is not taken for the demo.
    history_id = client.create_history(f"{HISTORY_NAME} (incomplete)")
    files = {
        test_data / name: datatype
        for name, datatype in DATATYPES.items()
        if (test_data / name).exists()
    }
    dataset_ids = client.upload(history_id, files)
    members = {name: dataset_ids[f"{name}.bed"] for name in CLASSES}
    client.create_list(history_id, COLLECTION_NAME, members)
    client.rename_history(history_id, HISTORY_NAME)
    return history_id
