"""Names of intervals from the attributes of GFF3 and GTF lines."""

from urllib.parse import unquote_to_bytes

import numpy as np

from enngene_core.formats.intervals.builder import read_names
from enngene_core.formats.text.columns import Block

_COLUMN = 9
_GFF3_KEYS = (b"ID=", b"Name=")
_GTF_KEYS = (b"transcript_id ", b"gene_id ")
_SEMICOLON, _QUOTE, _TAB, _SPACE, _PERCENT = b';"\t %'


def find_gff_names(block: Block) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Place of each line's name: its ID or Name, else its transcript_id or gene_id.

    Returns
    -------
    start, end : ndarray of int64, shape (n_lines,)
        Empty where a line has no name.
    is_gff3 : ndarray of bool, shape (n_lines,)
        Whether the name is written as in GFF3, where ``%2C`` is a comma.
    """
    content = block.content
    first, last = block.column(_COLUMN)
    semicolons = np.flatnonzero(content == _SEMICOLON)
    # Attributes follow the tab before the column, or a semicolon, and perhaps a space.
    attributes = np.flatnonzero((content == _SEMICOLON) | (content == _TAB)) + 1
    attributes += content[attributes] == _SPACE
    start, end = last.copy(), last.copy()
    is_gff3 = np.zeros(len(block), bool)
    for key in _GFF3_KEYS + _GTF_KEYS:
        missing = np.flatnonzero(start == end)
        if not len(missing):
            break
        limit = last[missing]
        value = _next(_values(content, attributes, key), first[missing], limit)
        stop = _next(semicolons, value, limit)
        if key in _GTF_KEYS:
            is_quoted = (value < limit) & (content[value] == _QUOTE)
            value = value + is_quoted
            closing = _next(np.flatnonzero(content == _QUOTE), value, limit)
            stop = np.where(is_quoted & (closing < limit), closing, stop)
        start[missing], end[missing] = value, stop
        is_gff3[missing] = key in _GFF3_KEYS
    return start, end, is_gff3


def read_gff_names(
    block: Block, start: np.ndarray, end: np.ndarray, is_gff3: np.ndarray
) -> np.ndarray:
    """Names at the places of `find_gff_names`, ``.`` where there is none."""
    names = read_names(block, start, end)
    cells = names.view(np.uint8).reshape(len(names), -1)
    for row in np.flatnonzero((cells == _PERCENT).any(axis=1) & is_gff3).tolist():
        names[row] = _decoded(names[row])
    return names


def _values(content: np.ndarray, attributes: np.ndarray, key: bytes) -> np.ndarray:
    """Where the values of a key begin."""
    for offset, byte in enumerate(key):
        attributes = attributes[content[attributes + offset] == byte]
    return attributes + len(key)


def _next(places: np.ndarray, start: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """First of the sorted places at or after each start; the limit, if it comes before."""
    if not len(places):
        return limit.copy()
    index = np.searchsorted(places, start)
    found = places[np.minimum(index, len(places) - 1)]
    return np.where(index < len(places), np.minimum(found, limit), limit)


def _decoded(name: bytes) -> bytes:
    """Name whose ``%2C`` are commas; as it stands, if that would hide line ends or the like."""
    decoded = unquote_to_bytes(name)
    try:
        is_text = decoded.decode().isprintable()
    except UnicodeDecodeError:
        is_text = False
    return decoded if is_text else name
