"""The rules of ``dw_serial_rules`` for the geometry of a tap-serial engine, and its numbers.

A geometry that passes is that of a layer which the engine can run, on any walk that fits: every
register that follows from others has the right value.
"""

from __future__ import annotations

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.serial_shape import FULL_RATE_STRIDE
from dwsim.spec.number_range import bits

SERIAL_RULES = (
    ("refused_write", "bad_value and write_while_pending are 0: no geometry write was refused"),
    ("ifmap_w", "1 to max_row_pitch"),
    ("ifmap_h", "1 to max_plane_rows"),
    ("kernel_w", "1 to array.kernel_w"),
    ("kernel_h", "1 to array.kernel_h"),
    ("stride_w", "1 to max_row_pitch"),
    ("stride_h", "1 to max_plane_rows"),
    ("dilation_w", "1 to max_dilation_w, and 1 if kernel_w is 1"),
    ("dilation_h", "1 to max_dilation_h, and 1 if kernel_h is 1"),
    ("start_x", "at most 0"),
    ("start_y", "at most 0"),
    ("pitch", "a multiple of stride_w, 1 to max_row_pitch"),
    ("end_x", "end_x - start_x is a multiple of stride_w, 1 to pitch"),
    ("end_y", "end_y - start_y is a multiple of stride_h, 1 to max_plane_rows"),
    ("columns", "ifmap_w is at most end_x + (kernel_w - 1) * dilation_w: no further ofmap column"),
    ("rows", "ifmap_h is at most end_y + (kernel_h - 1) * dilation_h: no further ofmap row"),
    (
        "places",
        "pitch is the least that is at least end_x - start_x and covers the last used column",
    ),
    ("wrap_x", "pitch + start_x"),
    ("cells", "1 to pixels.cells, and 1 if stride_w is above 2"),
    ("cell_stride", "stride_w, and 1 if cells is 1"),
    ("tap_segments", "1 if dilation_w is above 1"),
    ("span", "(cells - 1) * stride_w + kernel_w (1 with tap_segments), up to cell_array.segment"),
    ("step_x", "(cells modulo P) * stride_w, where P is pitch / stride_w"),
    ("step_y", "floor(cells / P) * stride_h"),
    ("start_address", "start_y * ifmap_w, its lowest bits"),
    ("step_address", "step_y * ifmap_w, its lowest bits"),
    ("row_address", "stride_h * ifmap_w, its lowest bits"),
    ("tap_address", "dilation_h * ifmap_w, its lowest bits"),
    ("plane_beats", "ifmap_h * ifmap_w / pixels.ifmap_beat, rounded up"),
    ("last_cell", "(places - 1) modulo cells, where places is P * (ofmap_h - 1) + ofmap_w"),
    ("groups", "places / cells, rounded up"),
    ("chunks", "lanes * cells / requantisers, rounded up"),
    ("channel_multiplier", "1 to max_window.multiplier"),
    ("beat_pad", "the least that completes ofmap_h * ofmap_w * channel_multiplier to whole beats"),
    ("image_planes", "1 to max_stream.channel_groups"),
    ("weight_sets", "image_planes * channel_multiplier"),
    ("kept_weights", "without load: at most the weight sets of the last parameter tensor"),
    ("planes", "image_planes times 1 to max_stream.batch"),
    ("tail_channels", "1 to array.lanes"),
    ("activation", "act_min is at most act_max"),
    ("single_rounding", "a rounding that this build has"),
    ("ring", "the ring holds the rows that a group needs"),
    (
        "final_chunks",
        "lanes * (last_cell + 1) / requantisers, rounded up, and 1 more if requantisers is above"
        " lanes",
    ),
)
"""Names and meanings, in the order of the checks."""

_STEPS = 61
"""Steps of ``dw_serial_rules``; each takes two cycles, without its arithmetic."""
_REMAINDERS = 8
"""Steps with a remainder."""


def serial_check_width(numbers: SerialNumbers) -> int:
    """Bits of the numbers in the check: every product, sum and sign fits."""
    spec, counters, formats = numbers.spec, numbers.counters, numbers.formats
    beat, requantisers = formats.ifmap_pixels, numbers.shape.requantisers
    reach = spec.max_plane_rows * (formats.pixels + 2) + spec.kernel_h * spec.max_dilation_h
    products = (
        (counters.max_groups + 1) * spec.max_channel_multiplier + 2 * formats.ofmap_pixels,
        counters.max_groups + beat << 1,
        beat << counters.plane_beats_width,
        reach + spec.max_row_pitch,
        (2 << counters.chunks_width) * requantisers + spec.lanes * formats.pixels,
        2 * counters.weight_sets,
    )
    widths = (bits(max(products)), *(field.width for field in numbers.config_fields))
    return 3 + max(widths)


def serial_check_limits(numbers: SerialNumbers) -> dict[str, int]:
    """The limits of ``dw_serial_rules``, by the names of its parameters."""
    spec, formats, shape = numbers.spec, numbers.formats, numbers.shape
    return {
        "LANES": spec.lanes,
        "KERNEL_H": spec.kernel_h,
        "KERNEL_W": spec.kernel_w,
        "MAX_ROW_PITCH": spec.max_row_pitch,
        "MAX_PLANE_ROWS": spec.max_plane_rows,
        "MAX_DILATION_H": spec.max_dilation_h,
        "MAX_DILATION_W": spec.max_dilation_w,
        "CELLS": formats.pixels,
        "FULL_RATE_STRIDE": FULL_RATE_STRIDE,
        "SEGMENT": shape.segment,
        "REQUANTISERS": shape.requantisers,
        "OFMAP_PIXELS": formats.ofmap_pixels,
        "MAX_REACH": (shape.ring_beats - 1) * formats.ifmap_pixels,
        "MAX_CHANNEL_MULTIPLIER": spec.max_channel_multiplier,
        "MAX_CHANNEL_GROUPS": spec.max_channel_groups,
        "MAX_BATCH": spec.max_batch,
    }


def serial_check_cycles(numbers: SerialNumbers) -> int:
    """The most cycles from the write of a start to the cfg handshake of an idle engine.

    The sum of the steps, each with the longest second factor that it can have.
    """
    spec, cells = numbers.spec, numbers.formats.pixels
    rows, sets = spec.max_plane_rows, spec.max_channel_multiplier
    taps_w, taps_h = spec.kernel_w - 1, spec.kernel_h - 1
    pads = rows + taps_h * spec.max_dilation_h
    chunks = (1 << numbers.counters.chunks_width) - 1
    factors = (
        *(taps_w, taps_h, taps_w, cells - 1, cells, cells),
        *(pads, rows * cells, rows, spec.max_dilation_h, rows, rows - 1),
        *(chunks, cells, rows, sets, sets, cells - 1, taps_w, rows - 1, taps_h, rows),
        *(cells, chunks),
    )
    products = sum(factor.bit_length() + 1 for factor in factors)
    return 2 * _STEPS + products + _REMAINDERS * serial_check_width(numbers) + 2
