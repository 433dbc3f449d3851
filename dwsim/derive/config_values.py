"""Values of the ``cfg_*`` ports: the host computes them, so that the hardware only counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dwsim.derive.config_fields import ConfigField
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.epilogue import Epilogue
from dwsim.spec.layer_raster import Raster
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation

Config = dict[str, int | list[int]]
"""Values by port; a list for a port of several elements."""


def tap_starts(
    kernel: int, surplus: int, dilation: int, pad: int, size: int, span: int
) -> list[int]:
    """Ifmap coordinate under each of the engine's taps on one axis, at ofmap coordinate 0.

    A layer's kernel sits at the end of the engine's, against the newest tap. A tap that never
    sees the ifmap, such as a surplus tap of the engine, starts behind the last pixel: coordinates
    only grow, so this tap stays masked, and the counter stays within one raster on each side.

    Args:
        kernel: taps of the layer's kernel on this axis.
        surplus: taps of the engine's kernel beyond those.
        dilation: pixels between two taps.
        pad: pixels of padding before the ifmap.
        size: pixels of the ifmap.
        span: pixels of the raster.
    """
    starts = [tap * dilation - pad for tap in range(kernel)]
    return [size] * surplus + [start if -span < start < size else size for start in starts]


def geometry_config(layer: LayerSpec, raster: Raster, engine: EngineSpec) -> Config:
    """The ports that follow from a layer and its raster, without the counts of planes and sets."""
    return {
        "load": 1,
        "ifmap_w": layer.ifmap_w,
        "ifmap_h": layer.ifmap_h,
        "ofmap_w": layer.ofmap_w,
        "ofmap_h": layer.ofmap_h,
        "interleave": raster.interleave,
        "row_pitch": raster.row_pitch,
        "plane_rows": raster.plane_rows,
        "stride_w": layer.stride_w if layer.ofmap_w > 1 else 1,
        "stride_h": layer.stride_h if layer.ofmap_h > 1 else 1,
        "row_delay": raster.row_delay,
        "col_delay": raster.col_delay,
        "lag": abs(raster.lag),
        "lead": int(raster.lag < 0),
        "tap_row": tap_starts(
            layer.kernel_h,
            engine.kernel_h - layer.kernel_h,
            layer.dilation_h,
            layer.pad_top,
            layer.ifmap_h,
            raster.plane_rows,
        ),
        "tap_col": tap_starts(
            layer.kernel_w,
            engine.kernel_w - layer.kernel_w,
            layer.dilation_w,
            layer.pad_left,
            layer.ifmap_w,
            raster.row_pitch,
        ),
        "channel_multiplier": layer.channel_multiplier,
    }


def scale_config(q: Quantisation, engine: EngineSpec) -> Config:
    """The ports that only an engine with a requantiser has, for its layer's quantisation."""
    floats = {"float_rounding": int(q.rounding == "float")} if "float" in engine.roundings else {}
    return {
        "ifmap_zero_point": q.ifmap_zero_point,
        "ofmap_zero_point": q.ofmap_zero_point,
        "act_min": q.act_min,
        "act_max": q.act_max,
        "single_rounding": int(q.rounding == "single"),
        **floats,
    }


def epilogue_config(epilogue: Epilogue) -> Config:
    """The ports that only an engine with an epilogue has: the limits, as words."""
    return {"act_min": epilogue.act_min, "act_max": epilogue.act_max}


def element_words(field: ConfigField, value: int | list[int]) -> list[int]:
    """The elements of a port as unsigned integers of its width: the sign bits above it go."""
    elements = value if isinstance(value, list) else [value]
    return [element & ((1 << field.width) - 1) for element in elements]


def register_words(field: ConfigField, value: int | list[int]) -> list[int]:
    """The elements of a port as 32-bit words; those of a signed port are sign-extended."""
    sign = 1 << (field.width - 1) if field.signed else 0
    return [((word ^ sign) - sign) & 0xFFFFFFFF for word in element_words(field, value)]


def port_words(
    fields: Sequence[ConfigField], config: Mapping[str, int | list[int]]
) -> dict[str, int]:
    """The unsigned integers that drive the ports, element 0 in the lowest bits."""
    words = {}
    for field in fields:
        if field.name not in config:
            continue
        elements = element_words(field, config[field.name])
        words[field.name] = sum(
            element << (index * field.width) for index, element in enumerate(elements)
        )
    return words
