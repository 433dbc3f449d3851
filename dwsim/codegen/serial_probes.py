"""The place of each compared signal in the Verilog of a tap-serial engine."""

from __future__ import annotations

from dwsim.derive.serial_numbers import SerialNumbers


def serial_expressions(numbers: SerialNumbers, engine: str) -> dict[str, str]:
    """The Verilog expression of every signal that is no port; ``engine`` is the core's path."""
    fetch, sequencer = f"{engine}.u_fetch", f"{engine}.u_sequencer"
    loader, output = f"{engine}.u_serial_loader", f"{engine}.u_serial_output"
    several = numbers.shape.drain_pixels > 1
    pack = f"{output}.{'g_merge.u_pixel_merge' if several else 'g_pack.u_pixel_pack'}"
    pixels = {
        "shift": f"{engine}.segment_shift",
        "segment_accepts": f"{engine}.u_segment.accepts",
    }
    if numbers.shape.copied_rings:
        pixels = {"addresses": f"{engine}.addresses"}
    return {
        "state": f"{engine}.u_control.state",
        "loaded": f"{loader}.loaded",
        "active_bank": f"{loader}.active_bank",
        "sets": f"{loader}.sets",
        "short_stream": f"{engine}.u_ifmap_port.short_stream",
        "excess": f"{engine}.u_ifmap_port.excess",
        "skid_out_valid": f"{engine}.u_skid_buffer.out_valid",
        "credits": f"{engine}.u_pixel_credit.credits",
        "ring_beats_left": f"{engine}.u_ring_writer.beats_left",
        "ring_filled": f"{engine}.filled",
        "ring_free": f"{engine}.next_free",
        "fetch_planes": f"{fetch}.u_walk.u_planes.left",
        "fetch_groups": f"{fetch}.u_walk.u_groups.left",
        "fetch_row_valid": f"{fetch}.u_rows.row_valid",
        "fetch_x": f"{fetch}.u_rows.row_x",
        "fetch_y": f"{fetch}.u_rows.row_y",
        "fetch_valid": f"{fetch}.u_rows.valid",
        "fetch_left": f"{fetch}.u_rows.left",
        "word_valid": f"{engine}.word_valid",
        "load": f"{engine}.segment_load",
        **pixels,
        "columns_left": f"{sequencer}.u_columns.left",
        "rows_left": f"{sequencer}.u_rows.left",
        "groups_left": f"{sequencer}.u_groups.left",
        "planes_left": f"{sequencer}.u_planes.left",
        "drain_left": f"{sequencer}.drain_left",
        "weight_word": f"{engine}.weight_word",
        "weight_set": f"{engine}.weight_set",
        "draining": f"{engine}.active",
        "drain_lane": f"{engine}.lane",
        "drain_cell": f"{engine}.cell_index",
        "held_pixels": f"{pack}.held",
        "in_ifmap": f"{engine}.in_ifmap",
        "acc": f"{engine}.acc",
        "leaving": f"{engine}.sums",
    }
