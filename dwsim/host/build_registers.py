"""The registers whose fields are constants of the build: identity and capabilities."""

from __future__ import annotations

import re

from dwsim.derive import EngineNumbers
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.signals import Numbers
from dwsim.host.register_types import Field, Register
from dwsim.spec.float_rules import NUMBER_FORMATS
from dwsim.version import __version__

MAGIC = 0x4457534D
"""Value of the first register: "DWSM" in ASCII."""
INTERFACES = {"tap_parallel": 2, "tap_serial": 3}
"""Number of the register map of each dataflow; a change that drivers must follow increases it."""


def interface(numbers: Numbers) -> int:
    """Number of an engine's register map."""
    return INTERFACES[numbers.spec.dataflow]


def build_registers(numbers: Numbers) -> tuple[Register, ...]:
    """The constant registers of an engine, by offset."""
    common = (*_identity(numbers), *_array(numbers), *_maxima(numbers), _pipeline(numbers))
    if isinstance(numbers, SerialNumbers):
        return (*common, *_serial_array(numbers))
    return (*common, *_parallel_array(numbers))


def _constants(name: str, offset: int, *rows: tuple[str, int, int, int, str]) -> Register:
    """A register of constants; a row has name, lowest bit, bits, value and meaning of a field."""
    fields = (
        Field(field, lsb, width, meaning, reset=int(value), kind="constant")
        for field, lsb, width, value, meaning in rows
    )
    return Register(name, offset, "ro", tuple(fields))


def _identity(numbers: Numbers) -> tuple[Register, ...]:
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", __version__)
    major, minor, patch = (int(part) for part in found.groups()) if found else (0, 0, 0)
    return (
        _constants("magic", 0x000, ("value", 0, 32, MAGIC, '"DWSM": a dwsim engine')),
        _constants(
            "version",
            0x004,
            ("patch", 0, 8, patch, "version of dwsim, third number"),
            ("minor", 8, 8, minor, "version of dwsim, second number"),
            ("major", 16, 8, major, "version of dwsim, first number"),
            ("interface", 24, 8, interface(numbers), "number of this register map"),
        ),
    )


def _array(numbers: Numbers) -> tuple[Register, ...]:
    spec, ofmap_width = numbers.spec, numbers.formats.ofmap_width
    mode = numbers.formats.rounding_code
    arithmetic = spec.arithmetic
    own = arithmetic is not None and arithmetic.accumulate == spec.number_format
    flush, epilogue = arithmetic is not None and arithmetic.flushes, spec.epilogue is not None
    code = NUMBER_FORMATS.index(spec.number_format)
    codes = ", ".join(f"{index}: {name}" for index, name in enumerate(NUMBER_FORMATS))
    modes = "0: none; else the roundings, added up: 1 double, 2 single, 4 float"
    return (
        _constants(
            "array",
            0x008,
            ("lanes", 0, 16, spec.lanes, "lanes of a beat"),
            ("kernel_h", 16, 8, spec.kernel_h, "rows of taps"),
            ("kernel_w", 24, 8, spec.kernel_w, "columns of taps"),
        ),
        _constants(
            "formats",
            0x00C,
            ("ifmap_width", 0, 6, spec.ifmap_width, "bits of an ifmap value"),
            ("ifmap_signed", 7, 1, spec.ifmap_signed, "ifmap values are signed"),
            ("weight_width", 8, 6, spec.weight_width, "bits of a weight"),
            ("weight_signed", 15, 1, spec.weight_signed, "weights are signed"),
            ("ofmap_width", 16, 6, ofmap_width, "bits of an ofmap value"),
            ("requantise", 24, 3, mode, modes),
            ("number_format", 27, 2, code, codes),
            ("own_sums", 29, 1, own, "sums in floats have the number format; 0: float32"),
            ("flush", 30, 1, flush, "subnormal numbers count as zero"),
            ("epilogue", 31, 1, epilogue, "a bias and a clamp follow the sums in floats"),
        ),
    )


def _maxima(numbers: Numbers) -> tuple[Register, ...]:
    spec = numbers.spec
    multiplier = spec.max_channel_multiplier
    pitch, rows = "largest row_pitch times interleave", "largest plane_rows"
    if isinstance(numbers, SerialNumbers):
        pitch = "largest pitch, and largest ifmap_w"
        rows = "largest ofmap_h * stride_h, and largest ifmap_h"
    return (
        _constants(
            "max_raster",
            0x010,
            ("row_pitch", 0, 16, spec.max_row_pitch, pitch),
            ("plane_rows", 16, 16, spec.max_plane_rows, rows),
        ),
        _constants(
            "max_window",
            0x014,
            ("dilation_h", 0, 8, spec.max_dilation_h, "largest dilation of rows"),
            ("dilation_w", 8, 8, spec.max_dilation_w, "largest dilation of columns"),
            ("multiplier", 16, 8, multiplier, "largest channel_multiplier"),
        ),
        _constants(
            "max_stream",
            0x018,
            ("channel_groups", 0, 16, spec.max_channel_groups, "largest number of channel groups"),
            ("batch", 16, 16, spec.max_batch, "largest number of images in a stream"),
        ),
    )


def _pipeline(numbers: Numbers) -> Register:
    timing, latency = numbers.timing, "cycles of a stream beyond its slots"
    if isinstance(numbers, SerialNumbers):
        latency = "cycles from the last tap of a group to its first ofmap beat"
    return _constants(
        "pipeline",
        0x020,
        ("latency", 0, 16, timing.latency, latency),
        ("fifo_depth", 16, 16, timing.fifo_depth, "beats of the output FIFO"),
    )


def _serial_array(numbers: SerialNumbers) -> tuple[Register, ...]:
    formats, shape = numbers.formats, numbers.shape
    return (
        _constants(
            "pixels",
            0x02C,
            ("cells", 0, 8, formats.pixels, "cells of a lane"),
            ("ifmap_beat", 8, 8, formats.ifmap_pixels, "pixels of an ifmap beat"),
            ("ofmap_beat", 16, 8, formats.ofmap_pixels, "pixels of an ofmap beat"),
            ("ring_read", 24, 8, shape.ring_pixels, "pixels of a read of the ring"),
        ),
        _constants(
            "cell_array",
            0x030,
            ("requantisers", 0, 16, shape.requantisers, "sums that leave the array in a cycle"),
            ("segment", 16, 16, shape.segment, "pixels of a segment"),
        ),
        _constants("ring_beats", 0x034, ("value", 0, 32, shape.ring_beats, "beats of the ring")),
    )


def _parallel_array(numbers: EngineNumbers) -> tuple[Register, ...]:
    spec, lag = numbers.spec, numbers.counters.max_lag
    return (
        _constants(
            "max_lag",
            0x01C,
            ("value", 0, 32, lag, "longest lag or lead, in slots"),
        ),
        _constants(
            "max_interleave",
            0x024,
            ("value", 0, 16, spec.max_interleave, "largest number of groups in a plane"),
        ),
        _constants(
            "passes",
            0x028,
            ("count", 0, 8, spec.passes, "passes: cycles of the array for one ofmap beat"),
            (
                "taps_per_cycle",
                8,
                8,
                spec.lane_multipliers,
                "taps of a lane in one pass",
            ),
        ),
    )
