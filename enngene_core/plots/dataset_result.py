"""What preprocessing and dividing again tell of the dataset that they made."""

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from enngene_core.dataset.checks import Checks
    from enngene_core.dataset.summary import Summary
    from enngene_core.intervals.rejections import Rejections
    from enngene_core.specs.preprocess import DatasetSpec


class DatasetResult(Protocol):
    """`PreprocessResult` or `SplitResult`."""

    @property
    def spec(self) -> "DatasetSpec":
        """What the dataset holds."""

    @property
    def rejections(self) -> "Rejections":
        """What became no window of it, or was left out."""

    @property
    def summary(self) -> "Summary":
        """Its windows in numbers."""

    @property
    def checks(self) -> "Checks | None":
        """Leakage and trivial signals."""

    @property
    def provenance(self) -> dict[str, Any]:
        """Checksums and versions."""
