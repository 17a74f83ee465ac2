"""The closed list of Keras' layers that can be imported, and what each becomes."""

from collections.abc import Callable
from typing import Any

from enngene_core.errors import BundleError
from enngene_core.models.keras_graph import KerasLayer

#: Layers that act during training alone.
ONLY_IN_TRAINING = frozenset({
    "Dropout", "SpatialDropout1D", "GaussianDropout", "GaussianNoise", "AlphaDropout",
    "ActivityRegularization",
})  # fmt: skip

#: Options that do not change predictions, whatever their value.
_WITHOUT_EFFECT = frozenset({
    "name", "trainable", "dtype", "batch_input_shape", "batch_shape", "input_dtype", "input_shape",
    "unit_forget_bias", "implementation", "dropout", "recurrent_dropout", "seed", "noise_shape",
    "unroll", "momentum", "synchronized", "zero_output_for_mask", "lora_alpha", "input_dim",
    "virtual_batch_size", "renorm_momentum", "rate",
})  # fmt: skip
_SUFFIXES = ("_initializer", "_regularizer", "_constraint")

#: Newer names of activations by their older ones.
_SYNONYMS = {"swish": "silu"}


class Options:
    """Options of a layer, each of which must be asked for or be without effect."""

    def __init__(self, layer: KerasLayer, source: str) -> None:
        self._left = dict(layer.config)
        self.where = f"{source}: {layer.label}"

    def take(self, key: str, default: Any = None) -> Any:
        """Value of an option, which counts as understood."""
        return self._left.pop(key, default)

    def expect(self, key: str, *allowed: Any) -> None:
        """Refuse an option that has another value than these; it may be absent."""
        if key in self._left and self._left[key] not in allowed:
            self.refuse(key, self._left[key], f"expected {allowed[0]!r}")
        self._left.pop(key, None)

    def one(self, key: str, default: Any = None) -> Any:
        """An option that Keras writes as a number or as a list of one."""
        value = self.take(key, default)
        return value[0] if isinstance(value, list) and len(value) == 1 else value

    def activation(self, key: str = "activation", default: str = "linear") -> Any:
        """Name of an activation function."""
        value = self.take(key, default)
        if isinstance(value, dict):
            value = value.get("config") if value.get("class_name") == "function" else value
        if not isinstance(value, str | None):
            self.refuse(key, value, "expected the name of a plain function")
        return _SYNONYMS.get(value, value) if value is not None else "linear"

    def refuse(self, key: str, value: Any, expected: str) -> None:
        """Raise the error for an option."""
        raise BundleError(f"{self.where}: found {key[:40]} {str(value)[:60]!r}; {expected}")

    def finish(self) -> None:
        """Refuse what is left and may change predictions."""
        self.expect("data_format", "channels_last", None)
        for key, value in self._left.items():
            if not _is_idle(key) and value is not None and value is not False:
                self.refuse(key, value, "this option can't be imported")


def _convolution(o: Options) -> dict[str, Any]:
    o.expect("groups", 1)
    return {
        "type": "convolution",
        "filters": o.take("filters"),
        "kernel": o.one("kernel_size"),
        "stride": o.one("strides", 1),
        "dilation": o.one("dilation_rate", 1),
        "padding": o.take("padding", "valid"),
        "bias": o.take("use_bias", True),
        "activation": o.activation(),
    }


def _pooling(kind: str) -> Callable[[Options], dict[str, Any]]:
    def translate(o: Options) -> dict[str, Any]:
        size = o.one("pool_size", 2)
        stride = o.one("strides")
        return {
            "type": kind,
            "size": size,
            "stride": size if stride is None else stride,
            "padding": o.take("padding", "valid"),
        }

    return translate


def _dense(o: Options) -> dict[str, Any]:
    return {
        "type": "dense",
        "units": o.take("units"),
        "bias": o.take("use_bias", True),
        "activation": o.activation(),
    }


def _recurrent(kind: str) -> Callable[[Options], dict[str, Any]]:
    def translate(o: Options) -> dict[str, Any]:
        values = {
            "type": kind,
            "units": o.take("units"),
            "activation": o.activation(default="tanh"),
            "recurrent_activation": o.activation("recurrent_activation", "sigmoid"),
            "bias": o.take("use_bias", True),
            "keeps_positions": o.take("return_sequences", False),
        }
        if kind == "gru":
            # Files from before this option are of networks without it.
            values["reset_after"] = o.take("reset_after", False)
        return values

    return translate


def _bidirectional(o: Options) -> dict[str, Any]:
    inner = o.take("layer")
    if not isinstance(inner, dict) or inner.get("class_name") not in ("GRU", "LSTM"):
        found = inner.get("class_name") if isinstance(inner, dict) else inner
        o.refuse("layer", found, "expected GRU or LSTM")
    config = inner["config"] if isinstance(inner.get("config"), dict) else {}
    options = Options(KerasLayer(inner["class_name"], str(config.get("name")), config, ()), o.where)
    values = LAYERS[inner["class_name"]](options)
    options.finish()
    backward = o.take("backward_layer")
    other = backward.get("config") if isinstance(backward, dict) else None
    if backward is not None and not _mirrors(config, other):
        o.refuse("backward_layer", "of its own", "expected the same layer in both directions")
    both = o.take("merge_mode", "concat")
    if both is None:
        o.refuse("merge_mode", both, "expected concat, sum, mul or ave")
    return values | {"both_ways": both}


def _mirrors(forward: dict[str, Any], backward: Any) -> bool:
    """Whether two configs differ in their directions alone, and in what has no effect."""
    return isinstance(backward, dict) and all(
        forward.get(key) == backward.get(key)
        for key in {*forward, *backward} - {"go_backwards"}
        if not _is_idle(key)
    )


def _is_idle(key: str) -> bool:
    return key in _WITHOUT_EFFECT or key.endswith(_SUFFIXES)


def _normalization(o: Options) -> dict[str, Any]:
    # The axis is checked with the shape of the input.
    return {
        "type": "batch_normalization",
        "epsilon": o.take("epsilon", 0.001),
        "center": o.take("center", True),
        "scale": o.take("scale", True),
    }


def _activation(o: Options) -> dict[str, Any]:
    return {"type": "activation", "function": o.activation()}


def _softmax(o: Options) -> dict[str, Any]:
    return {"type": "activation", "function": "softmax"}


def _relu(o: Options) -> dict[str, Any]:
    return {
        "type": "relu",
        "slope": o.take("negative_slope", 0.0),
        "threshold": o.take("threshold", 0.0),
        "largest": o.take("max_value"),
    }


def _leaky_relu(o: Options) -> dict[str, Any]:
    older = o.take("alpha", 0.3)
    return {"type": "relu", "slope": o.take("negative_slope", older)}


def _elu(o: Options) -> dict[str, Any]:
    return {"type": "elu", "alpha": o.take("alpha", 1.0)}


def _global_pooling(kind: str) -> Callable[[Options], dict[str, Any]]:
    return lambda o: {"type": kind}


def _reshape(o: Options) -> dict[str, Any]:
    return {"type": "reshape", "shape": o.take("target_shape")}


def _edges(kind: str, key: str) -> Callable[[Options], dict[str, Any]]:
    def translate(o: Options) -> dict[str, Any]:
        edges = o.take(key)
        if not isinstance(edges, list) or len(edges) != 2:
            o.refuse(key, edges, "expected two numbers")
        return {"type": kind, "left": edges[0], "right": edges[1]}

    return translate


def _plain(kind: str) -> Callable[[Options], dict[str, Any]]:
    return lambda o: {"type": kind}


def _concatenation(o: Options) -> dict[str, Any]:
    return {"type": "concatenation"}


#: What each layer becomes: values of a layer of `enngene_core.specs.imported`.
LAYERS: dict[str, Callable[[Options], dict[str, Any]]] = {
    "Conv1D": _convolution,
    "Convolution1D": _convolution,
    "MaxPooling1D": _pooling("max_pooling"),
    "AveragePooling1D": _pooling("average_pooling"),
    "GlobalMaxPooling1D": _global_pooling("global_max_pooling"),
    "GlobalAveragePooling1D": _global_pooling("global_average_pooling"),
    "Dense": _dense,
    "GRU": _recurrent("gru"),
    "LSTM": _recurrent("lstm"),
    "Bidirectional": _bidirectional,
    "BatchNormalization": _normalization,
    "Activation": _activation,
    "Softmax": _softmax,
    "ReLU": _relu,
    "LeakyReLU": _leaky_relu,
    "ELU": _elu,
    "Flatten": _plain("flatten"),
    "Reshape": _reshape,
    "ZeroPadding1D": _edges("zero_padding", "padding"),
    "Cropping1D": _edges("cropping", "cropping"),
    "Concatenate": _concatenation,
    "Add": _plain("sum"),
    "Subtract": _plain("difference"),
    "Multiply": _plain("product"),
    "Average": _plain("mean"),
    "Maximum": _plain("maximum"),
    "Minimum": _plain("minimum"),
}
