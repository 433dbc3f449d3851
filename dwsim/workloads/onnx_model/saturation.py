"""Whether ONNX Runtime's integer kernels saturate on this processor.

On an x86 processor without VNNI, its matrix product of unsigned data and signed weights adds two
products in 16 bits, which saturate. With weights of at most 64 they cannot: 2 * 255 * 64 < 2^15.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from onnx import TensorProto, helper

from dwsim.errors import ToolError
from dwsim.workloads.onnx_model.runtime import OrtJob, run_in_ort


def largest_exact_weight() -> int:
    """The largest size of a weight whose products ONNX Runtime adds exactly here.

    Raises:
        ToolError: if ONNX Runtime does not run the probe.
    """
    return 64 if _saturates() else 255


@cache
def _saturates() -> bool:
    """True if the sum of nine products of 255 and 127 is wrong."""

    def scalar(name: str, kind: int, value: float) -> Any:
        return helper.make_tensor(name, kind, [], [value])

    constants = [
        scalar("one", TensorProto.FLOAT, 1),
        scalar("scale", TensorProto.FLOAT, 1 << 11),
        scalar("zero", TensorProto.UINT8, 0),
        scalar("zero_weight", TensorProto.INT8, 0),
        helper.make_tensor("weight", TensorProto.INT8, [8, 1, 3, 3], [127] * 72),
    ]
    names = ["ifmap", "one", "zero", "weight", "one", "zero_weight", "scale", "zero"]
    ifmap, ofmap = (
        helper.make_tensor_value_info(name, TensorProto.UINT8, shape)
        for name, shape in (("ifmap", [1, 4, 5, 5]), ("ofmap", [1, 8, 3, 3]))
    )
    node = helper.make_node("QLinearConv", names, ["ofmap"], group=4)
    graph = helper.make_graph([node], "probe", [ifmap], [ofmap], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    data = np.full((1, 4, 5, 5), 255, np.uint8)
    (done,) = run_in_ort([OrtJob(model.SerializeToString(), {"ifmap": data}, ["ofmap"])], "a probe")
    if done.refusal is not None:
        raise ToolError(f"ONNX Runtime refuses a layer of uint8 data: {done.refusal}")
    return bool((done.tensors["ofmap"] != round(9 * 255 * 127 / (1 << 11))).any())
