"""Scores along the genome from a bigWig file.

pyBigWig reads such files too, and the tests compare with it. Its C library trusts what a file says
of itself, so that a damaged or a crafted one can end the interpreter; here every count and place is
checked. Each block is unpacked once, straight into its place, which is also faster.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from enngene_core.errors import SignalError
from enngene_core.formats.packed import DAMAGED, unpacker
from enngene_core.formats.signals.bigwig_block import LARGEST_BLOCK, put_block
from enngene_core.formats.signals.bigwig_index import Blocks, read_index
from enngene_core.formats.signals.signal import Signal

#: What cannot be packed becomes a little larger.
_LARGEST_PACKED = LARGEST_BLOCK + LARGEST_BLOCK // 100


class BigWig(Signal):
    """A bigWig file, opened for reading.

    Parameters
    ----------
    path
        A local bigWig file; addresses of remote ones are not opened.

    Attributes
    ----------
    chrom_sizes : dict of str to int
        Length of each chromosome, bp.

    Raises
    ------
    SignalError
        If the file is missing, is no bigWig, or is cut short or damaged.
    """

    # A block of some thousand bases is unpacked whole.
    largest_gap = 8_000
    is_indexed = True

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = open(path, "rb", buffering=0)  # noqa: SIM115 (open until it is closed)
        except OSError as error:
            reason = "no such file" if isinstance(error, FileNotFoundError) else error.strerror
            raise SignalError(f"{path}: {reason}; expected a bigWig file") from error
        try:
            self._index = read_index(self._file, path)
        except BaseException:
            self._file.close()
            raise
        self.chrom_sizes = self._index.chrom_sizes
        self.chroms = frozenset(self.chrom_sizes)
        self._unpacked = (-1, b"")

    def check_assembly(self, chrom_sizes: Mapping[str, int], genome: Path) -> None:
        """Compare chromosomes and their lengths with those of the reference sequence.

        Raises
        ------
        SignalError
            If no chromosome is shared, or a shared one has another length.
        """
        super().check_assembly(chrom_sizes, genome)
        for chrom, size in chrom_sizes.items():
            if (found := self.chrom_sizes.get(chrom, size)) != size:
                raise SignalError(
                    f"{self.path}: {chrom} has {found} bp, but {size} bp in {genome}; expected "
                    "the same assembly"
                )

    def blocks(self, wanted: Mapping[str, np.ndarray]) -> Iterator[tuple[str, int, np.ndarray]]:
        """Scores of stretches of the genome, in the order in which they are wanted.

        Raises
        ------
        SignalError
            If the file is damaged at one of them, or a score is infinite.
        """
        for chrom, stretches in wanted.items():
            blocks = self._index.blocks.get(chrom)
            for start, end in stretches.tolist():
                scores = np.full(end - start, np.nan, dtype=np.float32)
                if blocks is not None:
                    self._fill(scores, start, chrom, blocks)
                if (is_infinite := np.isinf(scores)).any():
                    place = start + int(is_infinite.argmax())
                    raise SignalError(
                        f"{self.path}: the score at {chrom}:{place}-{place + 1} is infinite; "
                        "expected numbers"
                    )
                yield chrom, start, scores

    def _fill(self, scores: np.ndarray, first: int, chrom: str, blocks: Blocks) -> None:
        """Fill the scores of the bases from `first` on from all blocks that have some of them."""
        chrom_id = self._index.chrom_ids[chrom]
        touched = slice(
            np.searchsorted(blocks.end, first, side="right"),
            np.searchsorted(blocks.start, first + len(scores), side="left"),
        )
        columns = (blocks.start, blocks.end, blocks.offset, blocks.size)
        for low, high, offset, size in zip(
            *(column[touched].tolist() for column in columns), strict=True
        ):
            if offset != self._unpacked[0]:  # neighbouring stretches often share a block
                self._unpacked = (offset, self._unpack(offset, size))
            data = self._unpacked[1]
            if not put_block(data, chrom_id=chrom_id, low=low, high=high, into=scores, first=first):
                raise SignalError(
                    f"{self.path}: damaged at {chrom}:{low}-{high}; expected a whole bigWig file "
                    "(copy or upload it again)"
                )

    def _unpack(self, offset: int, size: int) -> bytes:
        """Content of a block; empty if it is damaged."""
        if size > _LARGEST_PACKED:
            return b""
        data = os.pread(self._file.fileno(), size, offset)
        if not self._index.is_compressed:
            return data
        stream = unpacker()
        try:
            data = stream.decompress(data, LARGEST_BLOCK)
        except DAMAGED:
            return b""
        return data if stream.eof else b""

    def close(self) -> None:
        """Close the file."""
        self._file.close()
