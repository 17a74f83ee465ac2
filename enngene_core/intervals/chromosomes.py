"""Chromosomes of two files under one name."""

from collections.abc import Iterable, Sequence

_PREFIX = "chr"


def match_chromosomes(
    names: Iterable[str], reference: Iterable[str], rows: Sequence[tuple[str, ...]] = ()
) -> dict[str, str]:
    """Name in the reference of each name that has one there.

    A name matches itself; else a name that stands in the same row of the user's table; else the
    name with ``chr`` before it, or without it.

    Parameters
    ----------
    names
        Names as they stand in a file.
    reference
        Names of the reference.
    rows
        Each row holds the names of one chromosome.

    Returns
    -------
    dict of str to str
        Names that match nothing are absent.
    """
    known = set(reference)
    same = {name: row for row in rows for name in row}
    matched = {}
    for name in names:
        candidates = (
            name,
            *same.get(name, ()),
            _PREFIX + name,
            name.removeprefix(_PREFIX),
        )
        found = next((candidate for candidate in candidates if candidate in known), None)
        if found is not None:
            matched[name] = found
    return matched
