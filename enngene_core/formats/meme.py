"""Motifs as text in MEME's minimal format, version 4 or later."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from enngene_core.errors import MotifError
from enngene_core.formats.text.lines import read_lines

MOST_MOTIFS = 20_000
WIDEST = 200
_EXPECTED = "motifs in MEME's minimal format"
_MAX_SIZE = 1 << 28
#: How far a row of rounded probabilities may be from 1.
_ROUNDED = 0.02
_ALPHABET = re.compile(r"ALPHABET\s*=\s*(\S+)\s*")
_OPTIONS = re.compile(r"(\w+)\s*=\s*(\S+)")
_SKIPPED = ("strands:", "URL", "Background letter frequencies", "BL ")


@dataclass(frozen=True)
class KnownMotif:
    """A motif of a file.

    Attributes
    ----------
    name : str
        As ``MOTIF`` gives it, with the alternate name after a space.
    frequencies : ndarray of float64, shape (width, 4)
        Of A, C, G and T (or U); rows sum to 1.
    """

    name: str
    frequencies: np.ndarray


def read_meme(path: Path) -> list[KnownMotif]:
    """Motifs of DNA or RNA from a file in MEME's minimal format.

    Log-odds matrices, backgrounds and addresses are passed over.

    Raises
    ------
    MotifError
        If the file is not in this format, or has no motif, more than `MOST_MOTIFS`, one without
        its matrix or of more than `WIDEST` positions, or a row that holds no probabilities.
    """
    text = read_lines(path, error=MotifError, expected=_EXPECTED, max_size=_MAX_SIZE)
    lines = _Lines(path, enumerate((line.strip() for line in text.texts()), start=1))
    number, first = lines.following()
    if not re.match(r"MEME version [4-9]", first):
        raise lines.error(number, f"found {first[:40]!r}; expected 'MEME version 4' or later")
    motifs: list[KnownMotif] = []
    name, named_at = "", 0
    # A motif is over where the next begins, and where the file ends.
    for number, line in chain(lines, [(0, "MOTIF")]):
        if name and line.startswith("MOTIF"):
            raise lines.error(
                named_at, f"motif {name[:60]!r} has no letter-probability matrix; expected one"
            )
        if not number:
            break
        if found := _ALPHABET.fullmatch(line):
            if found[1] not in ("ACGT", "ACGU"):
                raise lines.error(
                    number, f"found the alphabet {found[1][:40]!r}; expected ACGT or ACGU"
                )
        elif line.startswith("MOTIF"):
            name, named_at = " ".join(line.split()[1:3]), number
            if not name or not name.isprintable():
                raise lines.error(number, "found a motif without a name; expected MOTIF NAME")
        elif line.startswith("letter-probability matrix:"):
            if not name:
                raise lines.error(number, "found a matrix; expected a line with MOTIF NAME first")
            if len(motifs) == MOST_MOTIFS:
                raise lines.error(number, f"found more than {MOST_MOTIFS:,} motifs; expected fewer")
            motifs.append(KnownMotif(name, lines.probabilities(number, line)))
            name = ""
        elif line.startswith("log-odds matrix:"):
            for _ in range(lines.width(number, line)):
                lines.numbers()
        elif not line.startswith(_SKIPPED) and not _is_background(line):
            raise lines.error(number, f"found {line[:40]!r}; expected {_EXPECTED}")
    if not motifs:
        raise MotifError(f"{path}: found no motif; expected {_EXPECTED}")
    return motifs


class _Lines(Iterator[tuple[int, str]]):
    """Lines that are not blank, with their numbers."""

    def __init__(self, path: Path, lines: Iterator[tuple[int, str]]) -> None:
        self._path = path
        self._lines = lines
        self._last = 1

    def __next__(self) -> tuple[int, str]:
        number, line = next(self._lines)
        while not line:
            number, line = next(self._lines)
        self._last = number
        return number, line

    def following(self) -> tuple[int, str]:
        """The next line, which must be there."""
        for number, line in self:
            return number, line
        raise self.error(self._last, "the file ends here; expected more lines")

    def error(self, number: int, message: str) -> MotifError:
        return MotifError(f"{self._path}, line {number}: {message}")

    def width(self, number: int, line: str) -> int:
        """Rows that a matrix's own line says it has."""
        options = dict(_OPTIONS.findall(line))
        if options.get("alength", "4") != "4":
            raise self.error(number, f"found alength= {options['alength'][:20]}; expected 4")
        width = options.get("w", "")
        if not re.fullmatch(r"[1-9][0-9]{0,3}", width) or int(width) > WIDEST:
            raise self.error(
                number, f"found w= {width[:20] or 'nothing'}; expected a width of 1 to {WIDEST}"
            )
        return int(width)

    def numbers(self) -> tuple[int, np.ndarray]:
        """Four numbers of the next line."""
        number, line = self.following()
        cells = line.split()
        try:
            values = np.array([float(cell) for cell in cells])
        except ValueError:
            values = np.empty(0)
        if len(cells) != 4 or values.shape != (4,):
            raise self.error(number, f"found {line[:40]!r}; expected four numbers, for A C G T")
        return number, values

    def probabilities(self, number: int, line: str) -> np.ndarray:
        """Rows of a matrix of probabilities, shape (width, 4)."""
        rows = []
        for _ in range(self.width(number, line)):
            at, values = self.numbers()
            total = values.sum()
            if not (np.all(values >= 0) and abs(total - 1) <= _ROUNDED):
                raise self.error(
                    at,
                    f"found {' '.join(f'{value:g}' for value in values)}; expected four "
                    "probabilities that sum to 1",
                )
            rows.append(values / total)
        return np.array(rows)


def _is_background(line: str) -> bool:
    """Whether a line is the letters' background: ``A 0.3 C 0.2 G 0.2 T 0.3``."""
    return re.fullmatch(r"A [\d.eE+-]+ C [\d.eE+-]+ G [\d.eE+-]+ [TU] [\d.eE+-]+", line) is not None


@dataclass(frozen=True)
class WrittenMotif:
    """A motif to write.

    Attributes
    ----------
    name, alternate : str
        Two words.
    frequencies : ndarray of float64, shape (width, n_symbols)
    n_sites : int
    """

    name: str
    alternate: str
    frequencies: np.ndarray
    n_sites: int


def write_meme(
    path: Path,
    motifs: Sequence[WrittenMotif],
    *,
    symbols: str,
    background: Sequence[float],
    both_strands: bool,
    described: Mapping[str, str] | None = None,
) -> None:
    """Write motifs of one alphabet in MEME's minimal format.

    Parameters
    ----------
    motifs
        Their columns are those of `symbols`.
    symbols
        Letters.
    background
        Frequency of each.
    both_strands
        Whether a motif of DNA stands for both strands.
    described
        Name of each letter of an alphabet that is not of bases.
    """
    lines = ["MEME version 4", ""]
    if described is None:
        lines += [f"ALPHABET= {symbols}", ""]
    else:
        lines.append('ALPHABET "RNA structure"')
        lines += [f'{symbol} "{described[symbol]}"' for symbol in symbols]
        lines += ["END ALPHABET", ""]
    lines += [f"strands: {'+ -' if both_strands else '+'}", ""] if described is None else []
    lines.append("Background letter frequencies")
    lines += [" ".join(f"{s} {f:.5f}" for s, f in zip(symbols, background, strict=True)), ""]
    for motif in motifs:
        width = len(motif.frequencies)
        lines.append(f"MOTIF {motif.name} {motif.alternate}")
        lines.append(
            f"letter-probability matrix: alength= {len(symbols)} w= {width} "
            f"nsites= {motif.n_sites} E= 0"
        )
        lines += [" ".join(f"{value:.6f}" for value in row) for row in motif.frequencies]
        lines.append("")
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
