"""FASTA files for tests."""

import struct
import zlib
from pathlib import Path

import numpy as np

from enngene_core.formats.genomes.file import open_genome

_BGZIP_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


def put(folder: Path, content: str | bytes, name: str = "genome.fa") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def bgzip(content: bytes, block: int = 0xFF00) -> bytes:
    """Content as bgzip packs it: gzip members that tell their size, and an empty one."""
    members = []
    for place in range(0, len(content), block):
        piece = content[place : place + block]
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = packer.compress(piece) + packer.flush()
        header = struct.pack(
            "<4BI2BH2B2H", 31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, len(packed) + 25
        )
        members.append(header + packed + struct.pack("<2I", zlib.crc32(piece), len(piece)))
    return b"".join(members) + _BGZIP_END


def read_all(path: Path) -> dict[str, bytes]:
    """Letters of all chromosomes, whose lengths must be those that the genome tells."""
    with open_genome(path) as genome:
        found = {chrom: genome.read(chrom).tobytes() for chrom in genome.chrom_sizes}
        assert genome.path == path
        assert genome.chrom_sizes == {chrom: len(letters) for chrom, letters in found.items()}
        return found


def gather_all(path: Path, width: int) -> dict[str, list[bytes]]:
    """Every stretch of one width."""
    stretches = {}
    with open_genome(path) as genome:
        for index, (chrom, size) in enumerate(genome.chrom_sizes.items()):
            start = np.arange(max(0, size - width + 1))
            if len(start):
                found = genome.gather(np.full(len(start), index), start, width=width)
                stretches[chrom] = [row.tobytes() for row in found]
    return stretches


def stretches_of(letters: dict[str, bytes], width: int) -> dict[str, list[bytes]]:
    """The same, from whole chromosomes."""
    return {
        chrom: [word[i : i + width] for i in range(len(word) - width + 1)]
        for chrom, word in letters.items()
        if len(word) >= width
    }
