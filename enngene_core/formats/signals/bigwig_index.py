"""Where a bigWig file keeps its scores.

The layout is that of Kent et al., "BigWig and BigBed", Bioinformatics 2010, 26:2204, supplement.
Every offset and count is checked before it is followed, so that no file can lead a reader astray.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NoReturn

import numpy as np

from enngene_core.errors import SignalError

_MAGIC, _SWAPPED = b"\x26\xfc\x8f\x88", b"\x88\x8f\xfc\x26"
_BIGBED = (b"\xeb\xf2\x89\x87", b"\x87\x89\xf2\xeb")
_HEADER = struct.Struct("<4sHHQQQHHQQIQ")
_ZOOM = struct.Struct("<IIQQ")
_TREE_OF_NAMES, _TREE_OF_BLOCKS = 0x78CA8C91, 0x2468ACE0
_NAMES_HEAD, _BLOCKS_HEAD = struct.Struct("<IIIIQQ"), struct.Struct("<IIQIIIIQII")
_NODE = struct.Struct("<BBH")
_PLACE = [("first_chrom", "<u4"), ("start", "<u4"), ("last_chrom", "<u4"), ("end", "<u4")]
_CHILD = np.dtype([*_PLACE, ("offset", "<u8")])
_LEAF = np.dtype([*_PLACE, ("offset", "<u8"), ("size", "<u8")])
#: The first version whose files end as they begin.
_FIRST_WITH_END = 4
_LONGEST_NAME = 1_000
_DEEPEST = 64
_MOST_NODES, _MOST_BLOCKS = 1 << 20, 1 << 24


@dataclass(frozen=True)
class Blocks:
    """Blocks of scores of one chromosome, sorted and disjoint.

    Attributes
    ----------
    start, end : ndarray of int64, shape (n_blocks,)
        0-based, half-open, bp.
    offset, size : ndarray of int64, shape (n_blocks,)
        Place of each block in the file, bytes.
    """

    start: np.ndarray
    end: np.ndarray
    offset: np.ndarray
    size: np.ndarray


@dataclass(frozen=True)
class BigWigIndex:
    """What a bigWig file holds and where.

    Attributes
    ----------
    chrom_sizes : dict of str to int
        Length of each chromosome, bp.
    chrom_ids : dict of str to int
        Number of each chromosome in the blocks.
    blocks : dict of str to Blocks
        By chromosome; those without scores are absent.
    is_compressed : bool
    """

    chrom_sizes: dict[str, int]
    chrom_ids: dict[str, int]
    blocks: dict[str, Blocks]
    is_compressed: bool


def read_index(file: BinaryIO, path: Path) -> BigWigIndex:
    """Chromosomes and blocks of an open bigWig file.

    Raises
    ------
    SignalError
        If the file is no bigWig, or is cut short or damaged.
    """
    return _IndexReader(file, path).read()


class _IndexReader:
    """Reads trees of a file, and no byte twice.

    Parameters
    ----------
    file
        An open bigWig file.
    path
        Its path, for messages.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file, self._path = file.fileno(), path
        self._size = os.fstat(self._file).st_size
        #: Bytes of nodes that may still be read: a loop of nodes would take more than the file.
        self._left = self._size

    def read(self) -> BigWigIndex:
        """The index."""
        magic = os.pread(self._file, 4, 0)
        if magic != _MAGIC:
            found = {_SWAPPED: "a bigWig file of another byte order"} | dict.fromkeys(
                _BIGBED, "a bigBed file"
            )
            raise SignalError(
                f"{self._path}: {found.get(magic, 'cannot be read')}; expected a bigWig file"
            )
        header = _HEADER.unpack(self._bytes(0, _HEADER.size))
        _, version, n_zooms, names, _, blocks, *_, buffer_size, _ = header
        for zoom in range(n_zooms):
            at = _HEADER.size + zoom * _ZOOM.size
            _, _, data, index = _ZOOM.unpack(self._bytes(at, _ZOOM.size))
            if max(data, index) >= self._size:
                self._refuse()
        if version >= _FIRST_WITH_END and self._bytes(self._size - 4, 4) != _MAGIC:
            self._refuse()
        chrom_ids, chrom_sizes = self._chroms(names)
        # pyBigWig writes no index if there is no score.
        leaves = self._leaves(blocks) if blocks else np.empty(0, _LEAF)
        return BigWigIndex(
            chrom_sizes, chrom_ids, self._blocks(leaves, chrom_ids), is_compressed=buffer_size > 0
        )

    def _chroms(self, offset: int) -> tuple[dict[str, int], dict[str, int]]:
        """Number and length of each chromosome by its name."""
        head = _NAMES_HEAD.unpack(self._bytes(offset, _NAMES_HEAD.size))
        magic, _, key_size, value_size, n_chroms, _ = head
        if magic != _TREE_OF_NAMES or not 1 <= key_size <= _LONGEST_NAME or value_size != 8:
            self._refuse()
        key = ("name", f"S{key_size}")
        leaf = np.dtype([key, ("id", "<u4"), ("size", "<u4")])
        child = np.dtype([key, ("offset", "<u8")])
        found = self._walk(offset + _NAMES_HEAD.size, child, leaf)
        try:
            names = [name.decode() for name in found["name"].tolist()]
        except UnicodeDecodeError:
            self._refuse()
        if len(set(names)) < len(names) or len(names) != n_chroms:
            self._refuse()
        if not all(name and name.isprintable() for name in names):
            self._refuse()
        ids, sizes = found["id"].tolist(), found["size"].tolist()
        if len(set(ids)) < len(ids):
            self._refuse()
        return dict(zip(names, ids, strict=True)), dict(zip(names, sizes, strict=True))

    def _leaves(self, offset: int) -> np.ndarray:
        magic, *_ = _BLOCKS_HEAD.unpack(self._bytes(offset, _BLOCKS_HEAD.size))
        if magic != _TREE_OF_BLOCKS:
            self._refuse()
        return self._walk(offset + _BLOCKS_HEAD.size, _CHILD, _LEAF)

    def _walk(self, root: int, child: np.dtype, leaf: np.dtype) -> np.ndarray:
        """Leaves of a tree, in the order of the tree."""
        leaves = [np.empty(0, leaf)]
        n_leaves = 0
        nodes = [(root, 0)]
        while nodes:
            offset, depth = nodes.pop()
            kind_of_node, _, n_items = _NODE.unpack(self._bytes(offset, _NODE.size))
            is_leaf = kind_of_node != 0
            kind = leaf if is_leaf else child
            items = np.frombuffer(self._bytes(offset + _NODE.size, n_items * kind.itemsize), kind)
            if is_leaf:
                leaves.append(items)
            elif depth < _DEEPEST and len(nodes) + n_items < _MOST_NODES:
                nodes += [(at, depth + 1) for at in items["offset"][::-1].tolist()]
            else:
                self._refuse()
            if (n_leaves := n_leaves + n_items * is_leaf) > _MOST_BLOCKS:
                self._refuse()
        return np.concatenate(leaves)

    def _blocks(self, leaves: np.ndarray, chrom_ids: dict[str, int]) -> dict[str, Blocks]:
        order = np.lexsort((leaves["start"], leaves["first_chrom"]))
        leaves = leaves[order]
        chrom = leaves["first_chrom"]
        ids = np.array(list(chrom_ids.values()), dtype=chrom.dtype)
        first, last = np.searchsorted(chrom, ids, "left"), np.searchsorted(chrom, ids, "right")
        start, end, offset, size = (
            leaves[field].astype(np.int64) for field in ("start", "end", "offset", "size")
        )
        is_next = chrom[1:] == chrom[:-1]
        is_sound = (
            (chrom == leaves["last_chrom"]).all()
            and (last - first).sum() == len(leaves)
            and (start < end).all()
            and (start[1:] >= end[:-1])[is_next].all()
            and ((offset >= 0) & (size >= 0) & (size <= self._size - offset)).all()
        )
        # Blocks that share bytes would make a small file a large one.
        by_place = np.argsort(offset)
        if not is_sound or (np.diff(offset[by_place]) < size[by_place][:-1]).any():
            self._refuse()
        return {
            name: Blocks(*(column[low:high] for column in (start, end, offset, size)))
            for name, low, high in zip(chrom_ids, first.tolist(), last.tolist(), strict=True)
            if low < high
        }

    def _bytes(self, offset: int, size: int) -> bytes:
        self._left -= size
        if not 0 <= offset <= self._size - size or self._left < 0:
            self._refuse()
        data = os.pread(self._file, size, offset)
        if len(data) < size:
            self._refuse()
        return data

    def _refuse(self) -> NoReturn:
        raise SignalError(
            f"{self._path}: cut short or damaged; expected a whole bigWig file (copy or upload it "
            "again)"
        )
