"""The integer backends of ``depthwise_conv2d``: the cycle model and the generated Verilog."""

from __future__ import annotations

import numpy as np

from dwsim.derive import AnyPlan, TiledPlan, plan_of, range_bits
from dwsim.errors import Rules
from dwsim.spec.engine_spec import MAX_DATA_WIDTH, MAX_KERNEL, EngineSpec
from dwsim.spec.layer_spec import LayerSpec

SMALL_LANES = 4
"""Lanes of the engine that dwsim chooses; a layer with fewer channels gets fewer lanes."""


def _format(rules: Rules, field: str, values: np.ndarray) -> tuple[int, bool]:
    """The narrowest number format that holds the values: width in bits, and true if signed."""
    low, high = int(values.min()), int(values.max())
    width = max(2, range_bits(low, high))
    rules.require(
        width <= MAX_DATA_WIDTH,
        field,
        (low, high),
        f"the smallest and the largest value need {width} bits, but an engine has at most"
        f' {MAX_DATA_WIDTH}: quantise them, or use backend="golden"',
    )
    return width, low < 0


def require_small_kernel(rules: Rules, layer: LayerSpec) -> None:
    """Notes each axis on which the layer's kernel is larger than every engine's."""
    for axis in ("h", "w"):
        kernel = getattr(layer, f"kernel_{axis}")
        rules.require(
            kernel <= MAX_KERNEL,
            f"kernel_{axis}",
            kernel,
            f'an engine has at most {MAX_KERNEL} taps an axis; backend="golden" has no limit',
        )


def small_engine(ifmap: np.ndarray, weight: np.ndarray, layer: LayerSpec) -> EngineSpec:
    """A small engine that fits the layer and its data.

    Args:
        ifmap: integers, NHWC.
        weight: integers, (kernel_h, kernel_w, channels, channel_multiplier).
        layer: their shape; not empty.

    Raises:
        SpecError: if no engine can run it, because its kernel or its numbers are too large.
    """
    rules = Rules("engine for this layer")
    require_small_kernel(rules, layer)
    ifmap_width, ifmap_signed = _format(rules, "input", ifmap)
    weight_width, weight_signed = _format(rules, "filter", weight)
    rules.raise_if_any()
    return EngineSpec.smallest(
        [layer],
        lanes=min(SMALL_LANES, layer.channels),
        ifmap_width=ifmap_width,
        ifmap_signed=ifmap_signed,
        weight_width=weight_width,
        weight_signed=weight_signed,
    )


def _prepare(
    ifmap: np.ndarray, weight: np.ndarray, layer: LayerSpec, engine: EngineSpec | None
) -> AnyPlan:
    """The plan, after a check that the data fit the engine's number formats."""
    if engine is None:
        engine = small_engine(ifmap, weight, layer)
    rules = Rules(f"data for engine {engine.name}")
    if engine.number_format != "integer":
        rule = f"must be 'integer': input and filter have the dtype {ifmap.dtype}"
        rules.fail("engine.number_format", engine.number_format, rule)
    for field, values, width, signed in (
        ("input", ifmap, engine.ifmap_width, engine.ifmap_signed),
        ("filter", weight, engine.weight_width, engine.weight_signed),
    ):
        low, high = int(values.min()), int(values.max())
        need = range_bits(low, high)
        fits = need <= width if (low < 0) == signed else low >= 0 and need + signed <= width
        kind = "signed" if signed else "unsigned"
        rules.require(fits, field, (low, high), f"must fit the engine's {width} {kind} bits")
    rules.require(
        engine.requantise == "none",
        "engine.requantise",
        engine.requantise,
        "must be 'none', because depthwise_conv2d returns exact sums; a quantised layer runs with"
        " dwsim.rtlsim.cosim.run_jobs or dwsim.model.layer_run.run_layer, given its Quantisation",
    )
    rules.raise_if_any()
    return plan_of(layer, engine)


def model_ofmap(plan: AnyPlan, ifmap: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The ofmap of the cycle model; int64, NHWC."""
    from dwsim.model.layer_run import run_layer
    from dwsim.verification.tiled_simulation import step_tiles

    if isinstance(plan, TiledPlan):
        return np.asarray(step_tiles(plan, (ifmap, weight), "none", seed=1).ofmap)
    return run_layer(plan, ifmap, weight).ofmap


def rtl_ofmap(plan: AnyPlan, ifmap: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The ofmap of the generated Verilog in Verilator, in lock step with the model; int64, NHWC.

    Raises:
        ToolError: without a simulator.
        MismatchError: if RTL, model and golden disagree.
    """
    from dwsim.rtlsim.job import Job
    from dwsim.rtlsim.tiled_jobs import run_layers

    job = Job(plan.layer, ifmap, weight, epilogue=plan.epilogue)
    return run_layers(plan.engine, [job])[0].ofmap


def run_on_model(
    ifmap: np.ndarray, weight: np.ndarray, layer: LayerSpec, engine: EngineSpec | None
) -> np.ndarray:
    """Computes the layer on the cycle model; int64, NHWC."""
    return model_ofmap(_prepare(ifmap, weight, layer, engine), ifmap, weight)


def run_on_rtl(
    ifmap: np.ndarray, weight: np.ndarray, layer: LayerSpec, engine: EngineSpec | None
) -> np.ndarray:
    """Computes the layer on the generated Verilog; as ``rtl_ofmap``."""
    return rtl_ofmap(_prepare(ifmap, weight, layer, engine), ifmap, weight)
