"""Checksums of all inputs of a dataset."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from enngene_core.dataset.classes import ClassFile
from enngene_core.dataset.sources import References
from enngene_core.provenance import Checksums, software
from enngene_core.specs.preprocess import DatasetSpec


class InputChecksums(Checksums):
    """Checksums of all inputs, taken beside the work; what goes wrong is told at the end."""

    def __init__(
        self,
        classes: Sequence[ClassFile],
        references: References,
        split_table: Path | None,
        spec: DatasetSpec,
    ) -> None:
        paths = {f"{item.kind}:{item.name}": item.path for item in classes}
        if references.genome is not None:
            paths["fasta"] = references.genome
        if "conservation" in spec.branches:
            for number, path in enumerate(references.conservation, 1):
                paths["conservation" if number == 1 else f"conservation:{number}"] = path
        paths |= {f"track:{name}": path for name, path in references.tracks.items()}
        for name, table in {
            "chromosome_names": references.chromosome_names,
            "split_table": split_table,
        }.items():
            if table is not None:
                paths[name] = table
        super().__init__(paths)
        self._branches = spec.encodings

    def provenance(self) -> dict[str, Any]:
        """Checksums by role, and versions of what was used."""
        used = ["numpy", "h5py", "pyfaidx"]
        used += ["viennarna"] if "structure" in self._branches else []
        return {"inputs_sha256": self.digests(), "software": software(*used)}
