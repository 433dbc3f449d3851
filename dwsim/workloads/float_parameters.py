"""The parameters of a layer in floating point, in any model format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dwsim.spec.real_scales import CLAMPS


@dataclass(frozen=True, eq=False)
class FloatParameters:
    """A layer's weights, its bias and its activation."""

    weight: np.ndarray
    """``(kernel_h, kernel_w, channels, channel_multiplier)``, of the dtype of ifmap and ofmap."""
    bias: np.ndarray | None
    """Of the same dtype, one for each ofmap channel."""
    activation: str
    """Fused: none, relu, relu6 or relu_n1_to_1."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of ifmap, weight and ofmap."""
        return self.weight.dtype

    @property
    def number_format(self) -> str:
        """The name of the dtype, as ``EngineSpec`` has it."""
        return self.weight.dtype.name

    @property
    def per_channel(self) -> None:
        """Weights in floating point have no scales."""
        return None

    @property
    def clamp(self) -> tuple[float, float]:
        """The smallest and the largest result of the activation."""
        low, high = CLAMPS[self.activation]
        return -np.inf if low is None else low, np.inf if high is None else high
