"""The backends of ``depthwise_conv2d`` for floats: the cycle model and the generated Verilog."""

from __future__ import annotations

import numpy as np

from dwsim.derive import AnyPlan, plan_of
from dwsim.errors import Rules
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.epilogue import Epilogue
from dwsim.spec.layer_spec import LayerSpec
from dwsim.stream.epilogue_values import epilogue_of
from dwsim.stream.float_tensors import float_values, float_words
from dwsim.verification.integer_backends import (
    SMALL_LANES,
    model_ofmap,
    require_small_kernel,
    rtl_ofmap,
)


def run_floats(
    backend: str,
    ifmap: np.ndarray,
    weight: np.ndarray,
    layer: LayerSpec,
    engine: EngineSpec | None,
) -> np.ndarray:
    """Computes the layer on an engine in floating point, in the engine's order of sums.

    Args:
        backend: ``"model"``, or ``"rtl"``: the Verilog in Verilator, in lock step with the model.
        ifmap: float32, float16 or bfloat16, NHWC.
        weight: the same dtype, (kernel_h, kernel_w, channels, channel_multiplier).
        layer: their shape; not empty.
        engine: of the same format; None: a small one with float32 sums.

    Returns:
        NHWC, of the ifmap's dtype.

    Raises:
        SpecError: for an engine of another format, or that cannot run the layer.
        ToolError: without a simulator.
        MismatchError: if RTL, model and golden disagree.
    """
    plan = _plan(ifmap.dtype.name, layer, engine)
    words = float_words(ifmap), float_words(weight)
    ofmap = model_ofmap(plan, *words) if backend == "model" else rtl_ofmap(plan, *words)
    return float_values(ofmap, ifmap.dtype.name)


def _plan(number_format: str, layer: LayerSpec, engine: EngineSpec | None) -> AnyPlan:
    if engine is not None:
        rules = Rules(f"data for engine {engine.name}")
        rules.require(
            engine.number_format == number_format,
            "engine.number_format",
            engine.number_format,
            f"must be {number_format!r}, the dtype of input and filter",
        )
        rules.raise_if_any()
        return plan_of(layer, engine, epilogue=_no_epilogue(layer, engine))
    rules = Rules("engine for this layer")
    require_small_kernel(rules, layer)
    rules.raise_if_any()
    lanes = min(SMALL_LANES, layer.channels)
    return plan_of(layer, EngineSpec.smallest([layer], lanes, number_format=number_format))


def _no_epilogue(layer: LayerSpec, engine: EngineSpec) -> Epilogue | None:
    """An epilogue that changes no value, for an engine that needs one."""
    if engine.arithmetic is None or engine.epilogue is None:
        return None
    return epilogue_of(engine.arithmetic, layer.ofmap_channels)
