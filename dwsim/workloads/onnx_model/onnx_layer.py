"""The depthwise layers of an ``.onnx`` file: their shapes, weights and scales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dwsim.errors import Violation
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation
from dwsim.workloads.float_parameters import FloatParameters

if TYPE_CHECKING:
    import onnx


@dataclass(frozen=True, eq=False)
class OnnxScales:
    """The numbers that turn a layer's sums into its ofmap; real = scale * (integer - zero point).

    Scales are float32 in the file; here they are the same numbers as Python floats.
    """

    ifmap_scale: float
    weight_scales: np.ndarray
    """float32: one for each ofmap channel, or a single one for the tensor."""
    bias: np.ndarray | None
    """int32, one for each ofmap channel; its scale is that of the sums."""
    real_bias: np.ndarray | None
    """float32: the bias of a file that has it in floating point; ``bias`` is rounded from it."""
    ofmap_dtype: np.dtype
    """int8 or uint8."""
    ofmap_scale: float
    ofmap_zero_point: int
    act_min: int
    """The smallest value of the ofmap: the type's, or that of a folded Relu or Clip."""
    act_max: int

    @property
    def bias_remainder(self) -> np.ndarray:
        """float64: the bias of the file less ``bias``, in the scale of the sums; may be one 0."""
        if self.real_bias is None or self.bias is None:
            return np.zeros(1)
        sums_scale = np.float32(self.ifmap_scale) * self.weight_scales
        return np.asarray(self.real_bias.astype(np.float64) / sums_scale - self.bias)


@dataclass(frozen=True, eq=False)
class OnnxParameters:
    """A layer's weights, zero points and scales."""

    ifmap_dtype: np.dtype
    """int8 or uint8, as in the file."""
    ifmap_zero_point: int
    weight: np.ndarray
    """int16, ``(kernel_h, kernel_w, channels, channel_multiplier)``, less its zero points."""
    weight_dtype: np.dtype
    """int8 or uint8; 4-bit weights have the type with 8 bits."""
    weight_zero_points: np.ndarray
    """int16: one for each ofmap channel, or a single one for the tensor."""
    activation: str
    """none, relu or clip."""
    scales: OnnxScales | None
    """None for a ConvInteger, whose ofmap is the sums."""

    @property
    def per_channel(self) -> bool:
        """True if each ofmap channel has a weight scale of its own."""
        return self.scales is not None and self.scales.weight_scales.size > 1


@dataclass(frozen=True, eq=False)
class OnnxLayer:
    """One depthwise convolution of a file: a Conv, a QLinearConv or a ConvInteger.

    ``reasons`` is not empty if the layer cannot run. ``parameters`` is None then, and ``spec`` is
    None if the shapes are among the reasons.
    """

    name: str
    """dw1, dw2, ... in the order of the file."""
    subgraph: int
    """0 for the main graph; graphs inside of If, Loop and Scan are counted from 1."""
    operator: int
    """Index in its graph."""
    operator_name: str
    tensor_name: str
    """The file's name of the ofmap, after folded operators."""
    ifmap_name: str = ""
    """The file's name of the ifmap, before folded operators."""
    type: str = ""
    """Type of the ifmap's elements in the file, such as ``uint8`` or ``float``."""
    rank: int = 4
    """Sizes of the ifmap in the file: 3 for a convolution over one axis, read as one row."""
    folded: tuple[str, ...] = ()
    """Operators of the file that are part of the layer, beside its own."""
    spec: LayerSpec | None = None
    parameters: OnnxParameters | FloatParameters | None = field(default=None, repr=False)
    reasons: tuple[Violation, ...] = ()

    @property
    def runs(self) -> bool:
        """True if nothing in the file prevents the layer from running."""
        return not self.reasons

    @property
    def folded_operators(self) -> int:
        """Number of operators beside its own that are part of the layer."""
        return len(self.folded)

    @property
    def floats(self) -> FloatParameters | None:
        """The parameters of a layer in floating point; None for any other."""
        return self.parameters if isinstance(self.parameters, FloatParameters) else None

    def integers(self) -> tuple[LayerSpec, OnnxParameters]:
        """Spec and parameters of a layer of integers that runs.

        Raises:
            ValueError: for a layer that does not run, or that is in floating point.
        """
        spec, parameters = self.facts()
        if isinstance(parameters, FloatParameters):
            raise ValueError(f"{self.name} is in floating point: it has no zero points")
        return spec, parameters

    def facts(self) -> tuple[LayerSpec, OnnxParameters | FloatParameters]:
        """Spec and parameters of a layer that runs.

        Raises:
            ValueError: for a layer that does not run.
        """
        if self.spec is None or self.parameters is None:
            raise ValueError(f"{self.name} does not run: {'; '.join(map(str, self.reasons))}")
        return self.spec, self.parameters


@dataclass(frozen=True)
class OnnxInput:
    """One input of the network; ``shape`` has -1 for sizes that are not known.

    A float input that is quantised at once has the scale of the result.
    """

    name: str
    type: str
    shape: tuple[int, ...]
    scale: float | None = None
    zero_point: int = 0


@dataclass(frozen=True, eq=False)
class OnnxModel:
    """An ``.onnx`` file: its depthwise layers, and a count of all its operators."""

    path: Path
    operators: Mapping[str, int]
    """Number of occurrences of each operator in all graphs, the most frequent first."""
    layers: tuple[OnnxLayer, ...]
    inputs: tuple[OnnxInput, ...]
    proto: onnx.ModelProto = field(repr=False)
    """The file, with the functions of the model in line and its unknown sizes filled in."""
    tensor_bytes: int = 0
    """The memory that the tensors of known shape in the main graph claim."""

    @property
    def runnable(self) -> tuple[OnnxLayer, ...]:
        """The layers that nothing in the file prevents from running."""
        return tuple(layer for layer in self.layers if layer.runs)


def onnx_quantisation(layer: OnnxLayer) -> Quantisation | None:
    """The integers of a layer's requantisation; None for a ConvInteger.

    Float rounding is that of ONNX Runtime: it scales the sum in float32 by
    ``ifmap scale * weight scale / ofmap scale``. Zero points of uint8 are 128 less here, and so
    are the values of ifmap and ofmap.

    Raises:
        SpecError: for scales beyond float32.
        ValueError: for a layer that does not run, or that is in floating point.
    """
    spec, parameters = layer.integers()
    scales = parameters.scales
    if scales is None:
        return None
    less = offset(scales.ofmap_dtype)
    quantisation = Quantisation.from_scales(
        scales.ifmap_scale,
        scales.weight_scales,
        scales.ofmap_scale,
        channels=spec.ofmap_channels,
        bias=scales.bias,
        ifmap_zero_point=parameters.ifmap_zero_point - offset(parameters.ifmap_dtype),
        ofmap_zero_point=scales.ofmap_zero_point - less,
        rounding="float",
    )
    return replace(quantisation, act_min=scales.act_min - less, act_max=scales.act_max - less)


def offset(dtype: np.dtype) -> int:
    """The difference of a file's integers and those of an engine, which are signed."""
    return 128 if dtype == np.uint8 else 0
