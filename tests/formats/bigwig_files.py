"""bigWig files made by hand, sound ones and others."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

MAGIC = 0x888FFC26


@dataclass(frozen=True)
class Section:
    """A block of scores of the first chromosome, as the file has it."""

    kind: int
    items: bytes
    n: int
    start: int
    end: int
    step: int = 1
    span: int = 1
    chrom_id: int = 0


def fixed(start: int, scores: Sequence[float], *, step: int = 1, span: int = 1) -> Section:
    """A score for each of evenly spaced stretches."""
    end = start + step * (len(scores) - 1) + span
    items = struct.pack(f"<{len(scores)}f", *scores)
    return Section(3, items, len(scores), start, end, step, span)


def bedgraph(rows: Sequence[tuple[int, int, float]]) -> Section:
    """A score for each of some stretches."""
    items = b"".join(struct.pack("<IIf", *row) for row in rows)
    return Section(1, items, len(rows), rows[0][0], rows[-1][1])


def variable(rows: Sequence[tuple[int, float]], *, span: int) -> Section:
    """A score for each of some stretches of one length."""
    items = b"".join(struct.pack("<If", *row) for row in rows)
    return Section(2, items, len(rows), rows[0][0], rows[-1][0] + span, 0, span)


def bigwig(
    sections: Sequence[Section],
    *,
    names: Sequence[bytes] = (b"chr1", b"chr2"),
    sizes: Sequence[int] = (1000, 500),
    ids: Sequence[int] = (0, 1),
    is_packed: bool = True,
    places: Sequence[tuple[int, int, int, int]] | None = None,
    is_loop: bool = False,
    n_names: int | None = None,
    version: int = 4,
) -> bytes:
    """A file of header, tree of names, blocks and tree of blocks.

    `places` replaces chromosome and bounds of each block in the tree; `is_loop` makes the tree its
    own child.
    """
    key = max(map(len, names))
    tree = struct.pack("<IIIIQQ", 0x78CA8C91, 256, key, 8, n_names or len(names), 0)
    tree += struct.pack("<BBH", 1, 0, len(names))
    for name, number, size in zip(names, ids, sizes, strict=True):
        tree += name.ljust(key, b"\0") + struct.pack("<II", number, size)
    data_at = 64 + len(tree)
    blocks, leaves = b"", b""
    for index, section in enumerate(sections):
        head = (section.chrom_id, section.start, section.end, section.step, section.span)
        block = struct.pack("<IIIIIBBH", *head, section.kind, 0, section.n) + section.items
        block = zlib.compress(block) if is_packed else block
        place = places[index] if places else (0, section.start, 0, section.end)
        leaves += struct.pack("<IIIIQQ", *place, data_at + 8 + len(blocks), len(block))
        blocks += block
    index_at = data_at + 8 + len(blocks)
    head = struct.pack("<IIQIIIIQII", 0x2468ACE0, 256, len(sections), 0, 0, 1, 500, 0, 1, 0)
    node = struct.pack("<BBH", 1, 0, len(sections)) + leaves
    if is_loop:
        node = struct.pack("<BBH", 0, 0, 1) + struct.pack("<IIIIQ", 0, 0, 1, 500, index_at + 48)
    header = struct.pack(
        "<IHHQQQHHQQIQ", MAGIC, version, 0, 64, data_at, index_at, 0, 0, 0, 0, 1 << 15, 0
    )
    if not is_packed:
        header = header[:52] + bytes(4) + header[56:]
    data = struct.pack("<Q", len(sections)) + blocks
    return header + tree + data + head + node + struct.pack("<I", MAGIC)
