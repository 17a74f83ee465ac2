"""AUROC of the default preset on exons against introns of a whole genome.

Windows of 100 nt; chr_8 is for validation, chr_5 and chr_9 are for testing; one seed. The test
chromosomes are read once for each network, after its training. Intervals are of the test windows.
"""

import argparse
import gzip
import json
import shutil
import tempfile
from pathlib import Path

from benchmarks.scores import enngene, read_predictions, told
from enngene_core.specs.presets import PRESETS

BRANCHES = (
    ("sequence",),
    ("sequence", "structure"),
    ("sequence", "conservation"),
    ("sequence", "structure", "conservation"),
)


def main() -> None:
    """Print a table: branches, AUROC and average precision with their intervals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the genome's files")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print("| branches | AUROC | average precision |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        genome, dataset = folder / "genome.fa", folder / "dataset.h5"
        with gzip.open(arguments.data / "genome.fa.gz") as packed, open(genome, "wb") as plain:
            shutil.copyfileobj(packed, plain)
        enngene(
            "preprocess",
            *("--intervals", f"exons={arguments.data / 'exons.bed.gz'}"),
            *("--intervals", f"introns={arguments.data / 'introns.bed.gz'}"),
            *("--fasta", genome, "--conservation", arguments.data / "phyloP.bw"),
            *("--branches", ",".join(BRANCHES[-1]), "--window", 100, "--split", "chromosome"),
            *("--validation-chromosomes", "chr_8", "--test-chromosomes", "chr_5,chr_9"),
            *("--seed", arguments.seed, "--output", dataset),
        )
        network, model = folder / "network.json", folder / "model.zip"
        predictions = folder / "predictions.tsv"
        for branches in BRANCHES:
            layers = PRESETS["residual"].network(branches)
            network.write_text(json.dumps(layers.model_dump(mode="json")))
            enngene(
                *("train", "--dataset", dataset, "--network", network, "--output", model),
                *("--seed", arguments.seed),
            )
            enngene(
                *("evaluate", "--model", model, "--dataset", dataset, "--split", "test"),
                *("--output", folder / "metrics.tsv", "--predictions", predictions),
            )
            scores = told(*read_predictions(predictions, "exons"))
            print(f"| {' + '.join(branches)} | {scores} |", flush=True)


if __name__ == "__main__":
    main()
