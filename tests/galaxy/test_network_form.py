"""The form that builds a network writes the JSON that the spec reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from galaxy.util.template import fill_template

from enngene_core.specs.base import validate
from enngene_core.specs.network import (
    ConvolutionLayer,
    DenseLayer,
    GlobalPoolingLayer,
    NetworkSpec,
    RecurrentLayer,
    ResidualLayer,
)
from enngene_core.specs.network import Layer as AnyLayer
from tests.galaxy.checkout import Checkout
from tests.galaxy.form import Wrapper

TRAIN = next(
    wrapper for wrapper in map(Wrapper.read, Checkout().wrappers) if wrapper.command_name == "train"
)


def in_form(layers: tuple[AnyLayer, ...]) -> list[dict[str, Any]]:
    """A repeat of layers as Galaxy hands it to a template: each value is its text."""
    return [
        {
            "layer": {
                name: str(value).lower() if isinstance(value, bool) else str(value)
                for name, value in layer.model_dump().items()
            }
        }
        for layer in layers
    ]


def written(network: NetworkSpec) -> str:
    """What the template makes of a filled-in form."""
    own = dict(network.branches)
    layers: dict[str, Any] = {
        name: {"read": "yes", "layers": in_form(own.pop(name))} if name in own else {"read": "no"}
        for name in ("sequence", "structure", "conservation")
    }
    layers["tracks"] = [{"name": name, "layers": in_form(found)} for name, found in own.items()]
    layers |= {"source": "build", "common": in_form(network.common)}
    template = next(
        element.text
        for element in TRAIN.source.root.find("configfiles")
        if element.get("name") == "built_network"
    )
    return str(fill_template(template, context={"layers": layers}, python_template_version="3"))


CONVOLUTION = ConvolutionLayer(
    filters=3, kernel=5, dilation=2, pooling=4, batch_normalization=True, dropout=0.25
)
RESIDUAL = ResidualLayer(filters=6, kernel=3, dilation=8, dropout=0.5)
GRU = RecurrentLayer(type="gru", units=7, bidirectional=True)
LSTM = RecurrentLayer(type="lstm", units=8, dropout=0.125)
DENSE = DenseLayer(type="dense", units=9, batch_normalization=True)


@pytest.mark.parametrize(
    "network",
    [
        NetworkSpec(branches={"sequence": ()}),
        NetworkSpec(branches={"sequence": (CONVOLUTION, RESIDUAL)}, common=(RESIDUAL, GRU, DENSE)),
        NetworkSpec(
            branches={
                "sequence": (CONVOLUTION, GlobalPoolingLayer(kind="both"), DENSE),
                "structure": (LSTM, LSTM),
                "conservation": (GRU, DENSE, DENSE),
                "my_track": (RESIDUAL,),
                "peaks": (),
            },
            common=(DENSE,),
        ),
        NetworkSpec(branches={"peaks": (CONVOLUTION,)}, common=(GlobalPoolingLayer(),)),
    ],
)
def test_every_layer_comes_through_the_form(network: NetworkSpec) -> None:
    found = json.loads(written(network))
    assert found == network.model_dump(mode="json")
    assert validate(NetworkSpec, found, source="form") == network
