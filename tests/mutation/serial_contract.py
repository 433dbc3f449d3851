"""The rules of ``dw_serial_rules`` that a proof of reachability takes, in Python and in Verilog.

Each rule is one text that both languages read as the same integers; only ``//`` is ``/`` in
Verilog. A geometry that an engine accepts keeps them all. Some that it refuses do so, too: the
rules of the ring, of the least pitch and of the count of groups are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dwsim import EngineSpec
from dwsim.derive import numbers_of
from dwsim.host.geometry_rules import check_limits, check_width

Values = Mapping[str, Any]
"""The registers of a geometry, as integers or as arrays of them."""


def register_widths(engine: EngineSpec) -> dict[str, tuple[int, bool]]:
    """Width of each register that a rule reads, and True if it is signed."""
    fields = numbers_of(engine).config_fields
    unread = ("load", "ifmap_zero_point", "ofmap_zero_point", "single_rounding")
    return {f.name: (f.width, f.signed) for f in fields if f.name not in unread}


def rules(engine: EngineSpec) -> list[str]:
    """The rules, as texts."""
    limits = check_limits(numbers_of(engine))
    most_w, most_h = limits["MAX_ROW_PITCH"], limits["MAX_PLANE_ROWS"]
    most_planes = limits["MAX_CHANNEL_GROUPS"]
    ranges = {
        "ifmap_w": most_w,
        "ifmap_h": most_h,
        "kernel_w": limits["KERNEL_W"],
        "kernel_h": limits["KERNEL_H"],
        "stride_w": most_w,
        "stride_h": most_h,
        "dilation_w": limits["MAX_DILATION_W"],
        "dilation_h": limits["MAX_DILATION_H"],
        "pitch": most_w,
        "cells": limits["CELLS"],
        "span": limits["SEGMENT"],
        "groups": most_w * most_h,
        "channel_multiplier": limits["MAX_CHANNEL_MULTIPLIER"],
        "image_planes": most_planes,
        "tail_channels": limits["LANES"],
    }
    found = [f"({name} >= 1) & ({name} <= {high})" for name, high in ranges.items()]
    found += [
        "(dilation_w == 1) | (kernel_w > 1)",
        "(dilation_h == 1) | (kernel_h > 1)",
        "(start_x <= 0) & (start_y <= 0)",
        "(end_x - start_x >= 1) & (end_x - start_x <= pitch)",
        f"(end_y - start_y >= 1) & (end_y - start_y <= {most_h})",
        "ifmap_w <= end_x + kernel_w * dilation_w - dilation_w",
        "ifmap_h <= end_y + kernel_h * dilation_h - dilation_h",
        "wrap_x == pitch + start_x",
        f"(cells == 1) | (stride_w <= {limits['FULL_RATE_STRIDE']})",
        "(cells == 1) | (cell_stride == stride_w)",
        "(cells != 1) | (cell_stride == 1)",
        "(tap_segments == 1) | (dilation_w == 1)",
        "(tap_segments == 1) | (span == cells * stride_w - stride_w + kernel_w)",
        "(tap_segments == 0) | (span == cells * stride_w - stride_w + 1)",
        "last_cell < cells",
        "weight_sets == image_planes * channel_multiplier",
        f"(planes >= image_planes) & (planes <= {limits['MAX_BATCH']} * image_planes)",
        f"beat_pad < {limits['OFMAP_PIXELS']}",
        *_multiples("pitch", "stride_w", most_w),
        *_multiples("(end_x - start_x)", "stride_w", most_w),
        *_multiples("(end_y - start_y)", "stride_h", most_h),
        *(f"(image_planes != {n}) | (planes % {n} == 0)" for n in range(2, most_planes + 1)),
        *_steps(limits["CELLS"]),
        *_chunks(limits),
        *_addresses(engine),
    ]
    if numbers_of(engine).formats.requantises:  # limits in floating point are words, not numbers
        found.append("act_min <= act_max")
    return found


def _multiples(value: str, factor: str, most: int) -> Iterator[str]:
    """A value of at most ``most`` is a multiple of another one."""
    for n in range(2, most + 1):
        multiples = " | ".join(f"({value} == {multiple})" for multiple in range(n, most + 1, n))
        yield f"({factor} != {n}) | {multiples}"


def _steps(cells: int) -> Iterator[str]:
    """A group ends ``rows`` raster rows below its first place, ``step_x`` columns to the right."""
    for rows in range(cells + 1):
        below = f"cells * stride_w - {rows} * pitch"
        elsewhere = f"({below} < 0) | ({below} >= pitch)"
        yield f"{elsewhere} | (step_x == {below})"
        yield f"{elsewhere} | (step_y == {rows} * stride_h)"


def _chunks(limits: Mapping[str, int]) -> Iterator[str]:
    """The cycles in which the sums of a group leave, for each count of cells in use."""
    lanes, together = limits["LANES"], limits["REQUANTISERS"]
    for cells in range(1, limits["CELLS"] + 1):
        chunks = -(-lanes * cells // together)
        yield f"(cells != {cells}) | (chunks == {chunks})"
        yield f"(last_cell != {cells - 1}) | (final_chunks == {chunks + (together > lanes)})"


def _addresses(engine: EngineSpec) -> Iterator[str]:
    """Pixels, and the beats of a plane."""
    numbers = numbers_of(engine)
    heights = {"start": "start_y", "step": "step_y", "row": "stride_h", "tap": "dilation_h"}
    for name, rows in heights.items():
        yield f"{name}_address == {rows} * ifmap_w"
    beat = numbers.formats.ifmap_pixels
    yield f"plane_beats == (ifmap_h * ifmap_w + {beat - 1}) // {beat}"


def keeps(geometry: Values, texts: list[str]) -> Any:
    """True where a geometry keeps the rules; the registers may be arrays."""
    kept: Any = True
    for text in texts:
        kept = kept & eval(text, {"__builtins__": {}}, dict(geometry))
    return kept


def contract_module(engine: EngineSpec, names: set[str]) -> str:
    """The rules that read only these registers, as a module with the output ``legal``.

    In the width of ``dw_serial_rules`` nothing overflows if the registers are in their ranges.
    """
    widths, most = register_widths(engine), check_width(numbers_of(engine))
    ports = ", ".join(f"input [{widths[name][0] - 1}:0] {name}" for name in sorted(names))
    lines = [f"module contract({ports}, output legal);"]
    for name in sorted(names):
        width, signed = widths[name]
        sign = f"{name}[{width - 1}]" if signed else "1'b0"
        number = f"{{{{{most - width}{{{sign}}}}}, {name}}}"
        lines.append(f"  wire signed [{most - 1}:0] n_{name} = {number};")
    absent = "|".join(rf"\b{name}\b" for name in widths if name not in names)
    texts = [text for text in rules(engine) if not absent or not re.search(absent, text)]
    legal = "\n      && ".join(f"({_in_verilog(text, most)})" for text in texts)
    return "\n".join([*lines, f"  assign legal = {legal};", "endmodule", ""])


def _in_verilog(text: str, width: int) -> str:
    named = re.sub(r"[a-z]\w+", r"n_\g<0>", text)
    return re.sub(r"\b\d+", rf"{width}'sd\g<0>", named).replace("//", "/")
