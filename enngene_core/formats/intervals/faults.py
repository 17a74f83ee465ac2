"""What is wrong with a line that should be an interval.

Each function returns the fault with what was expected, or an empty text.
"""

from collections.abc import Sequence

from enngene_core.formats.intervals.intervals import LONGEST_NAME
from enngene_core.formats.text.fields import MOST_DIGITS, NUMBER_LIMIT


def is_whole_number(text: str) -> bool:
    """Whether a text is a number that a column of coordinates may hold."""
    # int() alone would take "1_000", "+5" and digits of other scripts.
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def too_few_columns(columns: Sequence[str], least: int, expected: str) -> str:
    """Fault of a line that lacks columns."""
    if len(columns) >= least:
        return ""
    has_spaces = len("\t".join(columns).split()) >= least
    return (
        f"found {len(columns)} tab-separated column{'s' if len(columns) > 1 else ''}; "
        f"expected {expected}"
        + " (spaces stand between the columns here; they must be tabs)"
        * has_spaces
    )


def wrong_coordinate(columns: Sequence[str], place: int, name: str, first: int, order: str) -> str:
    """Fault of the coordinate in the column of a 0-based `place`."""
    text = columns[place]
    if not is_whole_number(text) or int(text) < first:
        return (
            f"found {text[:20]!r} as {name}; expected a whole number from {first}"
            f"{_hint(columns, place, order)}"
        )
    if int(text) >= NUMBER_LIMIT:
        return f"{name} {text} is beyond any genome; expected less than {NUMBER_LIMIT}"
    return ""


def _hint(columns: Sequence[str], place: int, order: str) -> str:
    if any(character.isdigit() for character in columns[place][:2]):
        return ""  # -5, 1.0, 1e6: the column is the right one
    numbers = [number for number, text in enumerate(columns, 1) if is_whole_number(text)]
    if not numbers:
        return " (a line of column names must begin with #)"
    if len(numbers) == 1:
        return ""
    first, second = numbers[:2]
    return f" (columns {first} and {second} hold whole numbers, but the order must be {order})"


def wrong_chromosome(text: str) -> str:
    """Fault of a chromosome's name."""
    if not text or not text.isprintable():
        return f"found {text[:40]!r} as chromosome; expected a name"
    return too_long(text, "chromosome")


def too_long(text: str, what: str) -> str:
    """Fault of a long name."""
    size = len(text.encode())
    if size <= LONGEST_NAME:
        return ""
    return (
        f"found {text[:40]!r}... as {what}, a name of {size:,} bytes; "
        f"expected at most {LONGEST_NAME}"
    )


def wrong_strand(text: str, column: int, allowed: str) -> str:
    """Fault of a strand."""
    if text in allowed.split():
        return ""
    return f"found strand {text[:20]!r} in column {column}; expected {allowed}"
