"""A small call of depthwise_conv2d, to be changed by the tests of its arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim import EngineSpec, depthwise_conv2d

IFMAP = np.arange(30, dtype=np.int8).reshape(1, 3, 5, 2)
WEIGHT = np.arange(8, dtype=np.int8).reshape(2, 2, 2, 1)
ENGINE = EngineSpec(lanes=1, kernel_h=2, kernel_w=2, max_row_pitch=8, max_plane_rows=8)


def call(**changes: Any) -> np.ndarray:
    arguments = {"input": IFMAP, "filter": WEIGHT, "strides": [1] * 4, "padding": "VALID"}
    return depthwise_conv2d(**{**arguments, **changes})
