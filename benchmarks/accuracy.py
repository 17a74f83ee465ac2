"""AUROC and average precision of the default preset on CLIP sites of RNA-binding proteins.

The folder holds `SET.PART.CLASS.fa.gz`, with train and test as parts, positive and negative as
classes. A tenth of the training files is for validation; the test files are read once for each
network, after its training. The ensemble is the mean of the networks of all seeds, as
`enngene train --members` makes it. Intervals are of the test windows alone.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from benchmarks.scores import enngene, read_predictions, told

CLASSES = ("positive", "negative")


def files(data: Path, name: str, part: str) -> list[str]:
    """The option for the sequences of both classes."""
    words = []
    for kind in CLASSES:
        words += ["--sequences", f"{kind}={data / f'{name}.{part}.{kind}.fa.gz'}"]
    return words


def main() -> None:
    """Print a table: a row for each seed, and one for their ensemble."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the sequences")
    parser.add_argument("--sets", nargs="+", default=["pum2", "qki"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument(
        "--branches", nargs="+", default=["sequence", "sequence,structure"], metavar="NAMES"
    )
    parser.add_argument("--structure", default="elements")
    parser.add_argument(
        "--train", nargs=argparse.REMAINDER, default=[], help="more options of 'enngene train'"
    )
    arguments = parser.parse_args()
    print("| set | branches | network | AUROC | average precision |\n|---|---|---|---|---|")
    for name in arguments.sets:
        for branches in arguments.branches:
            start = f"| {name} | {branches.replace(',', ' + ')}"
            with tempfile.TemporaryDirectory() as folder:
                judge(arguments, name, branches, Path(folder), start)


def judge(
    arguments: argparse.Namespace, name: str, branches: str, folder: Path, start: str
) -> None:
    """Train and judge a network for each seed, and their ensemble."""
    dataset, model = folder / "dataset.h5", folder / "model.zip"
    structure = ["--structure", arguments.structure] if "structure" in branches else []
    enngene(
        *("preprocess", *files(arguments.data, name, "train"), "--window", 200),
        *("--branches", branches, *structure, "--ratio", "9:1:0:0", "--output", dataset),
    )
    of_seeds = []
    for seed in arguments.seeds:
        enngene(
            *("train", "--dataset", dataset, "--seed", seed, "--output", model, *arguments.train)
        )
        predictions = folder / f"{seed}.tsv"
        enngene(
            *("evaluate", "--model", model, *files(arguments.data, name, "test")),
            *("--output", folder / "metrics.tsv", "--predictions", predictions),
        )
        is_positive, found = read_predictions(predictions, "positive")
        of_seeds.append(found)
        auroc = roc_auc_score(is_positive, found)
        precision = average_precision_score(is_positive, found)
        print(f"{start} | seed {seed} | {auroc:.4f} | {precision:.4f} |", flush=True)
    n = len(of_seeds)
    together = told(is_positive, np.mean(of_seeds, axis=0))
    print(f"{start} | ensemble of {n} | {together} |", flush=True)


if __name__ == "__main__":
    main()
