"""Near repeats by the book: a slow, plain reference, and copies with known differences."""

import numpy as np

from tests.core_fixtures import REAL_DATA

LETTERS = "ACGTN"
COMPLEMENT = str.maketrans("ACGT", "TGCA")


def coded(*sequences: str) -> np.ndarray:
    """Codes of sequences of one length."""
    return np.array([[LETTERS.index(base) for base in row] for row in sequences], dtype=np.uint8)


def letters(codes: np.ndarray) -> str:
    """One coded sequence as text."""
    return "".join(LETTERS[code] for code in codes)


def plain_identity(one: np.ndarray, other: np.ndarray, *, both_strands: bool = True) -> float:
    """Identity of two sequences over all shifts."""
    a, width = letters(one), len(one)
    best = 0
    strands = [letters(other)]
    if both_strands:
        strands.append(letters(other)[::-1].translate(COMPLEMENT))
    for b in strands:
        for shift in range(-width + 1, width):
            overlap = zip(a[max(shift, 0) :], b[max(-shift, 0) :], strict=False)
            best = max(best, sum(x == y != "N" for x, y in overlap))
    return best / width


def plain_clusters(codes: np.ndarray, identity: float) -> list[int]:
    """Number of each sequence's cluster, in the order of their first sequences."""
    label = list(range(len(codes)))
    for i in range(len(codes)):
        for j in range(i):
            if plain_identity(codes[i], codes[j]) >= identity - 1e-9:
                old, new = max(label[i], label[j]), min(label[i], label[j])
                label = [new if mark == old else mark for mark in label]
    numbers = {mark: number for number, mark in enumerate(sorted(set(label)))}
    return [numbers[mark] for mark in label]


def planted(
    codes: np.ndarray, n_different: int, rng: np.random.Generator, *, shift: int = 0
) -> np.ndarray:
    """Copies that differ in just so many bases, those that a shift moves out among them.

    Every second one is reverse complemented.
    """
    copies = []
    for number, row in enumerate(codes):
        bases = list(letters(row))
        inside = range(shift, len(bases))
        for at in rng.choice(inside, n_different - shift, replace=False):
            bases[at] = rng.choice([base for base in "ACGT" if base != bases[at]])
        word = "".join([*bases[shift:], *rng.choice(list("ACGT"), shift)])
        copies.append(word[::-1].translate(COMPLEMENT) if number % 2 else word)
    return coded(*copies)


def random_codes(n: int, width: int, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 4, (n, width), dtype=np.uint8)


def real_codes(*, width: int, step: int) -> np.ndarray:
    """Windows of a real chromosome from end to end."""
    text = (REAL_DATA / "genome.fa").read_text().split(">")[1].split("\n", 1)[1].replace("\n", "")
    return coded(*(text[at : at + width] for at in range(0, len(text) - width, step)))
