"""The rules by which a layer fits an engine."""

from __future__ import annotations

from dwsim.derive.engine_numbers import EngineNumbers
from dwsim.errors import Rules
from dwsim.spec.layer_raster import Raster
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation


def check_fit(
    layer: LayerSpec, numbers: EngineNumbers, raster: Raster, quantisation: Quantisation | None
) -> None:
    """Raises ``SpecError`` with every maximum that the layer exceeds, and by how much."""
    engine, interleave = numbers.spec, raster.interleave
    groups = layer.channel_groups(engine.lanes)
    rules = Rules(f"layer {layer.name} on engine {engine.name}".replace("  ", " "))
    _check_quantisation(rules, layer, numbers, quantisation)
    if not rules.require(
        not layer.is_empty,
        "ofmap",
        layer.ofmap_shape,
        "is empty: there is nothing for an engine to compute",
    ):
        rules.raise_if_any()

    def at_most(maximum: str, needed: int, limit: int, what: str) -> None:
        rules.require(
            needed <= limit,
            maximum,
            limit,
            f"{what} {needed}, which exceeds it by {needed - limit}",
        )

    at_most("kernel_h", layer.kernel_h, engine.kernel_h, "the layer's kernel_h is")
    at_most("kernel_w", layer.kernel_w, engine.kernel_w, "the layer's kernel_w is")
    if rules.integer("interleave", interleave, 1):
        at_most(
            "max_interleave",
            interleave,
            engine.max_interleave,
            "the stream's interleave is",
        )
        rules.require(
            groups % interleave == 0,
            "interleave",
            interleave,
            f"must divide the layer's {groups} channel groups",
        )
        slots = raster.row_pitch * interleave
        what = "the layer's row_pitch is"
        if interleave > 1:
            what = f"the layer's row_pitch, {raster.row_pitch}, times interleave is"
        at_most("max_row_pitch", slots, engine.max_row_pitch, what)
    at_most(
        "max_plane_rows",
        raster.plane_rows,
        engine.max_plane_rows,
        "the layer's raster rows are",
    )
    if layer.kernel_h > 1:
        at_most(
            "max_dilation_h",
            layer.dilation_h,
            engine.max_dilation_h,
            "the layer's dilation_h is",
        )
    if layer.kernel_w > 1:
        at_most(
            "max_dilation_w",
            layer.dilation_w,
            engine.max_dilation_w,
            "the layer's dilation_w is",
        )
    at_most(
        "max_channel_groups",
        groups,
        engine.max_channel_groups,
        f"the layer's {layer.channels} channels make channel groups:",
    )
    at_most(
        "max_channel_multiplier",
        layer.channel_multiplier,
        engine.max_channel_multiplier,
        "the layer's channel_multiplier is",
    )
    at_most("max_batch", layer.batch, engine.max_batch, "the layer's batch is")
    # Only an explicit padding larger than the kernel leads; lags of layers that pass the
    # rules above are within the engine's reach.
    at_most(
        "max_lead",
        -raster.lag,
        max(engine.max_lead, numbers.counters.max_lag),
        "the layer's padding lets outputs lead by slots:",
    )
    rules.raise_if_any()


def _check_quantisation(
    rules: Rules, layer: LayerSpec, numbers: EngineNumbers, q: Quantisation | None
) -> None:
    engine = numbers.spec
    if q is None or not rules.require(
        numbers.formats.requantises,
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
        q.ifmap_width == 16 or engine.requantise in ("both", q.rounding),
        "rounding",
        q.rounding,
        f"of the quantisation must be the engine's, {engine.requantise}",
    )
    rules.require(
        len(q.multiplier) == layer.ofmap_channels,
        "multiplier",
        len(q.multiplier),
        f"must have one entry for each of {layer.ofmap_channels} ofmap channels",
    )
