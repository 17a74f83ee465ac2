"""A convolution with max pooling, as it is trained."""

from typing import Any

import keras
from keras import ops
from keras.layers import Conv1D


@keras.saving.register_keras_serializable("enngene")
class PooledConvolution(Conv1D):
    """Convolution, max pooling and bias: what a biased convolution gives after max pooling.

    A bias moves all positions alike, so it may as well be added to the fewer ones that are left.
    In training, adding it and summing its gradient take up to a third of a small network's time.

    Parameters
    ----------
    pool_size
        Positions that become one.
    arguments
        Those of `keras.layers.Conv1D`; the activation comes after the bias.
    """

    def __init__(self, *, pool_size: int, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.pool_size = pool_size

    def call(self, inputs: Any) -> Any:
        """Pooled positions, shape (n_windows, ceil(width / pool_size), filters)."""
        positions = self.convolution_op(inputs, self.kernel)
        pooled = ops.max_pool(positions, self.pool_size, padding="same")
        return self.activation(pooled + ops.cast(self.bias, pooled.dtype))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Shape of what `call` gives."""
        n_windows, width, filters = super().compute_output_shape(input_shape)
        return n_windows, None if width is None else -(-width // self.pool_size), filters

    def get_config(self) -> dict[str, Any]:
        """All that makes the layer again."""
        return {**super().get_config(), "pool_size": self.pool_size}
