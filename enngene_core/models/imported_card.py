"""The card of a model that was trained elsewhere."""

from collections.abc import Sequence

from enngene_core.models.bundle import ImportedConfig
from enngene_core.models.card import escaped


def imported_card(config: ImportedConfig, notes: Sequence[str]) -> str:
    """Markdown that says what is known of an imported model, and what is not."""
    dataset, provenance = config.dataset, config.provenance
    classes = ", ".join(escaped(name) for name in dataset.classes)
    layers = "\n".join(
        f"- {escaped(layer.name)}, reads {escaped(', '.join(layer.inputs))}"
        for layer in config.network.layers
    )
    told = "".join(f"\n- {escaped(note)}" for note in notes)
    software = ", ".join(f"{name} {number}" for name, number in provenance["software"].items())
    return f"""# Imported model: {classes}

A neural network that was trained elsewhere, with Keras
{escaped(provenance["imported"]["keras_version"])}. It tells {len(dataset.classes)} classes apart
({classes}) in windows of {dataset.window} nucleotides: {config.encodings["sequence"]}.

## What was decided at the import
- The names of the classes and their order are those that the user gave.
- A window lies around the middle of its interval.{told}

## Layers
{layers}

## Limits
On which data the model was trained, and how good it is, its file does not say. 'enngene evaluate'
tells how good it is on windows whose classes are known.

## Input (SHA-256)
- model: `{provenance["inputs_sha256"]["model"]}`

Made with {software}.
"""
