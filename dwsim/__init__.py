"""dwsim: depthwise convolution engines, as golden model, cycle model and Verilog."""

from dwsim.errors import SpecError
from dwsim.operator import depthwise_conv2d
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec

__all__ = ["EngineSpec", "LayerSpec", "SpecError", "depthwise_conv2d"]
