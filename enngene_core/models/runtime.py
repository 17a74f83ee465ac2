"""Settings of the TensorFlow runtime."""

import keras
import tensorflow as tf


def use_threads(n_threads: int) -> None:
    """Bound the runtime's threads; to be called before anything is computed."""
    tf.config.threading.set_intra_op_parallelism_threads(n_threads)
    tf.config.threading.set_inter_op_parallelism_threads(min(n_threads, 2))


def be_deterministic(seed: int) -> None:
    """Make initial weights, dropout and every sum repeatable for one seed."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
