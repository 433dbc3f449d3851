"""The compared signals of a tap-serial engine: names and widths; see ``dwsim.derive.signals``."""

from __future__ import annotations

from dwsim.derive.serial_numbers import SerialNumbers


def serial_controls(numbers: SerialNumbers) -> dict[str, int]:
    """Registers of control, parameters, ring, fetch, segment, sequencer, credit and drain."""
    c = numbers.counters
    return {
        "state": 2,
        "loaded": 1,
        "active_bank": 1,
        "sets": c.sets_width,
        "short_stream": 1,
        "excess": 1,
        "skid_out_valid": 1,
        "credits": numbers.timing.credit_width,
        "ring_beats_left": c.plane_beats_width,
        "ring_filled": c.pixel_address_width,
        "ring_free": c.pixel_address_width,
        "fetch_planes": c.planes_width,
        "fetch_groups": c.groups_width,
        "fetch_row_valid": 1,
        "fetch_x": c.x_width,
        "fetch_y": c.y_width,
        "fetch_valid": 1,
        "fetch_left": c.x_width,
        "word_valid": 1,
        "load": 1,
        **_pixel_signals(numbers),
        "columns_left": c.tap_width,
        "rows_left": c.tap_width,
        "groups_left": c.groups_width,
        "planes_left": c.planes_width,
        "drain_left": c.chunks_width,
        "weight_word": c.word_width,
        "weight_set": c.set_width,
        "draining": 1,
        "drain_lane": c.lane_width,
        "drain_cell": c.drain_cell_width,
        "held_pixels": c.beat_count_width,
    }


def _pixel_signals(numbers: SerialNumbers) -> dict[str, int]:
    """Of the segment, or the addresses of the cells in their rings."""
    if numbers.shape.copied_rings:
        return {"addresses": numbers.formats.pixels * numbers.counters.cell_address_width}
    return {"shift": 1, "segment_accepts": 1}


def serial_array(numbers: SerialNumbers) -> dict[str, int]:
    """The masks of the cells' taps, the sums, and the sums that leave the array."""
    formats = numbers.formats
    return {
        "in_ifmap": formats.pixels,
        "acc": formats.pixels * numbers.spec.lanes * formats.sums_width,
        "leaving": numbers.shape.requantisers * formats.sums_width,
    }
