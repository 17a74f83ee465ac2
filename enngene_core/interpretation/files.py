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
        file.attrs["method"] = result.spec.method
        file.attrs["of"] = result.spec.of
        attributions = result.attributions
        if attributions.difference is not None:
            file.attrs["baseline"] = result.spec.baseline
            file["output_difference"] = attributions.difference
            file["completeness_error"] = attributions.completeness_error
            file["is_complete"] = result.is_complete
            file["steps"] = attributions.steps
        if result.effects is not None:
            file["effects/sequence"] = result.effects
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
        for name, scores in attributions.branches.items():
            file[f"attributions/{name}"] = scores


def write_attribution_table(path: Path, result: InterpretationResult) -> None:
    """Write a row for each position of each window, in the direction in which it was read.

    Columns: the base's place (0-based, half-open), the window's name and strand, its number in
    the input (from 1), the position in the window (from 1), the class that is explained and its
    probability, the window's completeness error and steps; then, for each branch, what stands there
    and its attribution; and the effects of substitutions. A padded position has no place: ``NA``.
    The place in a ready sequence has no chromosome and strand; the sequence's name comes first.
    """
    windows, scores = result.windows, result.attributions.branches
    classes, probabilities = result.config.dataset.classes, result.probabilities
    encodings = result.config.dataset.encodings
    shown = {
        name: decode(values, encodings[name]) if encodings[name].is_coded else values
        for name, values in result.branches.items()
        if name in scores
    }
    header = [*result.place_columns, "window", "position", "target_class", "probability"]
    error, steps = result.attributions.completeness_error, result.attributions.steps
    if steps is not None:
        header += ["completeness_error", "steps"]
    for name in scores:
        header += [name, f"{name}_attribution"]
    if result.effects is not None:
        header += [f"to_{base}" for base in encodings["sequence"].symbols]
    width = result.config.dataset.window
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
            if steps is not None:
                explained += [f"{error[index]:.6g}", str(steps[index])]
            first = locus.start - int(windows.pad_left[index])
            for position in range(width):
                base = first + (width - 1 - position if locus.strand == "-" else position)
                is_padding = not locus.start <= base < locus.end
                place = ["NA", "NA"] if is_padding else [str(base), str(base + 1)]
                row = [*stretch, *place, *about, str(position + 1), *explained]
                for name in scores:
                    value = shown[name][index][position]
                    row.append(value if isinstance(value, str) else f"{value:.6g}")
                    row.append(_number(scores[name][index, position]))
                if result.effects is not None:
                    row += [_number(effect) for effect in result.effects[index, position]]
                handle.write("\t".join(row) + "\n")


def _number(value: float) -> str:
    # Adding 0 turns -0 into 0.
    return "NA" if np.isnan(value) else f"{value + 0.0:.6g}"
