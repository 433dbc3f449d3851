"""The one description of the AXI4-Lite registers: RTL, C header, Markdown and driver follow it.

Offsets are the same in every build, so that one driver serves all engines; what differs from
build to build (widths, the number of taps, the requantiser) is in the capability registers,
whose every field is a constant of the build.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from dwsim.derive import ConfigField, EngineNumbers, Plan
from dwsim.spec.engine_spec import REQUANTISE
from dwsim.version import __version__

MAGIC = 0x4457534D
"""What the first register reads: "DWSM" in ASCII."""
INTERFACE = 2
"""Number of this register map; it changes when a driver would have to."""
ADDRESS_WIDTH = 12
"""Bits of a byte address: the registers take 4 KiB."""
WORD = 4
"""Bytes of a register."""

ACCESS = {
    "ro": "read only",
    "rw": "read and write",
    "w1": "writing 1 acts, reads as 0",
    "w1c": "writing 1 clears flags",
}
"""What can be done with a register."""

KINDS = ("constant", "status", "value", "action", "flag")
"""Of a field: what the build fixes, what the hardware tells, what the host stores, a pulse,
and a flag that the hardware sets and the host clears."""


@dataclass(frozen=True)
class Field:
    """Bits ``[lsb +: width]`` of a register; ``kind`` is one of ``KINDS``."""

    name: str
    lsb: int
    width: int
    meaning: str
    reset: int = 0
    signed: bool = False
    kind: str = "value"

    @property
    def mask(self) -> int:
        """The field's bits in the register."""
        return ((1 << self.width) - 1) << self.lsb

    def extract(self, word: int) -> int:
        """The field's value in a register's word."""
        value = (word & self.mask) >> self.lsb
        if self.signed and value >> (self.width - 1):
            value -= 1 << self.width
        return value


@dataclass(frozen=True)
class Register:
    """One 32-bit register. ``locked``: it cannot be written while a start is pending.

    ``config`` names the ``cfg_*`` port that the register drives, ``element`` which of its
    elements; such a register holds one number, sign-extended when it is signed.
    """

    name: str
    offset: int
    access: str
    fields: tuple[Field, ...]
    locked: bool = False
    config: str = ""
    element: int = 0

    def field(self, name: str) -> Field:
        """A field by its name."""
        return next(field for field in self.fields if field.name == name)

    @property
    def reset_word(self) -> int:
        """What the register reads after a reset, status fields as 0."""
        return sum(field.reset << field.lsb for field in self.fields)

    @property
    def is_constant(self) -> bool:
        """Every field is fixed by the build."""
        return all(field.kind == "constant" for field in self.fields)

    def signal(self, field: Field) -> str:
        """The Verilog name of a field."""
        return self.name if field.name == "value" else f"{self.name}_{field.name}"


_SCALARS = """
ifmap_w ifmap_h ofmap_w ofmap_h interleave row_pitch plane_rows stride_w stride_h row_delay
col_delay lag lead planes image_planes channel_multiplier weight_sets tail_channels
ifmap_zero_point ofmap_zero_point act_min act_max single_rounding
"""
_CONFIG_OFFSETS = {name: 0x100 + WORD * i for i, name in enumerate(_SCALARS.split())}
_CONFIG_OFFSETS |= {"tap_row": 0x180, "tap_col": 0x1C0}


class RegisterMap:
    """The registers of one build, by offset."""

    def __init__(self, registers: tuple[Register, ...]) -> None:
        self.registers = registers

    @cached_property
    def by_name(self) -> dict[str, Register]:
        """Registers by their names."""
        return {register.name: register for register in self.registers}

    def __getitem__(self, name: str) -> Register:
        return self.by_name[name]

    @property
    def constants(self) -> tuple[Register, ...]:
        """Registers that say what the build is."""
        return tuple(register for register in self.registers if register.is_constant)

    @property
    def geometry(self) -> tuple[Register, ...]:
        """Registers that drive the ``cfg_*`` ports."""
        return tuple(register for register in self.registers if register.config)

    def config_writes(self, plan: Plan) -> list[tuple[int, int]]:
        """The offset and the unsigned word of every register that a layer needs."""
        writes = []
        for register in self.geometry:
            value = plan.config[register.config]
            number = value[register.element] if isinstance(value, list) else value
            writes.append((register.offset, number & 0xFFFFFFFF))
        return writes


def register_map(numbers: EngineNumbers) -> RegisterMap:
    """The registers of an engine."""
    registers = (*_identity(), *_capabilities(numbers), *_control(), *_counters())
    geometry = [
        register
        for field in numbers.config_fields
        if field.name != "load"
        for register in _config_registers(field)
    ]
    ordered = sorted((*registers, *geometry), key=lambda register: register.offset)
    return RegisterMap(tuple(ordered))


def _constant(name: str, lsb: int, width: int, value: int, meaning: str) -> Field:
    return Field(name, lsb, width, meaning, reset=int(value), kind="constant")


def _identity() -> tuple[Register, ...]:
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", __version__)
    major, minor, patch = (int(part) for part in found.groups()) if found else (0, 0, 0)
    return (
        Register(
            "magic", 0x000, "ro", (_constant("value", 0, 32, MAGIC, '"DWSM": a dwsim engine'),)
        ),
        Register(
            "version",
            0x004,
            "ro",
            (
                _constant("patch", 0, 8, patch, "version of the generator, last part"),
                _constant("minor", 8, 8, minor, "... middle part"),
                _constant("major", 16, 8, major, "... first part"),
                _constant("interface", 24, 8, INTERFACE, "number of this register map"),
            ),
        ),
    )


def _capabilities(n: EngineNumbers) -> tuple[Register, ...]:
    spec = n.spec
    mode = REQUANTISE.index(spec.requantise)
    modes = ", ".join(f"{code}: {name}" for code, name in enumerate(REQUANTISE))
    rows = (
        ("array", 0x008, "lanes", 0, 16, spec.lanes, "lanes of a beat"),
        ("array", 0x008, "kernel_h", 16, 8, spec.kernel_h, "rows of taps"),
        ("array", 0x008, "kernel_w", 24, 8, spec.kernel_w, "columns of taps"),
        ("formats", 0x00C, "ifmap_width", 0, 6, spec.ifmap_width, "bits of an ifmap value"),
        ("formats", 0x00C, "ifmap_signed", 7, 1, spec.ifmap_signed, "ifmap values are signed"),
        ("formats", 0x00C, "weight_width", 8, 6, spec.weight_width, "bits of a weight"),
        ("formats", 0x00C, "weight_signed", 15, 1, spec.weight_signed, "weights are signed"),
        ("formats", 0x00C, "ofmap_width", 16, 6, n.formats.ofmap_width, "bits of an ofmap value"),
        ("formats", 0x00C, "requantise", 24, 2, mode, modes),
        ("max_raster", 0x010, "row_pitch", 0, 16, spec.max_row_pitch, "most slots of a raster row"),
        ("max_raster", 0x010, "plane_rows", 16, 16, spec.max_plane_rows, "largest plane_rows"),
        ("max_window", 0x014, "dilation_h", 0, 8, spec.max_dilation_h, "largest, of rows"),
        ("max_window", 0x014, "dilation_w", 8, 8, spec.max_dilation_w, "largest, of columns"),
        ("max_window", 0x014, "multiplier", 16, 8, spec.max_channel_multiplier, "largest"),
        ("max_stream", 0x018, "channel_groups", 0, 16, spec.max_channel_groups, "most groups"),
        ("max_stream", 0x018, "batch", 16, 16, spec.max_batch, "most images, of that many groups"),
        ("max_lag", 0x01C, "value", 0, 32, n.counters.max_lag, "longest lag or lead, in slots"),
        (
            "pipeline",
            0x020,
            "latency",
            0,
            16,
            n.timing.latency,
            "cycles of a stream beyond its slots",
        ),
        ("pipeline", 0x020, "fifo_depth", 16, 16, n.timing.fifo_depth, "beats of the output FIFO"),
        ("max_interleave", 0x024, "value", 0, 16, spec.max_interleave, "most groups of a plane"),
        ("passes", 0x028, "count", 0, 8, spec.passes, "cycles of the array for an ofmap beat"),
        ("passes", 0x028, "taps_per_cycle", 8, 8, spec.lane_multipliers, "taps in one of them"),
    )
    return tuple(
        Register(*where, "ro", tuple(_constant(*row[2:]) for row in rows if row[:2] == where))
        for where in dict.fromkeys(row[:2] for row in rows)
    )


def _config_registers(field: ConfigField) -> list[Register]:
    """The registers of one ``cfg_*`` port, one for each of its elements."""
    is_tap = field.name.startswith("tap_")
    offset = _CONFIG_OFFSETS[field.name]
    return [
        Register(
            f"{field.name}_{element}" if is_tap else field.name,
            offset + WORD * element,
            "rw",
            (Field("value", 0, field.width, field.meaning, signed=field.signed),),
            locked=True,
            config=field.name,
            element=element,
        )
        for element in range(field.count)
    ]


def _fields(kind: str, *named: tuple[str, int, str]) -> tuple[Field, ...]:
    return tuple(Field(name, lsb, 1, meaning, kind=kind) for name, lsb, meaning in named)


def _control() -> tuple[Register, ...]:
    actions = _fields(
        "action",
        ("start", 0, "start a stream with the geometry registers as they are"),
        ("load", 1, "with start: take the next parameter tensor; 0: keep the last one"),
    )
    status = _fields(
        "status",
        ("idle", 0, "nothing is running or pending, and all ifmap beats are in"),
        ("running", 1, "from the cfg handshake to the last ofmap transfer"),
        ("pending", 2, "a start is checked, or waits: geometry must not be written"),
        ("checking", 3, "the pending start's geometry is being checked"),
    )
    enable = _fields(
        "value", ("done", 0, "when a stream is finished"), ("error", 1, "while an error is up")
    )
    reset = _fields("action", ("core", 0, "reset the core, drop running and pending streams"))
    done = _fields("flag", ("done", 0, "a stream was finished"))
    error = _fields("status", ("error", 1, "a bit of errors is up: clear it there"))
    return (
        Register("control", 0x040, "w1", actions, locked=True),
        Register("soft_reset", 0x044, "w1", reset),
        Register("status", 0x048, "ro", status),
        Register("errors", 0x04C, "w1c", _error_fields()),
        Register("interrupt_enable", 0x050, "rw", enable),
        Register("interrupt_status", 0x054, "w1c", (*done, *error)),
    )


def _error_fields() -> tuple[Field, ...]:
    until = "; until the core is reset"
    core = _fields(
        "status",
        ("ifmap_short", 0, f"an ifmap stream was too short: padding stood in{until}"),
        ("ifmap_long", 1, f"an ifmap stream was too long: beats were dropped{until}"),
        ("param_length", 2, f"a parameter tensor had a wrong length{until}"),
    )
    flags = _fields(
        "flag",
        ("bad_geometry", 8, "a start was refused: its geometry breaks rule geometry_rule"),
        ("start_while_pending", 9, "a start was refused: the one before it was pending"),
        ("write_while_pending", 10, "a geometry write was refused: a start was pending"),
        ("bad_value", 11, "a geometry write was refused: value too large, or partial write"),
    )
    meaning = "first rule that the start checked last breaks; 0: none"
    return (*core, *flags, Field("geometry_rule", 16, 8, meaning, kind="status"))


def _counters() -> tuple[Register, ...]:
    def counter(name: str, offset: int, meaning: str) -> Register:
        return Register(name, offset, "ro", (Field("value", 0, 32, meaning, kind="status"),))

    return (
        counter("cycles", 0x060, "cycles of the running stream so far, cfg handshake included"),
        counter("starved", 0x064, "... of them lost to the source"),
        counter("backpressured", 0x068, "... of them lost to the sink"),
        counter("last_cycles", 0x070, "cycles of the stream finished last, both ends included"),
        counter("last_starved", 0x074, "... of them lost to the source"),
        counter("last_backpressured", 0x078, "... of them lost to the sink"),
        counter("streams_finished", 0x07C, "streams finished since the reset; wraps"),
    )
