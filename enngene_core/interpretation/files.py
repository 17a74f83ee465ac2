"""Attributions as an HDF5 file and as a table."""

import json
from pathlib import Path

import numpy as np

from enngene_core.branches.codes import decode
from enngene_core.formats.hdf5 import create_file, write_text
from enngene_core.formats.text.table import cell
from enngene_core.interpretation.result import InterpretationResult

FORMAT = "enngene-attributions"
VERSION = 1


def write_attributions(path: Path, result: InterpretationResult) -> None:
    """Write windows, what the network read of them, and a score for each position."""
    with create_file(path) as file:
        file.attrs["format"] = FORMAT
        file.attrs["format-version"] = VERSION
        file.attrs["places"] = "sequences" if result.of_sequences else "genome"
        file.attrs["classes"] = json.dumps(list(result.config.dataset.classes))
        file["probabilities"] = result.probabilities
        file["target"] = result.target.astype(np.int32)
        file["output_difference"] = result.attributions.difference
        file["completeness_error"] = result.attributions.completeness_error
        group = file.create_group("windows")
        windows = result.windows
        write_text(group, "name", windows.name)
        if not result.of_sequences:
            write_text(group, "chrom", windows.chrom_names)
            write_text(group, "strand", windows.strand)
        for name in ("start", "end", "pad_left", "pad_right"):
            group[name] = getattr(windows, name)
        encodings = result.config.dataset.encodings
        for name, values in result.branches.items():
            file[f"branches/{name}"] = values
            if encodings[name].is_coded:
                file[f"branches/{name}"].attrs["symbols"] = encodings[name].symbols
            file[f"attributions/{name}"] = result.attributions.branches[name]


def write_attribution_table(path: Path, result: InterpretationResult) -> None:
    """Write a row for each position of each window, in the direction in which it was read.

    Columns: the base's place (0-based, half-open), the window's name and strand, its number in
    the input (from 1), the position in the window (from 1), the class that is explained and its
    probability; then, for each branch, what stands there and its attribution. A padded position
    has no place: ``NA``. The place in a ready sequence has no chromosome and strand; the sequence's
    name comes first.
    """
    windows, branches, attributions = result.windows, result.branches, result.attributions
    classes, probabilities = result.config.dataset.classes, result.probabilities
    encodings = result.config.dataset.encodings
    shown = {
        name: decode(values, encodings[name]) if encodings[name].is_coded else values
        for name, values in branches.items()
    }
    header = [*result.place_columns, "window", "position", "target_class", "probability"]
    width = result.config.dataset.window
    for name in branches:
        header += [name, f"{name}_attribution"]
    with open(path, "w", encoding="utf-8", newline="\n") as handle:
        handle.write("\t".join(header) + "\n")
        for index in range(len(windows)):
            locus = windows.locus(index)
            label = int(result.target[index])
            stretch, about = [cell(locus.chrom)], [cell(locus.name), locus.strand]
            if result.of_sequences:
                stretch, about = [cell(locus.name)], []
            about.append(str(index + 1))
            explained = [cell(classes[label]), f"{probabilities[index, label]:.6f}"]
            first = locus.start - int(windows.pad_left[index])
            for position in range(width):
                base = first + (width - 1 - position if locus.strand == "-" else position)
                is_padding = not locus.start <= base < locus.end
                place = ["NA", "NA"] if is_padding else [str(base), str(base + 1)]
                row = [*stretch, *place, *about, str(position + 1), *explained]
                for name in branches:
                    value = shown[name][index][position]
                    row.append(value if isinstance(value, str) else f"{value:.6g}")
                    # Adding 0 turns -0 into 0.
                    row.append(f"{attributions.branches[name][index, position] + 0.0:.6g}")
                handle.write("\t".join(row) + "\n")
