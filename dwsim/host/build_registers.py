"""The registers whose fields are constants of the build: identity and capabilities."""

from __future__ import annotations

import re

from dwsim.derive import EngineNumbers
from dwsim.host.register_types import Field, Register
from dwsim.spec.engine_spec import REQUANTISE
from dwsim.version import __version__

MAGIC = 0x4457534D
"""Value of the first register: "DWSM" in ASCII."""
INTERFACE = 2
"""Number of this register map; a change that drivers must follow increases it."""


def build_registers(numbers: EngineNumbers) -> tuple[Register, ...]:
    """The constant registers of an engine, by offset."""
    return (*_identity(), *_array(numbers), *_maxima(numbers), *_pipeline(numbers))


def _constants(name: str, offset: int, *rows: tuple[str, int, int, int, str]) -> Register:
    """A register of constants; a row has name, lowest bit, bits, value and meaning of a field."""
    fields = (
        Field(field, lsb, width, meaning, reset=int(value), kind="constant")
        for field, lsb, width, value, meaning in rows
    )
    return Register(name, offset, "ro", tuple(fields))


def _identity() -> tuple[Register, ...]:
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
            ("interface", 24, 8, INTERFACE, "number of this register map"),
        ),
    )


def _array(numbers: EngineNumbers) -> tuple[Register, ...]:
    spec, ofmap_width = numbers.spec, numbers.formats.ofmap_width
    mode = REQUANTISE.index(spec.requantise)
    modes = ", ".join(f"{code}: {name}" for code, name in enumerate(REQUANTISE))
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
            ("requantise", 24, 2, mode, modes),
        ),
    )


def _maxima(numbers: EngineNumbers) -> tuple[Register, ...]:
    spec = numbers.spec
    multiplier, interleave = spec.max_channel_multiplier, spec.max_interleave
    lag = numbers.counters.max_lag
    return (
        _constants(
            "max_raster",
            0x010,
            ("row_pitch", 0, 16, spec.max_row_pitch, "largest row_pitch times interleave"),
            ("plane_rows", 16, 16, spec.max_plane_rows, "largest plane_rows"),
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
        _constants(
            "max_lag",
            0x01C,
            ("value", 0, 32, lag, "longest lag or lead, in slots"),
        ),
        _constants(
            "max_interleave",
            0x024,
            ("value", 0, 16, interleave, "largest number of groups in a plane"),
        ),
    )


def _pipeline(numbers: EngineNumbers) -> tuple[Register, ...]:
    spec, timing = numbers.spec, numbers.timing
    return (
        _constants(
            "pipeline",
            0x020,
            ("latency", 0, 16, timing.latency, "cycles of a stream beyond its slots"),
            ("fifo_depth", 16, 16, timing.fifo_depth, "beats of the output FIFO"),
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
