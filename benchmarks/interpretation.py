"""Speed of interpretation beside Captum, a plain loop and `predict`, as Markdown tables.

One trained network with three branches explains windows of 200 nt; all sides take turns. See
README.md of this folder for what Captum needs.
"""

import argparse
import gzip
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

import keras
import numpy as np
import tensorflow as tf

from benchmarks.scores import enngene
from benchmarks.training_data import BRANCHES, NETWORKS, WIDTH
from enngene_core.dataset.file import Dataset
from enngene_core.interpretation.attributions import Attributions, Contrast
from enngene_core.interpretation.integrated_gradients import integrated_gradients
from enngene_core.interpretation.mutagenesis import mutagenesis
from enngene_core.models.bundle import read_bundle, weights
from enngene_core.models.inputs import network_inputs
from enngene_core.models.runtime import use_threads
from enngene_core.specs.network import Precision

ROOT = Path(__file__).parent.parent
ZERO = Contrast(baseline="zero")
PER_CLASS, N_LOOP, N_MUTATED = 800, 24, 64
TRAPEZOID = 50
#: Points whose contributions count as exact, and points that reach what the trapezoid rule does.
EXACT, FEW = 1000, 30
#: Seconds before each turn: PyTorch's threads go on waiting busily for a while after theirs.
PAUSE = 0.5

Branches = dict[str, np.ndarray]


def main() -> None:
    """Print two tables: contributions by side, and substitutions by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the genome's files")
    parser.add_argument("--torch-python", help="interpreter that has torch, captum and numpy")
    parser.add_argument("--work", type=Path, help="folder that keeps the trained network")
    parser.add_argument("--windows", type=int, default=480)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = arguments.work or Path(name)
        folder.mkdir(exist_ok=True)
        if not (folder / "model.zip").exists():
            train_network(arguments.data, folder)
        use_threads(arguments.threads)
        bundle = read_bundle(folder / "model.zip")
        models: dict[Precision, keras.Model] = {
            precision: read_bundle(folder / "model.zip", for_use=precision).model
            for precision in get_args(Precision)
        }
        with Dataset(folder / "dataset.h5") as dataset:
            unseen = [dataset.rows(split) for split in ("validation", "test", "blackbox")]
            rows = np.concatenate(unseen)[: arguments.windows]
            branches = {name: dataset.branch(name, rows) for name in BRANCHES}
            target = dataset.label[rows].astype(np.int64)
        tell_contributions(bundle.model, models, branches, target, folder, arguments)
        tell_substitutions(bundle.model, branches, target, arguments.rounds)


def train_network(data: Path, folder: Path) -> None:
    """Train the network of the other benchmarks on exons and introns of a real genome."""
    rng = np.random.default_rng(1)
    for name in ("exons", "introns"):
        with gzip.open(data / f"{name}.bed.gz", "rt") as packed:
            lines = packed.readlines()
        chosen = rng.choice(len(lines), PER_CLASS, replace=False)
        (folder / f"{name}.bed").write_text("".join(lines[i] for i in sorted(chosen)))
    enngene(
        "preprocess",
        *("--intervals", f"exons={folder / 'exons.bed'}"),
        *("--intervals", f"introns={folder / 'introns.bed'}"),
        *("--fasta", data / "genome.fa.gz", "--conservation", data / "phyloP.bw"),
        *("--branches", ",".join(BRANCHES), "--window", WIDTH, "--output", folder / "dataset.h5"),
    )
    (folder / "network.json").write_text(NETWORKS["cnn"].model_dump_json())
    enngene(
        *("train", "--dataset", folder / "dataset.h5", "--network", folder / "network.json"),
        *("--epochs", 8, "--output", folder / "model.zip"),
    )


def tell_contributions(
    model: keras.Model,
    models: Mapping[Precision, keras.Model],
    branches: Branches,
    target: np.ndarray,
    folder: Path,
    arguments: argparse.Namespace,
) -> None:
    """Rows of the sides that attribute outputs to positions, from a zero baseline as the loop."""
    few = {name: values[:N_LOOP] for name, values in branches.items()}
    found: dict[str, Attributions] = {}

    def ours(
        steps: int, tolerance: float | None = None, precision: Precision = "float32"
    ) -> Attributions:
        return integrated_gradients(
            models[precision], branches, target, steps=steps, tolerance=tolerance, contrast=ZERO
        )

    sides: dict[str, Callable[[], Attributions]] = {
        f"a sequence at a time, {TRAPEZOID} trapezoid steps": lambda: loop(
            model, few, target[:N_LOOP]
        ),
        f"enngene, {FEW} points": lambda: ours(FEW),
        "enngene, 50 points": lambda: ours(50),
        "enngene, as many as 1 % needs": lambda: ours(324, 0.01),
        f"enngene in bfloat16, {FEW} points": lambda: ours(FEW, precision="bfloat16"),
        "enngene in bfloat16, 50 points": lambda: ours(50, precision="bfloat16"),
        "enngene in bfloat16, as many as 1 % needs": lambda: ours(324, 0.01, "bfloat16"),
    }
    exact = ours(EXACT).branches
    captum, n_captum = None, 96
    if arguments.torch_python:
        some = {name: values[:n_captum] for name, values in branches.items()}
        captum = start_captum(model, some, target[:n_captum], folder, arguments)

    def timed(name: str) -> Callable[[], None]:
        return lambda: found.__setitem__(name, sides[name]())

    work: dict[str, Callable[[], None]] = {name: timed(name) for name in sides}
    if captum is not None:
        work["Captum, 50 points"] = lambda: next_turn(captum)
    seconds = race(work, arguments.rounds)
    if captum is not None:
        captum.stdin.close()
        captum.wait()
        stored = np.load(folder / "captum.npz")
        of_branches = {name: stored[name] for name in BRANCHES}
        found["Captum, 50 points"] = Attributions(of_branches, stored["difference"])
    n = {name: len(attributions.difference) for name, attributions in found.items()}
    rate = {name: n[name] / seconds[name] for name in found}
    first = next(iter(sides))
    print("| contributions | windows a second | median completeness error | above 1 % |", end="")
    print(f" median difference from {EXACT} points | times the loop | times Captum |")
    print("|---|---|---|---|---|---|---|")
    for name, attributions in found.items():
        error = attributions.completeness_error
        by_captum = f"{rate[name] / rate['Captum, 50 points']:.1f}" if captum else ""
        print(f"| {name} | {rate[name]:.0f} | {np.median(error):.4f} ", end="")
        print(f"| {(error > 0.01).mean():.0%} | {gap_from(exact, attributions):.4f} ", end="")
        print(f"| {rate[name] / rate[first]:.0f} ", end="")
        print(f"| {by_captum} |", flush=True)
    if captum is not None:
        ours_, theirs = found["enngene, 50 points"].branches, found["Captum, 50 points"].branches
        largest = max(np.abs(ours_[b]).max() for b in BRANCHES)
        gap = max(np.abs(ours_[b][:n_captum] - theirs[b]).max() for b in BRANCHES)
        print(f"\nlargest gap of ours and Captum's at 50 points: {gap:.1e} of {largest:.2f}")


def gap_from(exact: Branches, found: Attributions) -> float:
    """Median over windows: sum of all absolute differences, as a share of that of all values."""
    gap, whole = (
        np.sum([np.abs(x).sum(axis=1) for x in parts], axis=0)
        for parts in (
            [found.branches[name] - exact[name][: len(found.difference)] for name in BRANCHES],
            [exact[name][: len(found.difference)] for name in BRANCHES],
        )
    )
    return float(np.median(gap / whole))


def loop(model: keras.Model, branches: Branches, target: np.ndarray) -> Attributions:
    """Integrated Gradients as mostly written: a window at a time, by the trapezoid rule."""
    found: dict[str, list[np.ndarray]] = {name: [] for name in branches}
    differences = []
    for row in range(len(target)):
        inputs = network_inputs({name: x[row : row + 1] for name, x in branches.items()}, model)
        share = tf.linspace(0.0, 1.0, TRAPEZOID + 1)[:, None, None]
        on_path = {name: share * x for name, x in inputs.items()}
        with tf.GradientTape() as tape:
            tape.watch(on_path)
            logit = model(on_path, training=False)["logits"][:, int(target[row])]
        gradients = tape.gradient(logit, on_path)
        for name, slope in gradients.items():
            mean = tf.reduce_mean((slope[:-1] + slope[1:]) / 2, axis=0)
            found[name].append(tf.reduce_sum(mean * inputs[name][0], axis=-1).numpy())
        differences.append(float(logit[-1] - logit[0]))
    scores = {name: np.array(values) for name, values in found.items()}
    return Attributions(scores, np.array(differences, dtype=np.float32))


def start_captum(
    model: keras.Model,
    branches: Branches,
    target: np.ndarray,
    folder: Path,
    arguments: argparse.Namespace,
) -> subprocess.Popen[str]:
    """Start the other side on the same weights and windows, and wait until it is warm."""
    inputs = network_inputs(branches, model)
    X = {name: x.numpy().transpose(0, 2, 1).copy() for name, x in inputs.items()}
    np.savez(folder / "inputs.npz", **X, target=target)
    np.savez(folder / "weights.npz", **weights(model))
    command = [arguments.torch_python, "-m", "benchmarks.interpretation_torch"]
    command += ["--arrays", str(folder), "--threads", str(arguments.threads)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
    if not process.stdout.readline():
        sys.exit("the side of Captum failed")
    return process


def next_turn(process: subprocess.Popen[str]) -> None:
    """Let the other side work, and wait until it is finished."""
    process.stdin.write("\n")
    process.stdin.flush()
    process.stdout.readline()


def tell_substitutions(
    model: keras.Model, branches: Branches, target: np.ndarray, rounds: int
) -> None:
    """Rows of the sides that replace every base by every other one."""
    few = {name: values[:N_MUTATED] for name, values in branches.items()}
    codes = few["sequence"]
    mutants = np.repeat(codes, 3 * WIDTH, axis=0).reshape(-1, WIDTH, 3, WIDTH)
    places = np.arange(WIDTH)
    mutants[:, places, :, places] += np.arange(1, 4, dtype=np.uint8)
    mutants %= 4
    whole = {name: np.repeat(values, 3 * WIDTH, axis=0) for name, values in few.items()}
    X = network_inputs({**whole, "sequence": mutants.reshape(-1, WIDTH)}, model)
    seconds = race(
        {
            "`predict` on all mutants": lambda: model.predict(X, batch_size=1024, verbose=0),
            "enngene": lambda: mutagenesis(model, NETWORKS["cnn"], few, target[:N_MUTATED]),
        },
        rounds,
    )
    first = next(iter(seconds))
    print("\n| substitutions | a second | times `predict` |\n|---|---|---|")
    for name, took in seconds.items():
        print(f"| {name} | {len(mutants) * 3 * WIDTH / took:,.0f} | {seconds[first] / took:.1f} |")


def race(work: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each side over interleaved rounds, after one of warming up."""
    took: dict[str, list[float]] = {name: [] for name in work}
    for number in range(rounds + 1):
        for name, of_side in work.items():
            time.sleep(PAUSE)
            start = time.perf_counter()
            of_side()
            if number:
                took[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in took.items()}


if __name__ == "__main__":
    main()
