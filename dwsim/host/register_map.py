"""The one description of the AXI4-Lite registers: RTL, C header, Markdown and driver follow it.

Offsets are the same in every build, so one driver serves all engines. Builds differ in widths, in
the number of taps and in the requantiser. The capability registers tell these; their fields are
constants of the build.
"""

from __future__ import annotations

from functools import cached_property

from dwsim.derive import ConfigField, Plan
from dwsim.derive.config_values import register_words
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.signals import Numbers
from dwsim.host.build_registers import build_registers
from dwsim.host.register_types import Field, Register

ADDRESS_WIDTH = 12
"""Bits of a byte address: the registers take 4 KiB."""
WORD = 4
"""Bytes of a register."""

_SCALARS = """
ifmap_w ifmap_h ofmap_w ofmap_h interleave row_pitch plane_rows stride_w stride_h row_delay
col_delay lag lead planes image_planes channel_multiplier weight_sets tail_channels
ifmap_zero_point ofmap_zero_point act_min act_max single_rounding float_rounding
"""
_CONFIG_OFFSETS = {name: 0x100 + WORD * i for i, name in enumerate(_SCALARS.split())}
_CONFIG_OFFSETS |= {"tap_row": 0x180, "tap_col": 0x1C0}
_SERIAL = """
kernel_w kernel_h dilation_w dilation_h pitch start_x start_y wrap_x end_x end_y cells cell_stride
step_x step_y tap_segments span start_address step_address row_address tap_address plane_beats
groups last_cell chunks beat_pad final_chunks
"""
_CONFIG_OFFSETS |= {name: 0x200 + WORD * i for i, name in enumerate(_SERIAL.split())}


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
        """Registers that describe the build."""
        return tuple(register for register in self.registers if register.is_constant)

    @property
    def geometry(self) -> tuple[Register, ...]:
        """Registers that drive the ``cfg_*`` ports."""
        return tuple(register for register in self.registers if register.config)

    def config_writes(self, plan: Plan) -> list[tuple[int, int]]:
        """The offset and the unsigned word of every register that a layer needs."""
        words = {
            field.name: register_words(field, plan.config[field.name])
            for field in plan.numbers.config_fields
            if field.name != "load"
        }
        return [(r.offset, words[r.config][r.element]) for r in self.geometry]


def register_map(numbers: Numbers) -> RegisterMap:
    """The registers of an engine."""
    registers = (*build_registers(numbers), *_control(), *_counters(numbers))
    geometry = [
        register
        for field in numbers.config_fields
        if field.name != "load"
        for register in _config_registers(field)
    ]
    ordered = sorted((*registers, *geometry), key=lambda register: register.offset)
    return RegisterMap(tuple(ordered))


def _config_registers(field: ConfigField) -> list[Register]:
    """The registers of one ``cfg_*`` port, one for each of its elements."""
    is_tap = field.name in ("tap_row", "tap_col")
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
        ("idle", 0, "no stream is running or pending, and the engine has taken all ifmap beats"),
        ("running", 1, "from the cfg handshake to the last ofmap transfer"),
        ("pending", 2, "a start is being checked or waits; the geometry must not be written"),
        ("checking", 3, "the geometry of the pending start is being checked"),
    )
    enable = _fields(
        "value",
        ("done", 0, "interrupt when a stream finishes"),
        ("error", 1, "interrupt while an error flag is 1"),
    )
    reset = _fields("action", ("core", 0, "reset the core; running and pending streams are lost"))
    done = _fields("flag", ("done", 0, "a stream has finished"))
    error = _fields("status", ("error", 1, "a flag of errors is 1; clear it there"))
    return (
        Register("control", 0x040, "w1", actions, locked=True),
        Register("soft_reset", 0x044, "w1", reset),
        Register("status", 0x048, "ro", status),
        Register("errors", 0x04C, "w1c", _error_fields()),
        Register("interrupt_enable", 0x050, "rw", enable),
        Register("interrupt_status", 0x054, "w1c", (*done, *error)),
    )


def _error_fields() -> tuple[Field, ...]:
    until = "; 1 until the core is reset"
    core = _fields(
        "status",
        ("ifmap_short", 0, f"an ifmap stream was too short: padding stood in{until}"),
        ("ifmap_long", 1, f"an ifmap stream was too long: beats were dropped{until}"),
        ("param_length", 2, f"a parameter tensor had a wrong length{until}"),
    )
    flags = _fields(
        "flag",
        ("bad_geometry", 8, "a start was refused: its geometry breaks the rule geometry_rule"),
        ("start_while_pending", 9, "a start was refused: the start before it was pending"),
        ("write_while_pending", 10, "a geometry write was refused: a start was pending"),
        (
            "bad_value",
            11,
            "a geometry write was refused: the value is too large, or not all bytes were written",
        ),
    )
    meaning = "first rule that the last checked start breaks; 0: none"
    return (*core, *flags, Field("geometry_rule", 16, 8, meaning, kind="status"))


def _counters(numbers: Numbers) -> tuple[Register, ...]:
    source = "pixels" if isinstance(numbers, SerialNumbers) else "the source"
    starved = f"cycles of these in which the engine waited for {source}"

    def counter(name: str, offset: int, meaning: str) -> Register:
        return Register(name, offset, "ro", (Field("value", 0, 32, meaning, kind="status"),))

    return (
        counter("cycles", 0x060, "cycles of the running stream so far, with the cfg handshake"),
        counter("starved", 0x064, starved),
        counter("backpressured", 0x068, "cycles of these in which the engine waited for the sink"),
        counter(
            "last_cycles",
            0x070,
            "cycles of the last finished stream, from cfg handshake to last ofmap transfer",
        ),
        counter("last_starved", 0x074, starved),
        counter(
            "last_backpressured", 0x078, "cycles of these in which the engine waited for the sink"
        ),
        counter(
            "streams_finished", 0x07C, "number of streams that finished since the reset; it wraps"
        ),
    )
