"""The graph in a Keras model's JSON config, read as data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from enngene_core.errors import BundleError

_MAX_LAYERS = 2000


@dataclass(frozen=True)
class KerasLayer:
    """One layer as it stands in a config.

    Attributes
    ----------
    class_name, name : str
    config : dict
        Options, by the names that Keras gives them.
    inputs : tuple of str
        Names of the layers that it reads.
    """

    class_name: str
    name: str
    config: dict[str, Any]
    inputs: tuple[str, ...]

    @property
    def label(self) -> str:
        """The layer in a message."""
        return f"layer {self.name[:60]!r} ({self.class_name[:60]})"


def read_graph(config: Any, source: str) -> list[KerasLayer]:
    """Layers of a Sequential or functional model, each after those that it reads.

    The first one is the only input, the last one the only output; layers that the output does not
    depend on are left out.

    Parameters
    ----------
    config
        Parsed ``model_config`` or ``config.json``.
    source
        File, for messages.

    Raises
    ------
    BundleError
        If the config is of no such model, or has several inputs or outputs.
    """
    try:
        kind, inner = config["class_name"], config["config"]
        if kind == "Sequential":
            found, output = _sequential(inner, source)
        elif kind in ("Model", "Functional"):
            found, output = _functional(inner, source)
        else:
            raise BundleError(
                f"{source}: the model is of the class {str(kind)[:60]!r}; expected Sequential or "
                "Functional"
            )
        return _ordered(found, output, source)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        if isinstance(error, BundleError):
            raise
        raise BundleError(f"{source}: its model config is not one that Keras writes") from error


def _sequential(inner: Any, source: str) -> tuple[list[KerasLayer], str]:
    entries = inner if isinstance(inner, list) else inner["layers"]
    found: list[KerasLayer] = []
    for entry in _bounded(entries, source):
        layer = _layer(entry, (found[-1].name,) if found else ())
        if not found and layer.class_name != "InputLayer":
            shape = layer.config.get("batch_input_shape") or layer.config.get("batch_shape")
            if shape is None and isinstance(inner, dict):
                shape = inner.get("build_input_shape")
            found.append(KerasLayer("InputLayer", "input of it", {"batch_shape": shape}, ()))
            layer = _layer(entry, (found[-1].name,))
        found.append(layer)
    return found, found[-1].name


def _functional(inner: Any, source: str) -> tuple[list[KerasLayer], str]:
    inputs, outputs = (_ends(inner[key]) for key in ("input_layers", "output_layers"))
    for ends, word in ((inputs, "inputs"), (outputs, "outputs")):
        if len(ends) != 1:
            raise BundleError(
                f"{source}: the model has {len(ends)} {word}; expected one, as for a network that "
                "reads a sequence and tells classes apart"
            )
    found = []
    for entry in _bounded(inner["layers"], source):
        nodes = entry["inbound_nodes"]
        layer = _layer(entry, ())
        if len(nodes) > 1:
            raise BundleError(f"{source}: {layer.label} is used {len(nodes)} times; expected once")
        found.append(_layer(entry, tuple(_sources(nodes[0], layer, source)) if nodes else ()))
    return found, outputs[0]


def _bounded(entries: Any, source: str) -> list[Any]:
    if not isinstance(entries, list) or not 1 <= len(entries) <= _MAX_LAYERS:
        raise BundleError(f"{source}: expected 1 to {_MAX_LAYERS} layers in its model config")
    return entries


def _layer(entry: Any, inputs: tuple[str, ...]) -> KerasLayer:
    class_name, config = entry["class_name"], entry["config"]
    name = entry.get("name") or config["name"]
    if not (isinstance(class_name, str) and isinstance(name, str) and isinstance(config, dict)):
        raise TypeError(type(name))
    return KerasLayer(class_name, name, config, inputs)


def _ends(value: Any) -> list[str]:
    """Names in ``[[name, 0, 0], ...]``, ``[name, 0, 0]`` or a mapping of such."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value[0], str):
        value = [value]
    return [_tensor(entry) for entry in value]


def _tensor(entry: Any) -> str:
    name, node, index = entry[:3]
    if not isinstance(name, str) or (node, index) != (0, 0):
        raise ValueError(name)
    return name


def _sources(node: Any, layer: KerasLayer, source: str) -> Iterator[str]:
    if isinstance(node, Mapping):  # Keras 3
        yield from (_tensor(found["config"]["keras_history"]) for found in _tensors(node["args"]))
        options = dict(node["kwargs"])
    else:
        entries = [node] if isinstance(node[0], str) else node
        options = {}
        for entry in entries:
            yield _tensor(entry)
            options |= entry[3] if len(entry) > 3 else {}
    for key, value in options.items():
        if value is not None and not isinstance(value, bool):
            raise BundleError(
                f"{source}: {layer.label} is called with {str(key)[:40]}; expected its input alone"
            )


def _tensors(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping) and value["class_name"] == "__keras_tensor__":
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _tensors(inner)
    else:
        raise TypeError(type(value))


def _ordered(found: list[KerasLayer], output: str, source: str) -> list[KerasLayer]:
    by_name = {layer.name: layer for layer in found}
    if len(by_name) < len(found):
        raise BundleError(f"{source}: two layers of its model config have one name")
    needed, waiting = set[str](), [output]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += by_name[name].inputs
    try:
        # In the order of the config, as far as it can be.
        sorter = TopologicalSorter(
            {layer.name: layer.inputs for layer in found if layer.name in needed}
        )
        ordered = [by_name[name] for name in sorter.static_order()]
    except CycleError as error:
        raise BundleError(f"{source}: the layers of its model config run in a circle") from error
    for layer in ordered:
        if bool(layer.inputs) == (layer.class_name == "InputLayer"):
            expected = "none" if layer.inputs else "at least one"
            raise BundleError(
                f"{source}: {layer.label} reads {len(layer.inputs)} layers; expected {expected}"
            )
    return ordered
