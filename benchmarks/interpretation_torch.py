"""The side of Captum in a race, for an interpreter that has torch, captum and numpy only.

The network is that of `training_torch.py` with the weights of a trained model; arrays come from a
folder. For each line that is read, Integrated Gradients of all windows are computed anew.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from captum.attr import IntegratedGradients

from benchmarks.training_torch import Network
from benchmarks.turns import Turns

#: Windows of a batch: with 50 points 1,600 rows, as many as the other side has.
_BATCH = 32


def with_weights(network: Network, arrays: dict[str, np.ndarray]) -> Network:
    """The same network with the weights of a Keras one."""
    state = {}
    for name in network.names:
        for number, place in ((1, 0), (2, 3)):
            kernel = arrays[f"{name}_{number}/kernel"]
            state[f"branches.{name}.{place}.weight"] = kernel.transpose(2, 1, 0)
            state[f"branches.{name}.{place}.bias"] = arrays[f"{name}_{number}/bias"]
    # Keras hands on all channels of a position together, PyTorch all positions of a channel.
    kernel = arrays["common_1/kernel"].reshape(len(network.names), -1, 40, 64)
    state["end.0.weight"] = kernel.transpose(3, 0, 2, 1).reshape(64, -1)
    state["end.0.bias"] = arrays["common_1/bias"]
    state["end.2.weight"], state["end.2.bias"] = arrays["logits/kernel"].T, arrays["logits/bias"]
    network.load_state_dict(
        {name: torch.from_numpy(np.ascontiguousarray(x)) for name, x in state.items()}
    )
    return network.eval()


def main() -> None:
    """Explain all windows for ever, once a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arrays", type=Path, required=True)
    parser.add_argument("--points", type=int, default=50)
    parser.add_argument("--threads", type=int, default=2)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    X = np.load(a.arrays / "inputs.npz")
    names = ["sequence", "structure", "conservation"]
    weights = dict(np.load(a.arrays / "weights.npz"))
    network = with_weights(Network("cnn", {name: X[name].shape[1] for name in names}), weights)
    inputs = [torch.from_numpy(X[name]) for name in names]
    target = torch.from_numpy(X["target"])

    def logits(*branches: torch.Tensor) -> torch.Tensor:
        return network(dict(zip(names, branches, strict=True)))

    explainer = IntegratedGradients(logits)
    turns = Turns()
    while True:
        found = [[] for _ in names]
        for first in range(0, len(target), _BATCH):
            part = tuple(x[first : first + _BATCH] for x in inputs)
            scores = explainer.attribute(
                part,
                target=target[first : first + _BATCH],
                n_steps=a.points,
                method="riemann_middle",
            )
            for kept, of_branch in zip(found, scores, strict=True):
                kept.append(of_branch.detach().sum(1).numpy())
        of_branches = {n: np.concatenate(kept) for n, kept in zip(names, found, strict=True)}
        with torch.no_grad():
            difference = logits(*inputs) - logits(*(torch.zeros_like(x) for x in inputs))
        np.savez(
            a.arrays / "captum.npz",
            **of_branches,
            difference=difference[range(len(target)), target],
        )
        turns.finished()


if __name__ == "__main__":
    main()
