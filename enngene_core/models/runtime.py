"""Settings of the TensorFlow runtime."""

import keras
import tensorflow as tf


def use_threads(n_threads: int) -> None:
    """Bound the runtime's threads; to be called before anything is computed."""
    tf.config.threading.set_intra_op_parallelism_threads(n_threads)
    tf.config.threading.set_inter_op_parallelism_threads(min(n_threads, 2))


def seed_everything(seed: int, *, deterministic: bool = True) -> None:
    """Start initial weights and dropout from one seed.

    Parameters
    ----------
    seed
        0 or larger.
    deterministic
        Whether every sum is repeatable too, which may be slower. Within a process it stays so.
    """
    keras.utils.set_random_seed(seed)
    if deterministic:
        tf.config.experimental.enable_op_determinism()
