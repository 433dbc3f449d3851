"""The depthwise layers of a ``.tflite`` file: their shapes, weights and scales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from dwsim.errors import Violation
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation
from dwsim.spec.real_scales import quantise_multiplier
from dwsim.workloads.float_parameters import FloatParameters


@dataclass(frozen=True, eq=False)
class Parameters:
    """A layer's weights and scales.

    Real value = scale * (integer - zero point). Scales are float32 in the file; here they are
    the same numbers as Python floats. Weights have zero point 0.
    """

    dtype: np.dtype
    """The dtype of ifmap and ofmap: int8 or int16."""
    ifmap_scale: float
    ifmap_zero_point: int
    weight: np.ndarray
    """``(kernel_h, kernel_w, channels, channel_multiplier)``: int8, or int16 if some of a uint8
    file's weights less their zero point have 9 bits."""
    weight_scales: np.ndarray
    """float32: one for each ofmap channel, or a single one for the tensor."""
    bias: np.ndarray | None
    """int32 (int64 with int16 activations), one for each ofmap channel."""
    ofmap_scale: float
    ofmap_zero_point: int
    activation: str
    """Fused: none, relu, relu6 or relu_n1_to_1."""
    unsigned: bool = False
    """True if the file has uint8 tensors: activations and their zero points are 128 less here.
    TFLite then rounds the product of the ifmap's and the weights' scale to float32."""

    @property
    def per_channel(self) -> bool:
        """True if each ofmap channel has a weight scale of its own."""
        return self.weight_scales.size > 1

    @property
    def effective_scales(self) -> np.ndarray:
        """float64, one for each ofmap channel: accumulator to ofmap.

        ``ifmap_scale * weight_scale / ofmap_scale`` in double precision and in this order
        (``PopulateConvolutionQuantizationParams``, tensorflow/lite/kernels/kernel_util.cc). For
        uint8 the product is rounded to float32 (``GetQuantizedConvolutionMultipler``, there).
        """
        channels = self.weight.shape[2] * self.weight.shape[3]
        scales = np.broadcast_to(self.weight_scales, channels).astype(np.float64)
        products = self.ifmap_scale * scales
        if self.unsigned:
            products = products.astype(np.float32).astype(np.float64)
        return np.asarray(products / self.ofmap_scale)


@dataclass(frozen=True, eq=False)
class DepthwiseLayer:
    """One depthwise convolution of a file.

    It is a DEPTHWISE_CONV_2D, or a CONV_2D with one group for each channel.

    ``reasons`` is not empty if the layer cannot run. ``parameters`` is None then, and ``spec`` is
    None if the shapes are among the reasons.
    """

    name: str
    """dw1, dw2, ... in the order of the file."""
    subgraph: int
    operator: int
    """Index in its subgraph."""
    operator_name: str
    tensor_name: str
    """The file's name of the ofmap."""
    ifmap_tensor: int
    """Index of the ifmap (before folded operators) in the file and the interpreter; -1: none."""
    ofmap_tensor: int
    """Index of the ofmap (after folded operators)."""
    type: str = ""
    """Type of the ifmap's elements in the file, such as ``int8`` or ``float32``."""
    pad_operator: int | None = None
    """Index of the PAD that is folded into the padding."""
    dilation_operators: tuple[int, int] | None = None
    """Indices of the SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND that are folded into the dilation."""
    dequantise_operators: tuple[int, ...] = ()
    """Indices of the DEQUANTIZE of its float16 weight and bias."""
    spec: LayerSpec | None = None
    parameters: Parameters | FloatParameters | None = field(default=None, repr=False)
    reasons: tuple[Violation, ...] = ()

    @property
    def runs(self) -> bool:
        """True if nothing in the file prevents the layer from running."""
        return not self.reasons

    @property
    def folded_operators(self) -> int:
        """Number of operators beside its own that are part of the layer."""
        around = (self.pad_operator is not None) + 2 * (self.dilation_operators is not None)
        return around + len(self.dequantise_operators)

    def facts(self) -> tuple[LayerSpec, Parameters | FloatParameters]:
        """Spec and parameters of a layer that runs.

        Raises:
            ValueError: for a layer that does not run.
        """
        if self.spec is None or self.parameters is None:
            raise ValueError(f"{self.name} does not run: {'; '.join(map(str, self.reasons))}")
        return self.spec, self.parameters

    @property
    def floats(self) -> FloatParameters | None:
        """The parameters of a layer in floating point; None for any other."""
        return self.parameters if isinstance(self.parameters, FloatParameters) else None

    def integers(self) -> tuple[LayerSpec, Parameters]:
        """Spec and parameters of a quantised layer that runs.

        Raises:
            ValueError: for a layer that does not run, or that is in floating point.
        """
        spec, parameters = self.facts()
        if isinstance(parameters, FloatParameters):
            raise ValueError(f"{self.name} is in floating point: it has no scales")
        return spec, parameters


@dataclass(frozen=True)
class ModelInput:
    """One input of the network. ``scale`` is None if its integers stand for themselves."""

    tensor: int
    name: str
    type: str
    shape: tuple[int, ...]
    scale: float | None = None
    zero_point: int = 0
    signature: tuple[int, ...] = ()
    """The sizes with -1 for those that the file leaves unknown; empty if it knows all."""


@dataclass(frozen=True, eq=False)
class Model:
    """A ``.tflite`` file: its depthwise layers, and a count of all its operators."""

    path: Path
    operators: Mapping[str, int]
    """Number of occurrences of each operator in the file, the most frequent first."""
    layers: tuple[DepthwiseLayer, ...]
    inputs: tuple[ModelInput, ...]
    content: bytes | memoryview = field(repr=False)
    tensor_bytes: int = 0
    """The memory that the tensors of the main graph claim, constants left out."""
    resized: bool = False
    """True if ``shape`` of an input is not the file's own."""

    @property
    def file(self) -> bytes | memoryview | Path:
        """The file for another process: a mapped file by its path, any other by its bytes."""
        return self.path if isinstance(self.content, memoryview) else self.content

    @property
    def runnable(self) -> tuple[DepthwiseLayer, ...]:
        """The layers that nothing in the file prevents from running."""
        return tuple(layer for layer in self.layers if layer.runs)


def layer_quantisation(layer: DepthwiseLayer, rounding: str = "double") -> Quantisation:
    """The integers of a layer's requantisation, derived from its scales as TFLite derives them.

    Args:
        layer: one that runs.
        rounding: "double", "single" or "float".

    Raises:
        SpecError: for another rounding.
        ValueError: for a layer that does not run, or that is in floating point.
    """
    spec, parameters = layer.integers()
    quantisation = Quantisation.from_scales(
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
    if not parameters.unsigned or rounding == "float":
        return quantisation
    pairs = [quantise_multiplier(float(real), rounding) for real in parameters.effective_scales]
    return replace(
        quantisation,
        multiplier=tuple(multiplier for multiplier, _ in pairs),
        shift=tuple(shift for _, shift in pairs),
    )
