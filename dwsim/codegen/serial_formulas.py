"""The formulas of the ``cfg_*`` ports of a tap-serial engine, as its README prints them."""

from __future__ import annotations

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.serial_shape import FULL_RATE_STRIDE

DERIVED = (
    ("ofmap_h", "(ifmap_h + pad_top + pad_bottom - (kernel_h - 1)*dilation_h - 1) // stride_h + 1"),
    ("ofmap_w", "(ifmap_w + pad_left + pad_right - (kernel_w - 1)*dilation_w - 1) // stride_w + 1"),
    ("channel_groups", "ceil(channels / LANES)"),
    ("reach_w", "(ofmap_w - 1)*stride_w + (kernel_w - 1)*dilation_w - pad_left + 1"),
    ("P", "max(ofmap_w, ceil(min(ifmap_w, reach_w) / stride_w))"),
    ("places", "P*(ofmap_h - 1) + ofmap_w"),
)
"""Names that the formulas of the ports and the choice of the walk use."""

PORTS = (
    ("ifmap_w", "ifmap_w"),
    ("ifmap_h", "ifmap_h"),
    ("kernel_w", "kernel_w"),
    ("kernel_h", "kernel_h"),
    ("stride_w", "stride_w"),
    ("stride_h", "stride_h"),
    ("dilation_w", "dilation_w if kernel_w > 1 else 1"),
    ("dilation_h", "dilation_h if kernel_h > 1 else 1"),
    ("pitch", "P*stride_w"),
    ("start_x", "-pad_left"),
    ("start_y", "-pad_top"),
    ("wrap_x", "P*stride_w - pad_left"),
    ("end_x", "ofmap_w*stride_w - pad_left"),
    ("end_y", "ofmap_h*stride_h - pad_top"),
    ("cells", "cells"),
    ("cell_stride", "stride_w if cells > 1 else 1"),
    ("step_x", "(cells % P)*stride_w"),
    ("step_y", "(cells // P)*stride_h"),
    ("tap_segments", "tap_segments"),
    ("span", "(cells - 1)*stride_w + (1 if tap_segments else kernel_w)"),
    ("start_address", "-pad_top*ifmap_w"),
    ("step_address", "(cells // P)*stride_h*ifmap_w"),
    ("row_address", "stride_h*ifmap_w"),
    ("tap_address", "(dilation_h if kernel_h > 1 else 1)*ifmap_w"),
    ("plane_beats", "ceil(ifmap_h*ifmap_w / IFMAP_PIXELS)"),
    ("groups", "ceil(places / cells)"),
    ("last_cell", "(places - 1) % cells"),
    ("chunks", "ceil(LANES*cells / REQUANTISERS)"),
    (
        "final_chunks",
        "ceil(LANES*((places - 1) % cells + 1) / REQUANTISERS) + (REQUANTISERS > LANES)",
    ),
    ("beat_pad", "-ofmap_h*ofmap_w*M % OFMAP_PIXELS"),
    ("channel_multiplier", "M"),
    ("planes", "batch*channel_groups"),
    ("image_planes", "channel_groups"),
    ("weight_sets", "channel_groups*M"),
    ("tail_channels", "channels - (channel_groups - 1)*LANES"),
    ("ifmap_zero_point", "ifmap_zero_point"),
    ("ofmap_zero_point", "ofmap_zero_point"),
    ("act_min", "act_min"),
    ("act_max", "act_max"),
    ("single_rounding", '1 if rounding == "single" else 0'),
    ("float_rounding", '1 if rounding == "float" else 0'),
)
"""The formula of each port, by its name without ``cfg_``."""

WALK = f'''\
def reads(x, row, r, span):
    """Cycles that read a segment: kernel row r, from ifmap column x under ofmap row `row` on."""
    count = 0
    while True:
        y = row * stride_h - pad_top + r * dilation_h
        first, end = max(x, 0), min(x + span, ifmap_w)
        if 0 <= y < ifmap_h and first < end:
            count += ceil((end - first + (y * ifmap_w + first) % IFMAP_PIXELS) / RING_PIXELS)
        else:
            count += 1
        x, row = x - P * stride_w, row + 1
        if x + span <= 0 or row >= ofmap_h:
            return count


def walk_cycles(cells, tap_segments):
    """Cycles of the array for a plane and a weight set; 0: the engine has no such walk."""
    columns = 1 if tap_segments else kernel_w
    span = (cells - 1) * stride_w + columns
    last = (P + cells - 2) * stride_w - pad_left + (kernel_w - 1) * dilation_w
    below = min(max(last, 0) // (P * stride_w), ofmap_h - 1)
    rows = min((kernel_h - 1) * dilation_h + below * stride_h + 1, ifmap_h)
    if (
        (not tap_segments and kernel_w > 1 and dilation_w > 1)
        or (cells > 1 and stride_w > {FULL_RATE_STRIDE})
        or span > SEGMENT
        or ceil(rows * ifmap_w / IFMAP_PIXELS) + 1 > RING_BEATS
    ):
        return 0
    total = 0
    for group in range(ceil(places / cells)):
        row, column = divmod(group * cells, P)
        cycles = 0
        for r in range(kernel_h):
            for c in range(kernel_w if tap_segments else 1):
                x = column * stride_w - pad_left + c * dilation_w
                cycles += max(reads(x, row, r, span), columns)
        total += max(cycles, ceil(LANES * cells / REQUANTISERS))
    return total


walks = [(cells, taps) for cells in range(min(PIXELS, places), 0, -1) for taps in (0, 1)]
times = {{walk: walk_cycles(*walk) for walk in walks}}
cells, tap_segments = min((walk for walk in walks if times[walk]), key=times.get)
'''
"""The choice of ``cells`` and ``tap_segments``, a program in Python."""


def constants(numbers: SerialNumbers) -> dict[str, int]:
    """The constants of an engine that the formulas use, by their names."""
    formats, shape = numbers.formats, numbers.shape
    return {
        "LANES": numbers.spec.lanes,
        "PIXELS": formats.pixels,
        "IFMAP_PIXELS": formats.ifmap_pixels,
        "OFMAP_PIXELS": formats.ofmap_pixels,
        "RING_PIXELS": shape.ring_pixels,
        "RING_BEATS": shape.ring_beats,
        "SEGMENT": shape.segment,
        "REQUANTISERS": shape.requantisers,
    }
