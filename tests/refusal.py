"""How a bad input is refused: one line that says what, where and what was expected."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def refused(error_type: type[Exception], *words: str | int | Path) -> Iterator[None]:
    """The block must raise exactly `error_type`, with one line that holds all the words."""
    with pytest.raises(error_type) as raised:
        yield
    assert raised.type is error_type
    message = str(raised.value)
    assert len(message.splitlines()) == 1, message
    for word in words:
        assert str(word) in message
