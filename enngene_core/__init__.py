"""Deep learning on genomic intervals: from BED files to trained, evaluated, explained networks."""

import os

__version__ = "0.1.0"

# Both are read when Keras and TensorFlow are first imported, wherever that is.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
