"""The model's view of each compared signal of a tap-serial engine; see ``dwsim.model.observed``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.stages import SERIAL_DRAIN_CYCLES, SERIAL_OPERAND_CYCLES
from dwsim.model.fetch_rows import Reads
from dwsim.model.tap_serial import TapSerialEngine
from dwsim.stream.layout import to_word

View = Callable[[Any], int | None]


def serial_views(numbers: SerialNumbers) -> dict[str, View]:
    """The model's view of every signal that is no port."""
    counters, acc_width = numbers.counters, numbers.formats.acc_width
    pixel_width = counters.pixel_address_width
    summed = _complete if numbers.formats.is_float else _summing
    return {
        "state": lambda m: int(m.state),
        "loaded": lambda m: m.loader.loaded,
        "active_bank": lambda m: m.loader.active_bank,
        "sets": lambda m: m.loader.sets,
        "short_stream": lambda m: m.ifmap_port.short_stream,
        "excess": lambda m: m.ifmap_port.excess,
        "skid_out_valid": lambda m: m.skid_buffer.out_valid,
        "credits": lambda m: m.credit.credits,
        "ring_beats_left": _running(lambda m: m.ring_writer.beats_left),
        "ring_filled": _running(
            _word(lambda m: m.ring_writer.filled, counters.pixel_address_width)
        ),
        "ring_free": _running(_word(lambda m: m.pixels.next_free, pixel_width)),
        "fetch_planes": _running(lambda m: m.fetch.walk.planes_left),
        "fetch_groups": _running(lambda m: m.fetch.walk.groups_left),
        "fetch_row_valid": _running(lambda m: m.fetch.rows.row is not None),
        "fetch_x": _walking(_word(lambda m: m.fetch.rows.row.x, counters.x_width)),
        "fetch_y": _walking(_word(lambda m: m.fetch.rows.row.y, counters.y_width)),
        "fetch_valid": _running(lambda m: m.fetch.rows.reads is not None),
        "fetch_left": _reading(_word(lambda m: m.fetch.rows.reads.left, counters.x_width)),
        "word_valid": _running(lambda m: m.fetch.mark is not None),
        "load": _running(lambda m: m.tap_pipeline.moves.q[0]),
        **_pixel_views(numbers),
        "columns_left": _running(lambda m: m.sequencer.columns_left),
        "rows_left": _running(lambda m: m.sequencer.rows_left),
        "groups_left": _running(lambda m: m.sequencer.groups_left),
        "planes_left": _running(lambda m: m.sequencer.planes_left),
        "drain_left": _running(lambda m: m.sequencer.drain_left),
        "weight_word": _running(lambda m: m.sequencer.weight_word),
        "weight_set": _running(lambda m: m.sequencer.weight_set),
        "draining": lambda m: m.drain.active,
        "drain_lane": _draining(lambda m: m.drain.lane),
        "drain_cell": _draining(lambda m: m.drain.cell),
        "held_pixels": _running(lambda m: m.serial_output.pack.held),
        "in_ifmap": _selecting(lambda m: to_word(m.cell_place.in_ifmap.astype(int), 1)),
        "acc": summed(lambda m: to_word(m.cell_array.acc.reshape(-1), acc_width)),
        "leaving": _leaving(lambda m: to_word(m.drain.values.reshape(-1), acc_width)),
    }


def _pixel_views(numbers: SerialNumbers) -> dict[str, View]:
    """Of a segment, or of the rings of the cells: see ``dwsim.model.pixel_path``."""
    if numbers.shape.copied_rings:
        width = numbers.counters.cell_address_width
        # A tap reads its pixels two cycles after it fires.
        return {
            "addresses": lambda m: (
                to_word(m.pixels.cell_address.addresses, width)
                if m.tap_pipeline.fires.stages[1][0]
                else None
            )
        }
    return {
        "shift": _running(lambda m: m.tap_pipeline.moves.q[1]),
        "segment_accepts": _running(lambda m: m.segment_ready.accepts(m.tap_pipeline.moves.q[0])),
    }


def _word(value: Callable[[Any], int], width: int) -> Callable[[Any], int]:
    """A signed number, or one that wraps, as the unsigned word on its wires."""
    return lambda m: value(m) & ((1 << width) - 1)


def _running(value: Callable[[Any], int]) -> View:
    """Registers that a restart sets, not the reset."""
    return lambda m: int(value(m)) if m.control.run else None


def _walking(value: Callable[[Any], int]) -> View:
    """The raster row of the fetch, if it has one."""
    return lambda m: value(m) if m.control.run and m.fetch.rows.row is not None else None


def _reading(value: Callable[[TapSerialEngine], int]) -> View:
    """The rest of a raster row, if the fetch has one with pixels."""
    return lambda m: value(m) if m.control.run and _has_pixels(m.fetch.rows.reads) else None


def _has_pixels(reads: Reads | None) -> bool:
    return reads is not None and reads.filled


def _draining(value: Callable[[Any], int]) -> View:
    return lambda m: int(value(m)) if m.drain.active else None


def _selecting(value: Callable[[TapSerialEngine], int]) -> View:
    """Marks of a tap, in the cycle in which they choose its operands."""
    return lambda m: value(m) if m.tap_pipeline.fires.stages[SERIAL_OPERAND_CYCLES - 1][0] else None


def _summing(value: Callable[[TapSerialEngine], int]) -> View:
    """Sums that a product is about to enter."""
    return lambda m: value(m) if m.cell_array.mark == (True, False) else None


def _complete(value: Callable[[TapSerialEngine], int]) -> View:
    """Partial sums of floats, which have values only when all taps of a sum are in them."""
    return lambda m: value(m) if m.tap_pipeline.complete.q else None


def _leaving(value: Callable[[TapSerialEngine], int]) -> View:
    """Sums at the end of the chain, before the requantisers."""
    return lambda m: (
        value(m) if m.serial_output.leaving.stages[SERIAL_DRAIN_CYCLES - 1][0] else None
    )
