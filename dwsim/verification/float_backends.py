"""The backends of ``depthwise_conv2d`` for floats: the cycle model and the generated Verilog."""

from __future__ import annotations

import numpy as np

from dwsim.derive import AnyPlan, plan_of
from dwsim.errors import Rules
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.float_rules import BIAS_CLAMP
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
    after: tuple[np.ndarray | None, tuple[float, float] | None] = (None, None),
) -> np.ndarray:
    """Computes the layer on an engine in floating point, in the engine's order of sums.

    Args:
        backend: ``"model"``, or ``"rtl"``: the Verilog in Verilator, in lock step with the model.
        ifmap: float32, float16 or bfloat16, NHWC.
        weight: the same dtype, (kernel_h, kernel_w, channels, channel_multiplier).
        layer: their shape; not empty.
        engine: of the same format; None: a small one with float32 sums, and an epilogue if there
            is anything after the sums.
        after: the bias, of the ifmap's dtype, shape (ofmap_channels,), and the smallest and the
            largest result; None for neither.

    Returns:
        NHWC, of the ifmap's dtype.

    Raises:
        SpecError: for an engine of another format, without the epilogue that is needed, or that
            cannot run the layer; for limits that are subnormal where the engine flushes them.
        ToolError: without a simulator.
        MismatchError: if RTL, model and golden disagree.
    """
    plan = _plan(ifmap.dtype.name, layer, engine, after)
    words = float_words(ifmap), float_words(weight)
    ofmap = model_ofmap(plan, *words) if backend == "model" else rtl_ofmap(plan, *words)
    return float_values(ofmap, ifmap.dtype.name)


def _plan(
    number_format: str,
    layer: LayerSpec,
    engine: EngineSpec | None,
    after: tuple[np.ndarray | None, tuple[float, float] | None],
) -> AnyPlan:
    bias, limits = after
    needs_epilogue = bias is not None or limits is not None
    if engine is None:
        engine = _small_engine(number_format, layer, BIAS_CLAMP if needs_epilogue else None)
    rules = Rules(f"data for engine {engine.name}")
    rules.require(
        engine.number_format == number_format,
        "engine.number_format",
        engine.number_format,
        f"must be {number_format!r}, the dtype of input and filter",
    )
    rules.require(
        engine.epilogue is not None or not needs_epilogue,
        "engine.epilogue",
        engine.epilogue,
        f"must be {BIAS_CLAMP!r} for a bias or an activation",
    )
    rules.raise_if_any()
    epilogue = None
    if engine.epilogue is not None and engine.arithmetic is not None:
        activation = "none" if limits is None else limits
        epilogue = epilogue_of(engine.arithmetic, layer.ofmap_channels, bias, activation)
    return plan_of(layer, engine, epilogue=epilogue)


def _small_engine(number_format: str, layer: LayerSpec, epilogue: str | None) -> EngineSpec:
    rules = Rules("engine for this layer")
    require_small_kernel(rules, layer)
    rules.raise_if_any()
    lanes = min(SMALL_LANES, layer.channels)
    return EngineSpec.smallest([layer], lanes, number_format=number_format, epilogue=epilogue)
