"""The rules by which a layer fits an engine."""

from __future__ import annotations

from dwsim.derive.engine_numbers import EngineNumbers
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.errors import Rules, is_integer
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.epilogue import Epilogue
from dwsim.spec.layer_maxima import layer_maxima
from dwsim.spec.layer_raster import Raster
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation

_QUANTITIES = {
    "kernel_h": "the layer's kernel_h",
    "kernel_w": "the layer's kernel_w",
    "max_row_pitch": "the layer's row_pitch",
    "max_plane_rows": "the layer's number of raster rows",
    "max_dilation_h": "the layer's dilation_h",
    "max_dilation_w": "the layer's dilation_w",
    "max_channel_groups": "the layer's number of channel groups",
    "max_channel_multiplier": "the layer's channel_multiplier",
    "max_interleave": "the stream's interleave",
    "max_batch": "the layer's batch",
    "max_lead": "the layer's lead in slots",
}
"""The quantity of a layer that each maximum of an engine bounds, for messages."""


def values_rules(
    layer: LayerSpec,
    engine: EngineSpec,
    quantisation: Quantisation | None,
    epilogue: Epilogue | None,
) -> Rules:
    """The rules of a layer on an engine, with the violations of its quantisation or epilogue."""
    rules = Rules(" ".join(f"layer {layer.name} on engine {engine.name}".split()))
    if quantisation is not None:
        _check_quantisation(rules, layer, engine, quantisation)
    if epilogue is not None:
        _check_epilogue(rules, layer, engine, epilogue)
    return rules


def check_fit(
    layer: LayerSpec,
    numbers: EngineNumbers,
    raster: Raster,
    quantisation: Quantisation | None,
    epilogue: Epilogue | None,
) -> None:
    """Checks that an engine can run a layer.

    Raises:
        SpecError: with every maximum that the layer exceeds, and by how much.
    """
    engine = numbers.spec
    rules = values_rules(layer, engine, quantisation, epilogue)
    if layer.is_empty:
        rules.fail("ofmap", layer.ofmap_shape, "is empty: an engine has nothing to compute")
    _check_interleave(rules, layer, engine, raster)
    _check_maxima(rules, layer, numbers, raster)
    rules.raise_if_any()


def check_serial_fit(
    layer: LayerSpec,
    numbers: SerialNumbers,
    raster: Raster,
    quantisation: Quantisation | None,
    epilogue: Epilogue | None,
) -> None:
    """Checks that a tap-serial engine can run a layer, but for the reach of its ring.

    Raises:
        SpecError: with every maximum that the layer exceeds, and by how much.
    """
    engine = numbers.spec
    rules = values_rules(layer, engine, quantisation, epilogue)
    rules.require(
        raster.interleave == 1,
        "interleave",
        raster.interleave,
        "must be 1 on a tap-serial engine: its streams are plane-major",
    )
    if layer.is_empty:
        rules.fail("ofmap", layer.ofmap_shape, "is empty: an engine has nothing to compute")
    else:
        for maximum, needed in layer_maxima(layer, engine.lanes, 1, "tap_serial").items():
            limit: int = getattr(engine, maximum)
            if needed > limit:
                _exceeds(rules, maximum, limit, _QUANTITIES[maximum], needed)
    rules.raise_if_any()


def _check_interleave(rules: Rules, layer: LayerSpec, engine: EngineSpec, raster: Raster) -> None:
    groups = layer.channel_groups(engine.lanes)
    if rules.integer("interleave", raster.interleave, 1):
        rules.require(
            groups % raster.interleave == 0,
            "interleave",
            raster.interleave,
            f"must divide the layer's {groups} channel groups",
        )


def _check_maxima(rules: Rules, layer: LayerSpec, numbers: EngineNumbers, raster: Raster) -> None:
    engine = numbers.spec
    # A bad interleave has been noted; the other maxima are checked without one.
    interleave = raster.interleave if is_integer(raster.interleave, 1) else 1
    quantities = dict(_QUANTITIES)
    if interleave > 1:
        quantities["max_row_pitch"] += f", {raster.row_pitch}, times interleave"
    for maximum, needed in layer_maxima(layer, engine.lanes, interleave).items():
        limit: int = getattr(engine, maximum)
        # An engine permits at least the lead that its marker delay line covers. Only explicit
        # padding larger than the kernel leads; the lag of a layer that keeps the other maxima is
        # within the engine's reach.
        longest = max(limit, numbers.counters.max_lag) if maximum == "max_lead" else limit
        if needed > longest:
            _exceeds(rules, maximum, longest, quantities[maximum], needed)


def _exceeds(rules: Rules, maximum: str, limit: int, quantity: str, needed: int) -> None:
    """Notes that a layer exceeds a maximum."""
    rules.require(
        False, maximum, limit, f"{quantity} is {needed}, which exceeds it by {needed - limit}"
    )


def _check_epilogue(rules: Rules, layer: LayerSpec, engine: EngineSpec, e: Epilogue) -> None:
    """Notes every rule that a layer's epilogue breaks on an engine."""
    arithmetic = engine.arithmetic
    if arithmetic is None or engine.epilogue is None:
        rule = "needs an engine in floating point with epilogue = 'bias_clamp'"
        rules.require(False, "epilogue", e, rule)
        return
    for name in ("number_format", "accumulate"):
        own = getattr(arithmetic, name)
        rule = f"of the epilogue must be the engine's, {own!r}"
        rules.require(getattr(e, name) == own, name, getattr(e, name), rule)
    rules.require(
        e.channels == layer.ofmap_channels,
        "bias",
        e.channels,
        f"must have one entry for each of {layer.ofmap_channels} ofmap channels",
    )
    for name in e.subnormal_limits if arithmetic.flushes else ():
        rules.require(
            False,
            name,
            f"{getattr(e, name):#x}",
            "must not be subnormal on an engine with subnormals = 'flush': it has no such ofmap",
        )


def _check_quantisation(
    rules: Rules, layer: LayerSpec, engine: EngineSpec, q: Quantisation
) -> None:
    """Notes every rule that a layer's quantisation breaks on an engine."""
    if not rules.require(
        engine.requantise != "none",
        "quantisation",
        q,
        f"needs an engine that requantises, not requantise = {engine.requantise!r}",
    ):
        return
    rules.require(
        q.ifmap_width == engine.ifmap_width,
        "ifmap_width",
        q.ifmap_width,
        f"of the quantisation must be the engine's, {engine.ifmap_width}",
    )
    rules.require(
        q.ifmap_width == 16 or q.rounding in engine.roundings,
        "rounding",
        q.rounding,
        f"of the quantisation must be one that the engine has: {', '.join(engine.roundings)}",
    )
    rules.require(
        len(q.multiplier) == layer.ofmap_channels,
        "multiplier",
        len(q.multiplier),
        f"must have one entry for each of {layer.ofmap_channels} ofmap channels",
    )
