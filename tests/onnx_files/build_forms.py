"""Writes ``forms.onnx``: a network with one depthwise layer in each form that ONNX has.

``python -m tests.onnx_files.build_forms`` writes it again.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx

from tests.onnx_files.onnx_builder import Case, OnnxBuilder, add_case

PATH = Path(__file__).with_name("forms.onnx")


def forms() -> onnx.ModelProto:
    """QuantizeLinear, then QDQ with a Relu, QLinearConv, ConvInteger, and Conv of float."""
    builder = OnnxBuilder()
    builder.input("image", "float32", (1, 4, 12, 14))
    scale = builder.constant("image_scale", np.float32(0.02))
    zero_point = builder.constant("image_zero_point", np.uint8(128))
    image = builder.node("QuantizeLinear", ["image", scale, zero_point], "image_integers")
    scales = np.linspace(0.005, 0.02, 4)
    first = Case(weight_scales=scales, pads=(1, 1, 1, 1), activation="relu")
    made = add_case(builder, first, image, "qdq_")
    second = Case("qlinear", ifmap_scale=0.1, ifmap_zero_point=3, multiplier=2, strides=(2, 2))
    second.auto_pad = "SAME_UPPER"
    made = add_case(builder, second, made, "qlinear_")
    third = Case("integer", channels=8, ifmap_zero_point=3, dilations=(2, 2), pads=(2, 2, 2, 2))
    third.weight_dtype, third.weight_zero_points = "uint8", 130
    made = add_case(builder, third, made, "integer_")
    made = builder.node("Cast", [made], "sums", to=onnx.TensorProto.FLOAT)
    # A small kernel, because the simulator of an adder of floats takes long to build.
    made = add_case(builder, Case("float", channels=8, kernel=(1, 2)), made, "float_")
    builder.output(made, "float32", (1, 8, 6, 6))
    return builder.model()


if __name__ == "__main__":
    PATH.write_bytes(forms().SerializeToString())
