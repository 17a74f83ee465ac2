"""A slow, plain reading of BED text, and lines to try it on."""

import re

import numpy as np

Row = tuple[str, int, int, str, str, int]


class NoIntervalError(Exception):
    """Line number of what a plain reading cannot take; 0 if there is nothing to take."""


def plain_rows(text: str) -> list[Row]:
    """What each line holds, one after the other, as the format has it."""
    found = []
    for number, line in enumerate(re.split("\r?\n", text), start=1):
        line = line.strip(" \t")
        if not line or line.startswith("#") or re.match(r"(track|browser)([ \t]|$)", line):
            continue
        columns = line.split("\t")
        is_interval = (
            len(columns) >= 3
            and all(re.fullmatch("[0-9]{1,13}", column) for column in columns[1:3])
            and int(columns[1]) < int(columns[2]) < 2**40
            and columns[0].isprintable()
            and all(len(columns[i].encode()) <= 255 for i in (0, 3) if i < len(columns))
            and (len(columns) < 6 or columns[5] in ("+", "-", "."))
        )
        if not is_interval:
            raise NoIntervalError(number)
        name = columns[3] if len(columns) > 3 and columns[3] else "."
        strand = columns[5] if len(columns) > 5 else "."
        found.append((columns[0], int(columns[1]), int(columns[2]), name, strand, number))
    if not found:
        raise NoIntervalError(0)
    return found


def many_lines(n_lines: int) -> list[str]:
    """Lines of every kind, of several blocks of reading."""
    rng = np.random.default_rng(8)
    names = ["chr1", "chr2", "scaffold_17", "KI270706.1", "1"]
    lines = []
    for kind, start in rng.integers(0, [40, 3 * 10**8], size=(n_lines, 2)).tolist():
        chrom = names[start % 5 if kind < 20 else 0]
        place = f"{chrom}\t{start}\t{start + kind + 1}"
        if kind == 0:
            lines.append(("# note", "", "track x", " ", "browser\tx", "#")[start % 6])
        elif kind < 10:
            lines.append(place + "\t" * (kind % 3))
        else:
            lines.append(f"{place}\t{'n' * (start % 70)}\t0\t{'+-.'[kind % 3]}\textra")
    return lines
