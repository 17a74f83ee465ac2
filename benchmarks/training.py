"""Speed of training beside plain Keras and PyTorch, as Markdown tables.

Each side is a process of its own that trains one epoch at a time, in turns, after an epoch of
warming up; see README.md of this folder for what PyTorch needs.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.training_data import (
    BRANCHES,
    NETWORKS,
    WIDTH,
    float_operations,
    write_dataset,
)
from enngene_core.dataset.file import Dataset

ENNGENE = str(Path(sys.executable).with_name("enngene"))
ROOT = Path(__file__).parent.parent
#: Multiplications and additions of a turn of matrix products (`training_sides.py`).
PRODUCT = 3 * 2 * 4096**3
#: Times as many windows for a network whose epoch would be over in an instant.
MORE_WINDOWS = {"small": 8}
#: Seconds before each turn: PyTorch's threads go on waiting busily for a while after theirs.
PAUSE = 0.5
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
FIRST_STEP = """
import os, sys
from pathlib import Path
import enngene_core.cli.app
from enngene_core.models.runtime import use_threads
from enngene_core.specs.training import TrainingSpec
from enngene_core.training.train import train
from benchmarks.training_data import NETWORKS
use_threads(2)
train(Path(sys.argv[1]), TrainingSpec(epochs=1, batch_size=256), network=NETWORKS["cnn"],
      output=Path(sys.argv[2]), on_progress=lambda _: os._exit(0), each_batch=True)
"""

Sides = Mapping[str, list[str]]
Seconds = dict[str, tuple[float, float]]


def main() -> None:
    """Print tables: networks by side; start; epochs by size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--torch-python", help="interpreter that has torch and numpy")
    parser.add_argument("--windows", type=int, default=20_480)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--networks", nargs="*", default=["cnn", "small", "lstm"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--start", action="store_true", help="time to the first step too")
    parser.add_argument("--large", action="store_true", help="epochs of up to 1 M windows too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dataset = folder / "dataset.h5"
        print("| network | side | windows a second | of a processor | times PyTorch |", end="")
        print(" times Keras | share of matrix products |\n|---|---|---|---|---|---|---|")
        for network in arguments.networks:
            n_windows = arguments.windows * MORE_WINDOWS.get(network, 1)
            write_dataset(dataset, n_windows)
            write_arrays(dataset, folder)
            sides = sides_of(network, dataset, folder, arguments)
            seconds = race(sides, arguments.rounds)
            tell(network, seconds, n_windows, channels_of(dataset))
        tell_memory(n_windows, channels_of(dataset))
        if arguments.start:
            tell_start(dataset, folder, arguments.rounds)
        if arguments.large:
            tell_sizes(folder)


def channels_of(dataset: Path) -> dict[str, int]:
    """Channels of each branch."""
    with Dataset(dataset) as opened:
        return dict(opened.spec.sizes["channels"])


def write_arrays(dataset: Path, folder: Path) -> None:
    """The dataset's codes and scores as .npy files, for an interpreter without h5py."""
    with Dataset(dataset) as opened:
        for split in ("train", "validation"):
            rows = opened.rows(split)
            np.save(folder / f"{split}_label.npy", opened.label[rows])
            for name in BRANCHES:
                np.save(folder / f"{split}_{name}.npy", opened.branch(name, rows))


def sides_of(
    network: str, dataset: Path, folder: Path, arguments: argparse.Namespace
) -> dict[str, list[str]]:
    """Command of each side."""
    common = ["--network", network, "--threads", str(arguments.threads)]
    here = [sys.executable, "-m", "benchmarks.training_sides"]
    ours = [*here, "enngene", "--dataset", str(dataset), *common]
    sides = {
        "Keras fit": [*here, "keras", "--dataset", str(dataset), *common],
        "enngene": ours,
        "enngene, --deterministic off": [*ours, "--deterministic", "off"],
        "enngene, bfloat16": [*ours, "--precision", "bfloat16"],
    }
    if arguments.torch_python:
        torch = [arguments.torch_python, "-m", "benchmarks.training_torch"]
        sides["PyTorch"] = [*torch, "--arrays", str(folder), *common]
    if network == "cnn":
        sides["matrix products"] = [*here, "product", *common]
    return sides


def race(sides: Sides, rounds: int) -> Seconds:
    """Median seconds of an epoch, and of a processor for it, over interleaved rounds."""
    running = {
        name: subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for name, command in sides.items()
    }
    took: dict[str, list[list[float]]] = {name: [] for name in sides}
    for process in running.values():
        process.stdout.readline()  # the epoch of warming up
    for _ in range(rounds):
        for name, process in running.items():
            time.sleep(PAUSE)
            process.stdin.write("\n")
            process.stdin.flush()
            took[name].append([float(word) for word in process.stdout.readline().split()])
    for process in running.values():
        process.stdin.close()
        process.wait()
    return {
        name: tuple(statistics.median(values) for values in zip(*turns, strict=True))
        for name, turns in took.items()
    }


def tell(network: str, seconds: Seconds, n_windows: int, channels: dict[str, int]) -> None:
    """Rows of one network."""
    of = {name: n_windows / values[0] for name, values in seconds.items()}
    for name, (wall, processor) in seconds.items():
        if name == "matrix products":
            print(f"| {network} | {name} | {PRODUCT / wall / 1e9:.0f} GFLOP/s | | | | |")
            continue
        torch = f"{of[name] / of['PyTorch']:.2f}" if "PyTorch" in of else ""
        share = ""
        if "matrix products" in seconds:
            done = float_operations(NETWORKS[network], channels) * of[name]
            share = f"{done * seconds['matrix products'][0] / PRODUCT:.2f}"
        keras = f"{of[name] / of['Keras fit']:.2f}"
        per_processor = f"{n_windows / processor:.0f}"
        print(f"| {network} | {name} | {of[name]:.0f} | {per_processor} | {torch}", end="")
        print(f" | {keras} | {share} |", flush=True)


def tell_memory(n_windows: int, channels: dict[str, int]) -> None:
    """Bytes of the sequence branch as codes, and as float one-hot."""
    codes = n_windows * WIDTH
    one_hot = codes * channels["sequence"] * 4
    print(f"\nsequence of {n_windows} windows: codes {codes / 1e6:.1f} MB, ", end="")
    print(f"float one-hot {one_hot / 1e6:.1f} MB ({one_hot // codes} times)")


def tell_start(dataset: Path, folder: Path, rounds: int) -> None:
    """Seconds to the first step, beside those of importing TensorFlow."""
    commands = {
        "import tensorflow": [sys.executable, "-c", "import tensorflow"],
        "first step": [sys.executable, "-c", FIRST_STEP, str(dataset), str(folder / "model.zip")],
    }
    took: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
            took[name].append(time.perf_counter() - start)
    print("\n| start | median s |\n|---|---|")
    for name, values in took.items():
        print(f"| {name} | {statistics.median(values):.1f} |", flush=True)


def tell_sizes(folder: Path) -> None:
    """Seconds of an epoch of a tiny network by windows, and peak memory of `enngene train`."""
    network, model = folder / "tiny.json", folder / "tiny.zip"
    network.write_text(NETWORKS["tiny"].model_dump_json())
    print("\n| windows | s of an epoch | peak MiB of the command |\n|---|---|---|")
    seconds = []
    for n_windows in SIZES:
        dataset = folder / f"{n_windows}.h5"
        write_dataset(dataset, n_windows)
        side = [sys.executable, "-m", "benchmarks.training_sides", "enngene"]
        side += ["--dataset", str(dataset), "--network", "tiny"]
        seconds.append(race({"enngene": side}, 1)["enngene"][0])
        command = [ENNGENE, "train", "--dataset", str(dataset), "--network", str(network)]
        command += ["--epochs", "1", "--batch-size", "256", "--output", str(model)]
        print(f"| {n_windows:,} | {seconds[-1]:.1f} | {peak_of(command):.0f} |", flush=True)
        dataset.unlink()
    exponent = np.polyfit(np.log(SIZES), np.log(seconds), 1)[0]
    print(f"\nseconds grow as windows to the power of {exponent:.2f}")


def peak_of(command: list[str]) -> float:
    """Peak memory of a command, MiB."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, "
        "capture_output=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
    )
    words = [sys.executable, "-c", code, *command]
    return float(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    main()
