"""Files that are open until they are closed."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class OpenedFile(ABC):
    """An open file that a ``with`` block closes."""

    @abstractmethod
    def close(self) -> None:
        """Close the file."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
