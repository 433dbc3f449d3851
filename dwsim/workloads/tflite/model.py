"""What a ``.tflite`` file says of its depthwise layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dwsim.errors import Violation
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation


@dataclass(frozen=True, eq=False)
class Parameters:
    """A layer's weights and scales, as the file has them.

    Real value = scale * (integer - zero point). Scales are float32 in the file; here they are
    the same numbers in Python's float. Weights have zero point 0.
    """

    dtype: np.dtype
    """Of ifmap and ofmap: int8 or int16."""
    ifmap_scale: float
    ifmap_zero_point: int
    weight: np.ndarray
    """int8, ``(kernel_h, kernel_w, channels, channel_multiplier)``."""
    weight_scales: np.ndarray
    """float32: one for each ofmap channel, or a single one for the tensor."""
    bias: np.ndarray | None
    """int32 (int64 beside int16 activations), one for each ofmap channel."""
    ofmap_scale: float
    ofmap_zero_point: int
    activation: str
    """Fused: none, relu, relu6 or relu_n1_to_1."""

    @property
    def per_channel(self) -> bool:
        """True when each ofmap channel has a weight scale of its own."""
        return self.weight_scales.size > 1

    @property
    def effective_scales(self) -> np.ndarray:
        """float64, one for each ofmap channel: accumulator to ofmap.

        ``ifmap_scale * weight_scale / ofmap_scale``, in double precision and in this order
        (``PopulateConvolutionQuantizationParams``, tensorflow/lite/kernels/kernel_util.cc).
        """
        channels = self.weight.shape[2] * self.weight.shape[3]
        scales = np.broadcast_to(self.weight_scales, channels).astype(np.float64)
        return self.ifmap_scale * scales / self.ofmap_scale


@dataclass(frozen=True, eq=False)
class DepthwiseLayer:
    """One DEPTHWISE_CONV_2D of a file.

    ``spec`` and ``parameters`` are None when ``reasons`` says why the layer cannot run.
    """

    name: str
    """dw1, dw2, ... in the order of the file."""
    subgraph: int
    operator: int
    """Index in its subgraph."""
    tensor_name: str
    """What the file calls the ofmap."""
    ifmap_tensor: int
    """Index of the ifmap (before a folded PAD) in the file and in the interpreter; -1: none."""
    ofmap_tensor: int
    pad_operator: int | None = None
    """Index of the PAD that the padding comes from."""
    spec: LayerSpec | None = None
    parameters: Parameters | None = field(default=None, repr=False)
    reasons: tuple[Violation, ...] = ()

    @property
    def runs(self) -> bool:
        """True when nothing speaks against it."""
        return not self.reasons

    def facts(self) -> tuple[LayerSpec, Parameters]:
        """Spec and parameters of a layer that runs.

        Raises:
            ValueError: for one that does not.
        """
        if self.spec is None or self.parameters is None:
            raise ValueError(f"{self.name} does not run: {'; '.join(map(str, self.reasons))}")
        return self.spec, self.parameters


@dataclass(frozen=True)
class ModelInput:
    """One input of the network. ``scale`` is None when its integers stand for themselves."""

    tensor: int
    type: str
    shape: tuple[int, ...]
    scale: float | None = None
    zero_point: int = 0


@dataclass(frozen=True, eq=False)
class Model:
    """A ``.tflite`` file: its depthwise layers, and a count of everything in its first graph."""

    path: Path
    operators: Mapping[str, int]
    """How often subgraph 0 has each operator, the most frequent first."""
    layers: tuple[DepthwiseLayer, ...]
    inputs: tuple[ModelInput, ...]
    content: bytes = field(repr=False)

    @property
    def runnable(self) -> tuple[DepthwiseLayer, ...]:
        """The layers that can run."""
        return tuple(layer for layer in self.layers if layer.runs)


def layer_quantisation(layer: DepthwiseLayer, rounding: str = "double") -> Quantisation:
    """The integers of a layer's requantisation, derived from its scales as TFLite does.

    Args:
        layer: one that runs.
        rounding: "double" or "single".

    Raises:
        SpecError: for another rounding.
        ValueError: for a layer that does not run.
    """
    spec, parameters = layer.facts()
    return Quantisation.from_scales(
        parameters.ifmap_scale,
        parameters.weight_scales,
        parameters.ofmap_scale,
        channels=spec.ofmap_channels,
        bias=parameters.bias,
        ifmap_zero_point=parameters.ifmap_zero_point,
        ofmap_zero_point=parameters.ofmap_zero_point,
        activation=parameters.activation,
        ifmap_width=8 * parameters.dtype.itemsize,
        rounding=rounding,
    )
