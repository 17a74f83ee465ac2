"""A Keras model's config becomes an imported network."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from enngene_core.errors import BundleError, SpecError
from enngene_core.models.keras_graph import KerasLayer, read_graph
from enngene_core.models.keras_layers import LAYERS, ONLY_IN_TRAINING, Options
from enngene_core.specs.base import describe, validate
from enngene_core.specs.imported import ImportedLayer, ImportedNetwork
from enngene_core.specs.imported_shapes import Shape, imported_shapes, layer_shape
from enngene_core.specs.importing import ImportSpec
from enngene_core.specs.preprocess import MAX_WINDOW

_LAYER: TypeAdapter[Any] = TypeAdapter(ImportedLayer)

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Translation:
    """A foreign model as a graph of the closed list of layers.

    Attributes
    ----------
    network : ImportedNetwork
        Its last layer gives one logit a class.
    window : int
        Width of a window, nt.
    sources : dict of str to KerasLayer
        The foreign layer that each layer with weights stands for.
    fixed : dict of str to dict of str to ndarray
        Weights of layers that were added: order of the bases, two classes from one output.
    notes : tuple of str
        What was decided for the user, a sentence each.
    """

    network: ImportedNetwork
    window: int
    sources: dict[str, KerasLayer]
    fixed: dict[str, Arrays]
    notes: tuple[str, ...]


def translate(config: Any, spec: ImportSpec, *, keras_version: str, source: str) -> Translation:
    """Translate a config through the closed list of layers.

    Parameters
    ----------
    config
        Parsed ``model_config`` or ``config.json``.
    spec
        What the file does not say.
    keras_version
        Version that wrote the file.
    source
        File, for messages.

    Raises
    ------
    BundleError
        If the model has a layer, an option, an input or an output that can't be imported.
    """
    graph = read_graph(config, source)
    for layer in graph:
        if layer.class_name not in {"InputLayer", *LAYERS, *ONLY_IN_TRAINING}:
            raise BundleError(
                f"{source}: {layer.label} is not in the list of layers that can be imported; "
                f"expected one of {', '.join(sorted({*LAYERS, *ONLY_IN_TRAINING}))}"
            )
    work = _Work(source, keras_version)
    window = _window(graph[0], spec, source)
    work.start(graph[0], spec.alphabet, window)
    for layer in graph[1:-1]:
        work.add(layer)
    work.end(graph[-1])
    network = validate(
        ImportedNetwork,
        {"branches": {"sequence": ()}, "layers": [layer.model_dump() for layer in work.layers]},
        source=source,
    )
    try:
        shape = imported_shapes(network, width=window)[network.layers[-1].name].shape
    except SpecError as error:
        raise BundleError(f"{source}: {error}") from error
    if shape != (len(spec.classes),):
        found = f"{shape[0]} classes" if len(shape) == 1 else f"values of shape {shape}"
        raise BundleError(
            f"{source}: the model gives {found} for each window, but --classes names "
            f"{len(spec.classes)} ({', '.join(spec.classes)[:80]})"
        )
    return Translation(network, window, work.sources, work.fixed, tuple(work.notes))


def _window(layer: KerasLayer, spec: ImportSpec, source: str) -> int:
    shape: Any = layer.config.get("batch_shape") or layer.config.get("batch_input_shape")
    is_shape = isinstance(shape, list) and all(n is None or type(n) is int for n in shape)
    if not is_shape or len(shape) != 3 or shape[2] not in (len(spec.alphabet), None):
        raise BundleError(
            f"{source}: the model's input has shape {str(shape)[:60]}; expected (windows, "
            f"positions, {len(spec.alphabet)}), one-hot sequences of the channels {spec.alphabet}"
        )
    width = shape[1]
    if width is None and not spec.window:
        raise BundleError(f"{source}: the model takes windows of any width; give one by --window")
    if width is not None and spec.window not in (0, width):
        raise BundleError(
            f"{source}: the model reads windows of {width}, but --window is {spec.window}"
        )
    window = spec.window if width is None else width
    if not 3 <= window <= MAX_WINDOW:
        raise BundleError(
            f"{source}: the model reads windows of {window}; expected 3 to {MAX_WINDOW:,}"
        )
    return int(window)


@dataclass
class _Work:
    """Layers that are there so far; `ends` has the new layer that each foreign one became."""

    source: str
    keras_version: str
    layers: list[Any] = field(default_factory=list)
    sources: dict[str, KerasLayer] = field(default_factory=dict)
    fixed: dict[str, Arrays] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    ends: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)

    def start(self, layer: KerasLayer, alphabet: str, window: int) -> None:
        self.shapes["sequence"] = (window, 4)
        self.ends[layer.name] = "sequence"
        if alphabet != "ACGT":
            self.ends[layer.name] = self._reordered(alphabet)

    def _reordered(self, alphabet: str) -> str:
        """A dense layer that turns ACGT, zeros for N, into the model's own channels."""
        kernel = np.zeros((4, len(alphabet)), dtype=np.float32)
        for row, base in enumerate("ACGT"):
            kernel[row, alphabet.index(base)] = 1
        arrays = {"kernel": kernel}
        if "N" in alphabet:
            kernel[:, alphabet.index("N")] = -1
            arrays["bias"] = (np.array(list(alphabet)) == "N").astype(np.float32)
        values = {"type": "dense", "units": len(alphabet), "bias": "bias" in arrays}
        name = self._append(values, ("sequence",), "the order of the bases")
        self.fixed[name] = arrays
        self.notes.append(f"The channels of the input are {alphabet}.")
        return name

    def add(self, layer: KerasLayer) -> None:
        inputs = tuple(self.ends[name] for name in layer.inputs)
        if layer.class_name in ONLY_IN_TRAINING:
            self.ends[layer.name] = inputs[0]
            return
        self._keep(layer, self._values(layer, inputs), inputs)

    def end(self, layer: KerasLayer) -> None:
        """The last layer, without its sigmoid or softmax, and two logits for a single output."""
        inputs = tuple(self.ends[name] for name in layer.inputs)
        values = {} if layer.class_name not in LAYERS else self._values(layer, inputs)
        kind = values.get("type")
        key = {"dense": "activation", "activation": "function"}.get(kind or "")
        if key is None or values[key] not in ("sigmoid", "softmax", "linear"):
            raise BundleError(
                f"{self.source}: the last layer is {layer.label}; expected a dense or activation "
                "layer with sigmoid or softmax, or a dense layer that gives logits"
            )
        function = values[key]
        if kind == "activation":
            self.ends[layer.name] = inputs[0]
            if inputs[0] == "sequence":
                raise BundleError(f"{self.source}: the model has no layers with weights")
        else:
            self._keep(layer, values | {key: "linear"}, inputs)
        end = self.ends[layer.name]
        shape = self.shapes[end]
        n_outputs = shape[-1] if len(shape) == 1 else 0
        if (function == "sigmoid" and n_outputs > 1) or (function == "softmax" and n_outputs == 1):
            raise BundleError(
                f"{self.source}: {layer.label} has {n_outputs} outputs with {function}; expected "
                "one with sigmoid, or one a class with softmax"
            )
        if function == "linear":
            self.notes.append(
                "The last layer has no sigmoid or softmax: its output is taken as a logit. If it "
                "is another quantity, the probabilities mean nothing."
            )
        if n_outputs == 1:
            values = {"type": "dense", "units": 2, "bias": False}
            name = self._append(values, (end,), "two classes from one output")
            # The softmax of -x/2 and x/2 is the sigmoid of x; both are exact.
            self.fixed[name] = {"kernel": np.array([[-0.5, 0.5]], dtype=np.float32)}
        elif self.layers[-1].name != end:  # only where the output stands before idle layers
            raise BundleError(f"{self.source}: {layer.label} is not at the end of the model")

    def _values(self, layer: KerasLayer, inputs: tuple[str, ...]) -> dict[str, Any]:
        options = Options(layer, self.source)
        values = LAYERS[layer.class_name](options)
        rank = 1 + len(self.shapes[inputs[0]])
        axis = options.one("axis", -1)
        if axis not in (-1, rank - 1):
            if (layer.class_name, rank) != ("Concatenate", 3) or axis not in (1, -2):
                options.refuse("axis", axis, "expected the last one, that of the channels")
            values["of"] = "positions"
        options.finish()
        is_older = self.keras_version.split(".")[0] in ("1", "2")
        if is_older and "hard_sigmoid" in map(str, values.values()):
            raise BundleError(
                f"{self.source}: {layer.label} has hard_sigmoid, which Keras {self.keras_version} "
                "computed in another way than Keras 3; expected sigmoid"
            )
        return values

    def _keep(self, layer: KerasLayer, values: dict[str, Any], inputs: tuple[str, ...]) -> None:
        name = self._append(values, inputs, layer.label)
        self.ends[layer.name] = name
        self.sources[name] = layer

    def _append(self, values: dict[str, Any], inputs: tuple[str, ...], label: str) -> str:
        name = f"{values['type']}_{len(self.layers) + 1}"
        try:
            made = _LAYER.validate_python({**values, "name": name, "inputs": inputs})
            shape = layer_shape(made, [self.shapes[i] for i in inputs])
        except ValidationError as error:
            told = describe(error).removeprefix(f"{values['type']}.")
            raise BundleError(f"{self.source}: {label}: {told}") from error
        except SpecError as error:
            raise BundleError(f"{self.source}: {label}: {error}") from error
        self.layers.append(made)
        self.shapes[name] = shape.shape
        return name
