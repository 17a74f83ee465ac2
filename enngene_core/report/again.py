"""How to run it again: settings, seeds, versions and checksums."""

from collections.abc import Mapping, Sequence
from typing import Any

from enngene_core.report.description import Block, Facts, Section, Table, Text
from enngene_core.report.words import listed
from enngene_core.specs.preprocess import DatasetSpec

CAREFUL = "What to be careful about"
FIGURES = "Figures"
TABLES = "Tables"


def dataset_facts(spec: DatasetSpec) -> list[tuple[str, str]]:
    """Settings of preprocessing."""
    if spec.split == "random":
        split = f"random, {':'.join(map(str, spec.ratio))}"
    else:
        split = (
            f"by chromosome; validation: {listed(spec.validation_chromosomes)}; "
            f"test: {listed(spec.test_chromosomes)}"
        )
    return [
        ("window", f"{spec.window:,} nt, placement: {spec.placement}"),
        ("branches", listed(spec.branches)),
        ("split", split),
        ("seed of preprocessing", str(spec.seed)),
    ]


def run_again(settings: Sequence[tuple[str, str]], provenance: Mapping[str, Any]) -> Section:
    """The last section of every report.

    Parameters
    ----------
    settings
        Names and values.
    provenance
        ``inputs_sha256`` and ``software``, as datasets and bundles keep them.
    """
    software = provenance.get("software", {})
    inputs = provenance.get("inputs_sha256", {})
    versions = ", ".join(f"{name} {version}" for name, version in software.items())
    blocks: list[Block] = [
        Text(
            "The same inputs, settings and versions give the same result. The checksums below "
            "tell whether a file is the one that was used here."
        ),
        Facts([*settings, ("versions", versions or "not recorded")]),
    ]
    if inputs:
        rows = [(str(name), str(digest)) for name, digest in inputs.items()]
        blocks.append(Table("inputs", "Input files (SHA-256).", ("input", "sha256"), rows))
    return Section("How to run it again", blocks)
