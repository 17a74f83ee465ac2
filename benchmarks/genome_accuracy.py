"""AUROC of the default network on exons against introns of a whole genome.

Windows of 100 nt; chr_8 is for validation, chr_5 and chr_9 are for testing; one seed. The test
chromosomes are read once, after training. Intervals are percentiles of 2000 bootstrap resamples of
the test windows, stratified by class.
"""

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from enngene_core.specs.network import default_network

ENNGENE = str(Path(sys.executable).with_name("enngene"))
N_RESAMPLES = 2000


def run(*words: str | Path) -> None:
    """Run one command of the tool, with its output on standard error."""
    subprocess.run([ENNGENE, *map(str, words)], check=True, stdout=sys.stderr)


def auroc_interval(is_exon: np.ndarray, score: np.ndarray) -> tuple[float, float, float]:
    """AUROC with the ends of its 95 % bootstrap interval."""
    rng = np.random.default_rng(0)
    groups = [np.flatnonzero(is_exon == value) for value in (True, False)]
    resampled = []
    for _ in range(N_RESAMPLES):
        rows = np.concatenate([rng.choice(group, len(group)) for group in groups])
        resampled.append(roc_auc_score(is_exon[rows], score[rows]))
    low, high = np.quantile(resampled, [0.025, 0.975])
    return roc_auc_score(is_exon, score), low, high


def main() -> None:
    """Print a table: branches, test windows, AUROC and interval."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the genome's files")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        genome = folder / "genome.fa"
        with gzip.open(arguments.data / "genome.fa.gz") as packed, open(genome, "wb") as plain:
            shutil.copyfileobj(packed, plain)
        dataset = folder / "dataset.h5"
        run(
            "preprocess",
            *("--intervals", f"exons={arguments.data / 'exons.bed.gz'}"),
            *("--intervals", f"introns={arguments.data / 'introns.bed.gz'}"),
            *("--fasta", genome, "--conservation", arguments.data / "phyloP.bw"),
            *("--branches", "sequence,conservation", "--window", "100", "--split", "chromosome"),
            *("--validation-chromosomes", "chr_8", "--test-chromosomes", "chr_5,chr_9"),
            *("--seed", arguments.seed, "--output", dataset),
        )
        print("branches\ttest windows\tAUROC\t95 % interval")
        for branches in (("sequence",), ("sequence", "conservation")):
            label = "-".join(branches)
            network, model = folder / f"{label}.json", folder / f"{label}.zip"
            network.write_text(json.dumps(default_network(branches).model_dump(mode="json")))
            run(
                *("train", "--dataset", dataset, "--network", network, "--output", model),
                *("--epochs", arguments.epochs, "--seed", arguments.seed),
            )
            predictions = folder / f"{label}.tsv"
            run(
                *("evaluate", "--model", model, "--dataset", dataset, "--split", "test"),
                *("--output", folder / "metrics.tsv", "--predictions", predictions),
            )
            table = np.genfromtxt(
                predictions, names=True, dtype=None, delimiter="\t", encoding="utf-8"
            )
            is_exon = table["true_class"] == "exons"
            value, low, high = auroc_interval(is_exon, table["exons"])
            print(f"{' + '.join(branches)}\t{len(table)}\t{value:.4f}\t{low:.4f} to {high:.4f}")


if __name__ == "__main__":
    main()
