"""2bit files for tests: ``python -m tests.formats.twobit_files genome.fa genome.2bit``."""

import re
import struct
import sys
from pathlib import Path

import pyfaidx

_CODES = {base: code for code, base in enumerate("TCAG")}


def twobit(sequences: dict[str, str], order: str = "<", version: int = 0) -> bytes:
    """A 2bit file as UCSC's specification has it; N and lower case become runs."""
    place = 16 + sum(5 + len(name) for name in sequences)
    header = struct.pack(f"{order}4I", 0x1A412743, version, len(sequences), 0)
    index, records = b"", b""
    for name, letters in sequences.items():
        index += struct.pack(f"{order}B{len(name)}sI", len(name), name.encode(), place)
        record = struct.pack(f"{order}I", len(letters))
        for pattern in ("[Nn]+", "[a-z]+"):
            runs = [run.span() for run in re.finditer(pattern, letters)]
            record += struct.pack(f"{order}I", len(runs))
            record += struct.pack(f"{order}{len(runs)}I", *(start for start, _ in runs))
            record += struct.pack(f"{order}{len(runs)}I", *(end - start for start, end in runs))
        codes = [_CODES.get(base, 0) for base in letters.upper()] + [0] * (-len(letters) % 4)
        fours = zip(*[iter(codes)] * 4, strict=True)
        record += struct.pack(f"{order}I", 0) + bytes(
            64 * a + 16 * b + 4 * c + d for a, b, c, d in fours
        )
        records += record
        place += len(record)
    return header + index + records


if __name__ == "__main__":
    source, target = sys.argv[1:]
    fasta = pyfaidx.Fasta(source, as_raw=True, rebuild=False)
    Path(target).write_bytes(twobit({name: record[:] for name, record in fasta.items()}))
