"""Parameters of exporting a model to other programs."""

from typing import Literal

from pydantic import Field

from enngene_core.specs.base import Spec


class ExportSpec(Spec):
    """Which program the model is for."""

    format: Literal["keras", "savedmodel", "onnx"] = Field(
        "keras",
        description="Format of the file: keras (one .keras file, for Python), savedmodel "
        "(TensorFlow's own, a zip of its folder) or onnx (ONNX Runtime, for many languages).",
    )
