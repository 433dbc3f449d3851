"""Stream formats: how the lanes of a beat lie on the wires, packed or in whole bytes."""

from __future__ import annotations

from dataclasses import dataclass

from dwsim.derive import EngineNumbers
from dwsim.derive.serial_numbers import SerialNumbers

LANE_BYTES = (1, 2, 4, 8)
"""Sizes of a lane in a byte stream: those of the integers of C."""


def lane_bytes(width: int) -> int:
    """Bytes of a lane of ``width`` bits in a byte stream: the smallest integer of C that fits."""
    return next(size for size in LANE_BYTES if 8 * size >= width)


@dataclass(frozen=True)
class StreamFormat:
    """One stream: ``values`` numbers of ``width`` bits, each in ``lane_bits`` bits of ``tdata``.

    A beat has a value for each lane of each of its pixels, the first pixel first. Value v is in
    bits ``[v*lane_bits +: width]``. ``keep_bits`` are the bits of ``tkeep`` that belong to one
    value.
    """

    values: int
    width: int
    signed: bool
    lane_bits: int
    keep_bits: int

    @property
    def beat_bits(self) -> int:
        """Bits of ``tdata``."""
        return self.values * self.lane_bits

    @property
    def tkeep_bits(self) -> int:
        """Bits of ``tkeep``."""
        return self.values * self.keep_bits

    @property
    def padding(self) -> int:
        """Bits of a lane above its value."""
        return self.lane_bits - self.width

    @property
    def c_type(self) -> str:
        """The integer of C that a lane of a byte stream is."""
        return f"{'' if self.signed else 'u'}int{self.lane_bits}_t"


@dataclass(frozen=True)
class Loop:
    """A loop of a template over the values of those streams that have equally many."""

    label: str
    values: int
    streams: tuple[str, ...]


@dataclass(frozen=True)
class Streams:
    """The three streams of a top module. ``in_bytes``: they are byte streams."""

    param: StreamFormat
    ifmap: StreamFormat
    ofmap: StreamFormat
    in_bytes: bool

    @property
    def lanes(self) -> int:
        """Lanes of the engine: a parameter beat has a value for each."""
        return self.param.values

    @property
    def loops(self) -> tuple[Loop, ...]:
        """A loop for each count of values, that of the lanes first."""
        counts = {name: getattr(self, name).values for name in ("param", "ifmap", "ofmap")}
        return tuple(
            Loop(
                "g_lane" if values == self.lanes else f"g_value_{values}",
                values,
                tuple(name for name, count in counts.items() if count == values),
            )
            for values in dict.fromkeys(counts.values())
        )


def streams(numbers: EngineNumbers | SerialNumbers, in_bytes: bool = False) -> Streams:
    """The formats of an engine's streams.

    Args:
        numbers: of the engine.
        in_bytes: every lane takes 1, 2, 4 or 8 whole bytes, and ``tkeep`` has a bit for each byte;
            otherwise lanes are packed, and ``tkeep`` has a bit for each lane.
    """
    spec, formats = numbers.spec, numbers.formats

    def one(values: int, width: int, signed: bool) -> StreamFormat:
        size = lane_bytes(width)
        lane_bits, keep_bits = (8 * size, size) if in_bytes else (width, 1)
        return StreamFormat(values, width, signed, lane_bits, keep_bits)

    return Streams(
        param=one(spec.lanes, spec.weight_width, formats.weight_signed),
        ifmap=one(formats.ifmap_beat_values, spec.ifmap_width, formats.ifmap_signed),
        ofmap=one(formats.ofmap_beat_values, formats.ofmap_width, formats.ofmap_signed),
        in_bytes=in_bytes,
    )
