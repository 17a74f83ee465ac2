"""Several networks as one, which gives the mean of what they give."""

from collections.abc import Iterator, Sequence

import keras
from keras import layers


def averaged(members: Sequence[keras.Model]) -> keras.Model:
    """Network with the inputs and outputs of its members.

    Its probabilities are the mean of the members' probabilities, and its logits that of their
    logits, so that what explains each member's logits explains the mean's on average. The
    probabilities are not the softmax of the mean logits.

    Parameters
    ----------
    members
        Networks with the same inputs and outputs; a single one is returned as it is.
    """
    if len(members) == 1:
        return members[0]
    inputs = {x.name: keras.Input(x.shape[1:], name=x.name) for x in members[0].inputs}
    found = [
        # In a network every layer has a name of its own, and a member is a layer here.
        keras.Model(dict(zip(inputs, member.inputs, strict=True)), member.output, name=name)(inputs)
        for name, member in ((f"member_{n}", m) for n, m in enumerate(members, start=1))
    ]
    outputs = {
        name: layers.Average(name=name)([of_member[name] for of_member in found])
        for name in ("logits", "probabilities")
    }
    return keras.Model(inputs, outputs, name="enngene")


def members_of(model: keras.Model) -> list[keras.Model]:
    """Networks whose mean the model is; of a single network, that one."""
    return [layer for layer in model.layers if isinstance(layer, keras.Model)] or [model]


def layers_of(model: keras.Model) -> Iterator[keras.Layer]:
    """All layers of a network, with those of its members if it is an average."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from layers_of(layer)
        else:
            yield layer
