"""dwsim: depthwise convolution engines, as golden model, cycle model and Verilog.

* ``LayerSpec``, ``EngineSpec``, ``Quantisation``: a layer, an engine, and a layer's
  requantisation; they check themselves.
* ``Plan``: a layer on an engine, with its exact cycles and the values of its ``cfg_*`` ports.
* ``depthwise_conv2d``: TensorFlow's call, computed by the golden model, the cycle model or RTL.
* ``simulate``, ``verify``, ``generate``, ``explore``: cycles, cosimulation, Verilog, and a search
  over many engines.
* ``SpecError``: bad input, with every violated rule.
"""

from dwsim.api import explore, generate, simulate, verify
from dwsim.derive import Plan
from dwsim.errors import SpecError
from dwsim.operator import depthwise_conv2d
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation

__all__ = [
    "EngineSpec",
    "LayerSpec",
    "Plan",
    "Quantisation",
    "SpecError",
    "depthwise_conv2d",
    "explore",
    "generate",
    "simulate",
    "verify",
]
