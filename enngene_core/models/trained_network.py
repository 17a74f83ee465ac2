"""Networks with the weights that they have learned."""

from collections.abc import Mapping

import keras
import numpy as np

from enngene_core.errors import SpecError
from enngene_core.models.imported_network import build_imported
from enngene_core.models.network import build_network
from enngene_core.specs.imported import ImportedNetwork
from enngene_core.specs.network import Layer, NetworkSpec, Precision
from enngene_core.specs.preprocess import DatasetSpec

#: What Keras adds to a variance.
_EPSILON = 1e-3
_NORMALIZATION = "_normalization/gamma"


def trained_network(
    network: NetworkSpec | ImportedNetwork,
    weights: Mapping[str, np.ndarray],
    dataset: DatasetSpec,
    *,
    for_use: Precision | None = None,
) -> keras.Model:
    """Network as `build_network` or `build_imported` makes it, with these weights.

    Parameters
    ----------
    network
        Layers.
    weights
        All weights by their path in the network.
    dataset
        Windows and classes.
    for_use
        Numbers to compute with, of a network that is used only; it may have fewer layers then
        (`without_normalization`). None keeps all, in float32.

    Raises
    ------
    SpecError
        If an imported network is to compute with other numbers than float32.
    """
    if isinstance(network, ImportedNetwork):
        if for_use == "bfloat16":
            raise SpecError(
                "--precision bfloat16: the model was trained elsewhere and imported; expected "
                "float32"
            )
        model = build_imported(network, **dataset.sizes)
    else:
        if for_use:
            network, weights = without_normalization(network, weights)
        model = build_network(network, **dataset.sizes, precision=for_use or "float32")
    variables = {variable.path: variable for variable in model.variables}
    for path, array in weights.items():
        variables[path].assign(array)
    return model


def without_normalization(
    network: NetworkSpec, weights: Mapping[str, np.ndarray]
) -> tuple[NetworkSpec, dict[str, np.ndarray]]:
    """The same function of the inputs in fewer layers.

    What batch normalisation does once training is over is linear, as the convolution or dense layer
    before it is: it scales each filter's kernel, and scales and moves its bias.

    Parameters
    ----------
    network
        Layers of the branches and the common part.
    weights
        All weights by their path in the network; not changed.

    Returns
    -------
    NetworkSpec
        No layer of which has batch normalisation.
    dict of str to ndarray of float32
        Its weights.
    """
    folded = dict(weights)
    for path in [path for path in weights if path.endswith(_NORMALIZATION)]:
        layer = path.removesuffix(_NORMALIZATION)
        gamma, beta, mean, variance = (
            folded.pop(f"{layer}_normalization/{name}").astype(float)
            for name in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        scale = gamma / np.sqrt(variance + _EPSILON)
        kernel, bias = weights[f"{layer}/kernel"], weights[f"{layer}/bias"]
        folded[f"{layer}/kernel"] = (kernel * scale).astype(np.float32)
        folded[f"{layer}/bias"] = ((bias - mean) * scale + beta).astype(np.float32)
    branches = {name: _without(layers) for name, layers in network.branches.items()}
    return NetworkSpec(branches=branches, common=_without(network.common)), folded


def _without(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    return tuple(
        layer.model_copy(update={"batch_normalization": False})
        if getattr(layer, "batch_normalization", False)
        else layer
        for layer in layers
    )
