"""Attributions as an HDF5 file and as a table."""

import json
from pathlib import Path

import numpy as np

from enngene_core.branches.sequence import decode_sequence
from enngene_core.branches.structure import decode_structure
from enngene_core.formats.hdf5 import create_file, write_text
from enngene_core.formats.table import cell
from enngene_core.interpretation.result import InterpretationResult
from enngene_core.specs.branches import SYMBOLS

FORMAT = "enngene-attributions"
VERSION = 1


def write_attributions(path: Path, result: InterpretationResult) -> None:
    """Write windows, what the network read of them, and a score for each position."""
    with create_file(path) as file:
        file.attrs["format"] = FORMAT
        file.attrs["format-version"] = VERSION
        file.attrs["classes"] = json.dumps(list(result.config.dataset.classes))
        file["probabilities"] = result.probabilities
        file["target"] = result.target.astype(np.int32)
        file["output_difference"] = result.attributions.difference
        file["completeness_error"] = result.attributions.completeness_error
        group = file.create_group("windows")
        for name in ("chrom", "strand", "name"):
            write_text(group, name, getattr(result.windows, name))
        group["start"], group["end"] = result.windows.start, result.windows.end
        for name, values in result.branches.items():
            file[f"branches/{name}"] = values
            if name in SYMBOLS:
                file[f"branches/{name}"].attrs["symbols"] = SYMBOLS[name]
            file[f"attributions/{name}"] = result.attributions.branches[name]


def write_attribution_table(path: Path, result: InterpretationResult) -> None:
    """Write a row for each position of each window, in the direction in which it was read.

    Columns: the base's place (0-based, half-open), the window's name and strand, its number in
    the input (from 1), the position in the window (from 1), the class that is explained and its
    probability; then, for each branch, what stands there and its attribution.
    """
    windows, branches, attributions = result.windows, result.branches, result.attributions
    classes, probabilities = result.config.dataset.classes, result.probabilities
    decoders = {"sequence": decode_sequence, "structure": decode_structure}
    shown = {
        name: decoders[name](values) if name in decoders else values
        for name, values in branches.items()
    }
    header = ["chrom", "start", "end", "name", "strand", "window", "position", "target_class"]
    header.append("probability")
    for name in branches:
        header += [name, f"{name}_attribution"]
    with open(path, "w", encoding="utf-8", newline="\n") as handle:
        handle.write("\t".join(header) + "\n")
        for index in range(len(windows)):
            width = int(windows.end[index] - windows.start[index])
            label = int(result.target[index])
            place = [cell(windows.chrom[index])]
            about = [cell(windows.name[index]), windows.strand[index], str(index + 1)]
            explained = [cell(classes[label]), f"{probabilities[index, label]:.6f}"]
            is_minus = windows.strand[index] == "-"
            for position in range(width):
                offset = width - 1 - position if is_minus else position
                base = int(windows.start[index]) + offset
                row = [*place, str(base), str(base + 1), *about, str(position + 1), *explained]
                for name in branches:
                    value = shown[name][index][position]
                    row.append(value if isinstance(value, str) else f"{value:.6g}")
                    # Adding 0 turns -0 into 0.
                    row.append(f"{attributions.branches[name][index, position] + 0.0:.6g}")
                handle.write("\t".join(row) + "\n")
