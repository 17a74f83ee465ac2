import hashlib
import os
import time
from concurrent.futures import CancelledError
from pathlib import Path
from threading import Event

import pytest

import enngene_core
from enngene_core.provenance import Checksums, sha256, software


def test_the_checksum_of_a_file_of_many_blocks(tmp_path: Path) -> None:
    content = b"ACGT" * 600_000
    (tmp_path / "genome.fa").write_bytes(content)
    assert sha256(tmp_path / "genome.fa") == hashlib.sha256(content).hexdigest()


def test_versions_are_those_that_run() -> None:
    found = software("numpy")
    assert found["enngene-core"] == enngene_core.__version__
    assert set(found) == {"enngene-core", "python", "numpy"}


def test_checksums_are_those_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"")
    with Checksums({"fasta": tmp_path / "a", "intervals:b": tmp_path / "b"}) as checksums:
        assert checksums.digests() == {
            "fasta": hashlib.sha256(b"a").hexdigest(),
            "intervals:b": hashlib.sha256().hexdigest(),
        }


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (
        Checksums({"fasta": tmp_path / "pipe"}) as checksums,
        pytest.raises(OSError, match="not a regular file"),
    ):
        checksums.digests()


def test_a_large_file_is_given_up_when_the_work_has_failed(tmp_path: Path) -> None:
    with open(tmp_path / "large", "wb") as file:
        file.truncate(1 << 43)  # 8 TiB of nothing: hours of work
    begun = time.monotonic()
    with Checksums({"fasta": tmp_path / "large"}):
        pass
    assert time.monotonic() - begun < 60  # else it would not come back
    given_up = Event()
    given_up.set()
    with pytest.raises(CancelledError):
        sha256(tmp_path / "large", given_up=given_up)
