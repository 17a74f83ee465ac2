"""Flag of windows that are unlike the training windows: false alarms, and what it finds.

Beside the composition of windows, which `enngene predict` goes by, the distance of what the
network's last layer before the classes makes of them (Mahalanobis', class by class, with the same
threshold). Windows of 100 nt of two datasets: exons and introns of a fungus, whole chromosomes held
out, and binding sites of human QKI; each is the other's foreign genome.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import numpy as np
from sklearn.covariance import ledoit_wolf

from benchmarks.genome_data import unpack_genome
from benchmarks.scores import enngene
from enngene_core.dataset.file import Dataset
from enngene_core.dataset.typical import FALSE_ALARMS
from enngene_core.models.bundle import read_bundle
from enngene_core.models.inputs import network_inputs
from enngene_core.specs.branches import SEQUENCE

WIDTH = 100
Distance = Callable[[np.ndarray], np.ndarray]
COLUMNS = ("homopolymers", "repeats of 2 to 6 nt", "half unknown", "other genome", "shuffled")


def make_models(genome_data: Path, clip_sites: Path, folder: Path) -> None:
    """Datasets and networks of the default preset."""
    genome = unpack_genome(genome_data, folder)
    split = ("--split", "chromosome", "--validation-chromosomes", "chr_8")
    enngene(
        "preprocess",
        *("--intervals", f"exons={genome_data / 'exons.bed.gz'}"),
        *("--intervals", f"introns={genome_data / 'introns.bed.gz'}", "--fasta", genome),
        *("--reduce", "exons=12000", "--reduce", "introns=9000", "--window", WIDTH),
        *(*split, "--test-chromosomes", "chr_5,chr_9", "--output", folder / "genome.h5"),
    )
    sites = (
        f"{kind}={clip_sites / f'qki.train.{kind}.fa.gz'}" for kind in ("positive", "negative")
    )
    flags = [word for site in sites for word in ("--sequences", site)]
    enngene("preprocess", *flags, "--window", WIDTH, "--output", folder / "clip.h5")
    for name in ("genome", "clip"):
        enngene("train", "--dataset", folder / f"{name}.h5", "--epochs", 6,
                "--output", folder / f"{name}.zip")  # fmt: skip


def codes_of(path: Path) -> Mapping[str, tuple[np.ndarray, np.ndarray]]:
    """Coded sequences and labels of each split."""
    with Dataset(path) as dataset:
        rows = {split: dataset.rows(split) for split in ("train", "validation", "test")}
        return {name: (dataset.branch("sequence", r), dataset.label[r]) for name, r in rows.items()}


def unlike(test: np.ndarray, other: np.ndarray) -> dict[str, np.ndarray]:
    """Windows that are not of the kind of the test windows."""
    rng = np.random.default_rng(0)
    repeats = [np.resize(rng.integers(0, 4, rng.integers(2, 7)), WIDTH) for _ in range(1000)]
    made = (
        np.repeat(np.arange(4, dtype=np.uint8)[:, None], WIDTH, axis=1),
        np.array(repeats, dtype=np.uint8),
        np.where(np.arange(WIDTH) < WIDTH // 2, test, 4).astype(np.uint8),
        other,
        rng.permuted(test, axis=1),
    )
    return dict(zip(COLUMNS, made, strict=True))


def of_last_layer(model: keras.Model, splits: Mapping[str, tuple]) -> Distance:
    """Distance of the values before the classes, as a multiple of its threshold."""
    ends = keras.Model(model.inputs, model.get_layer("logits").input)

    def values(codes: np.ndarray) -> np.ndarray:
        return ends.predict(network_inputs({"sequence": codes}, model), batch_size=1024, verbose=0)

    training, labels = values(splits["train"][0]), splits["train"][1]
    means = np.array([training[labels == label].mean(axis=0) for label in np.unique(labels)])
    inverse = np.linalg.inv(ledoit_wolf(training - means[labels])[0])

    def length(codes: np.ndarray) -> np.ndarray:
        change = values(codes)[:, None] - means
        return np.sqrt(np.einsum("ncd,de,nce->nc", change, inverse, change).min(axis=1))

    threshold = np.quantile(length(splits["validation"][0]), 1 - FALSE_ALARMS, method="higher")
    return lambda codes: length(codes) / threshold


def main() -> None:
    """Print a table: share of windows that are flagged, by dataset and distance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the genome's files")
    parser.add_argument("--clip-sites", type=Path, required=True, help="folder of the CLIP sites")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_models(arguments.data, arguments.clip_sites, folder)
        splits = {name: codes_of(folder / f"{name}.h5") for name in ("genome", "clip")}
        print(
            "| trained on | distance of | test windows (false alarms) |", " | ".join(COLUMNS), "|"
        )
        print("|---" * (3 + len(COLUMNS)) + "|")
        for own, other in (("genome", "clip"), ("clip", "genome")):
            bundle = read_bundle(folder / f"{own}.zip")
            typical, test = bundle.typical, splits[own]["test"][0]
            assert typical is not None
            distances: dict[str, Distance] = {
                "composition": lambda codes, of=typical: of.distance(
                    {"sequence": codes}, {"sequence": SEQUENCE}
                ),
                "last layer": of_last_layer(bundle.model, splits[own]),
            }
            windows = {"test": test} | unlike(test, splits[other]["test"][0])
            for what, distance in distances.items():
                shares = [(distance(codes) > 1).mean() for codes in windows.values()]
                print(f"| {own} | {what} |", " | ".join(f"{share:.1%}" for share in shares), "|")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
