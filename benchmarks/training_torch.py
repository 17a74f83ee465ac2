"""The side of PyTorch in a race, for an interpreter that has torch and numpy only.

Networks, optimizer and data are those of `training_data.py`; arrays come from a folder of .npy
files. An epoch is trained each time that a line is read.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import nn

from benchmarks.turns import Turns


def convolution(depth: int, filters: int, pooling: int) -> list[nn.Module]:
    """One convolution as the network spec has it."""
    return [
        nn.Conv1d(depth, filters, 8, padding="same"),
        nn.LeakyReLU(0.3),
        nn.MaxPool1d(pooling, ceil_mode=True),
    ]


class Network(nn.Module):
    """The network of a name, over branches with so many channels."""

    def __init__(self, name: str, channels: dict[str, int]) -> None:
        super().__init__()
        self.has_states = name == "lstm"
        if name == "small":
            channels = {"sequence": channels["sequence"]}
        self.names = list(channels)
        self.branches = nn.ModuleDict(
            {
                branch: nn.Sequential(
                    *(
                        convolution(depth, 8, 4)
                        if name == "small"
                        else convolution(depth, 40, 2) + convolution(40, 40, 2)
                    )
                )
                for branch, depth in channels.items()
            }
        )
        if self.has_states:
            self.lstm = nn.LSTM(120, 32, batch_first=True, bidirectional=True)
        if name == "small":
            self.end = nn.Linear(50 * 8, 2)
        else:
            units = 64 if self.has_states else 3 * 50 * 40
            self.end = nn.Sequential(nn.Linear(units, 64), nn.LeakyReLU(0.3), nn.Linear(64, 2))

    def forward(self, X: dict[str, torch.Tensor]) -> torch.Tensor:
        """Logits, shape (n_windows, 2)."""
        ends = [branch(X[name]) for name, branch in self.branches.items()]
        if self.has_states:
            _, (last, _) = self.lstm(torch.cat(ends, 1).transpose(1, 2))
            return self.end(torch.cat([last[0], last[1]], 1))
        return self.end(torch.cat([end.flatten(1) for end in ends], 1))


def main() -> None:
    """Train for ever, an epoch a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arrays", type=Path, required=True)
    parser.add_argument("--network", default="cnn")
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--threads", type=int, default=0)
    a = parser.parse_args()
    if a.threads:
        torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    channels = {"sequence": 4, "structure": 3, "conservation": 1}
    network = Network(a.network, channels)
    splits = []
    for split in ("train", "validation"):
        X = {}
        for name in network.names:
            values = np.load(a.arrays / f"{split}_{name}.npy")
            if values.dtype == np.uint8:
                one_hot = np.eye(channels[name], dtype=np.float32)[values]
                X[name] = torch.from_numpy(np.ascontiguousarray(one_hot.transpose(0, 2, 1)))
            else:
                X[name] = torch.from_numpy(values[:, None])
        label = np.load(a.arrays / f"{split}_label.npy")
        splits.append((X, torch.from_numpy(label.astype(np.int64))))
    (X, y), (held_out, held_out_y) = splits
    optimizer = torch.optim.Adam(network.parameters())
    loss_of = nn.CrossEntropyLoss()
    turns = Turns()
    while True:
        network.train()
        order = torch.randperm(len(y))
        loss_sum, n_right = 0.0, 0
        for rows in order.split(a.batch_size):
            optimizer.zero_grad()
            logits = network({name: values[rows] for name, values in X.items()})
            loss = loss_of(logits, y[rows])
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(rows)
            n_right += int((logits.argmax(1) == y[rows]).sum())
        network.eval()
        with torch.no_grad():
            loss_of(network(held_out), held_out_y).item()
        turns.finished()


if __name__ == "__main__":
    main()
