"""What a dataset file holds, format version 1 (docs/formats/dataset_v1.md)."""

import numpy as np

FORMAT = "enngene-dataset"
VERSION = 1

#: Columns of `/windows` that are text, and types of the others.
TEXT_COLUMNS = ("chrom", "strand", "name")
DTYPES = {
    "start": np.int64,
    "end": np.int64,
    "pad_left": np.int32,
    "pad_right": np.int32,
    "label": np.int32,
    "source_row": np.int64,
    "source_length": np.int64,
    "split": np.uint8,
}
