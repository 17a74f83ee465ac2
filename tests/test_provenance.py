import hashlib
from pathlib import Path

import enngene_core
from enngene_core.provenance import sha256, software


def test_the_checksum_of_a_file_of_many_blocks(tmp_path: Path) -> None:
    content = b"ACGT" * 600_000
    (tmp_path / "genome.fa").write_bytes(content)
    assert sha256(tmp_path / "genome.fa") == hashlib.sha256(content).hexdigest()


def test_versions_are_those_that_run() -> None:
    found = software("numpy")
    assert found["enngene-core"] == enngene_core.__version__
    assert set(found) == {"enngene-core", "python", "numpy"}
