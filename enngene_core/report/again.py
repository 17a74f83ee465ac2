"""How to run it again: settings, seeds, versions and checksums."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from enngene_core.report.description import Block, Facts, Section, Table, Text
from enngene_core.report.division import chromosome_lists
from enngene_core.report.words import listed
from enngene_core.specs.preprocess import DatasetSpec

if TYPE_CHECKING:
    from enngene_core.models.bundle import BundleConfig

CAREFUL = "What to be careful about"
FIGURES = "Figures"
TABLES = "Tables"


def model_facts(config: "BundleConfig") -> list[tuple[str, str]]:
    """How a model came about, as far as its bundle knows."""
    if config.is_imported:
        return [("trained", "elsewhere, with Keras"), *_window_facts(config.dataset)]
    several = [("networks in the model", str(config.n_members))] if config.n_members > 1 else []
    seed = ("seed of training", str(config.training.seed))
    return [seed, *several, *dataset_facts(config.dataset)]


def _window_facts(spec: DatasetSpec) -> list[tuple[str, str]]:
    flank = f"flank: {spec.flank:,} nt, " if spec.flank else ""
    return [
        (
            "window",
            f"{spec.window:,} nt, {flank}placement: {spec.placement}, edge: {spec.edge}, "
            f"strand: {spec.strand}",
        ),
        ("branches", listed(list(spec.encodings))),
    ]


def dataset_facts(spec: DatasetSpec) -> list[tuple[str, str]]:
    """Settings of preprocessing."""
    facts = _window_facts(spec)
    if spec.feature:
        facts.append(("feature type", listed([spec.feature])))
    if "structure" in spec.branches:
        facts.append(("structure", _structure(spec)))
    facts.append(("split", _split(spec)))
    if spec.reduce:
        facts.append(("reduced classes", listed(spec.reduce)))
    return [*facts, ("seed of preprocessing", str(spec.seed))]


def _structure(spec: DatasetSpec) -> str:
    words: list[str] = [spec.structure]
    if spec.structure_flank:
        words.append(f"flank: {spec.structure_flank:,} nt")
    if spec.structure_span:
        words.append(f"span: {spec.structure_span:,} nt")
    return ", ".join(words)


def _split(spec: DatasetSpec) -> str:
    words: list[str] = [spec.split]
    if spec.split == "homology":
        words.append(f"identity: {spec.identity:g}")
    if spec.split == "chromosome":
        words += [
            f"{split}: {listed(chromosomes)}"
            for split, chromosomes in chromosome_lists(spec).items()
        ]
    if spec.split != "given":
        words.append(f"ratio: {':'.join(map(str, spec.ratio))}")
    if spec.allow_overlap:
        words.append("overlap allowed")
    return "; ".join(words)


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
