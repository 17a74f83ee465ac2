"""What a process survives that looks at a file first, and how its death is told."""

import os
import signal

import pytest

from enngene_core.errors import DatasetError
from enngene_core.formats.first_look import look_first
from tests.refusal import refused


def hang() -> None:
    while True:
        pass


def take_a_gigabyte() -> None:
    bytearray(1 << 30)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def fail() -> None:
    raise KeyError("a\nb")


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (hang, "cannot read it"),
        (crash, "cannot read it"),
        (take_a_gigabyte, "MemoryError"),
        (fail, "a"),
    ],
)
def test_what_ends_the_look_is_one_line(look: object, words: str) -> None:
    with refused(OSError, words):
        look_first(look)  # type: ignore[arg-type]


def test_a_look_that_ends_well_changes_nothing() -> None:
    found: list[int] = []
    look_first(lambda: found.append(1))
    assert found == []


def test_an_error_of_our_own_is_left_to_this_process() -> None:
    def refuse() -> None:
        raise DatasetError("no")

    look_first(refuse)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
