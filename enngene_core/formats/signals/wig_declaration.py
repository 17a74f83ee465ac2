"""The lines of a wig file that say where its scores lie."""

from dataclasses import dataclass

#: Largest position that any genome could have.
LARGEST_POSITION = 1 << 40

_KEYS = {
    b"fixedStep": (b"chrom", b"start", b"step", b"span"),
    b"variableStep": (b"chrom", b"span"),
}


@dataclass(frozen=True)
class Declaration:
    """What holds for the scores until the next declaration.

    Attributes
    ----------
    chrom : str
    is_fixed : bool
        Whether positions are counted from `start` (fixedStep), or stand before each score.
    start : int
        0-based position of the first score; 0 for variableStep.
    step : int
        Distance from one score to the next, bp; 0 for variableStep.
    span : int
        Bases that each score holds for.
    """

    chrom: str
    is_fixed: bool
    start: int
    step: int
    span: int


def is_declaration(line: bytes) -> bool:
    """Whether a line, without blanks at its ends, is meant as a declaration."""
    return line.startswith((b"fixedStep", b"variableStep"))


def parse_declaration(line: bytes) -> Declaration:
    """Declaration of a line for which `is_declaration` holds.

    Raises
    ------
    ValueError
        With a message that says what was found and expected, but not where.
    """
    kind, *words = line.split()
    keys = _KEYS.get(kind)
    if keys is None:
        raise ValueError(f"found {_shown(kind)}; expected fixedStep or variableStep")
    values: dict[bytes, bytes] = {}
    for word in words:
        key, _, value = word.partition(b"=")
        if key not in keys or key in values or not value:
            expected = ", ".join(f"{key.decode()}=" for key in keys)
            raise ValueError(f"found {_shown(word)} after {kind.decode()}; expected {expected}")
        values[key] = value
    is_fixed = kind == b"fixedStep"
    for key in (b"chrom", b"start") if is_fixed else (b"chrom",):
        if key not in values:
            raise ValueError(
                f"found {kind.decode()} without {key.decode()}=; expected where the scores lie"
            )
    chrom = values[b"chrom"].decode("utf-8", "replace")
    if not chrom.isprintable() or "\ufffd" in chrom:
        raise ValueError(f"found {_shown(values[b'chrom'])} as chrom; expected a name")
    start = _whole_number(b"start", values)
    step = _whole_number(b"step", values)
    span = _whole_number(b"span", values)
    if is_fixed and span > step:
        raise ValueError(
            f"span {span} is greater than step {step}, so that bases have two scores; "
            "expected at most the step"
        )
    return Declaration(chrom, is_fixed, start - 1, step if is_fixed else 0, span)


def _whole_number(key: bytes, values: dict[bytes, bytes]) -> int:
    text = values.get(key, b"1")
    if text.isdigit() and len(text) <= 13 and 1 <= (number := int(text)) <= LARGEST_POSITION:
        return number
    raise ValueError(f"found {_shown(text)} as {key.decode()}; expected a whole number from 1")


def _shown(text: bytes) -> str:
    return repr(text[:40].decode("utf-8", "replace"))
