"""The stages of a tap-serial engine: one instance for each, with its numbers and connections."""

from __future__ import annotations

from collections.abc import Iterable

from dwsim.codegen.engine_stages import ifmap_stages, instances
from dwsim.codegen.instance import Instance
from dwsim.codegen.serial_float_stages import float_cells, serial_float_values
from dwsim.codegen.stage import Stage
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.stages import SERIAL_DRAIN_CYCLES, SERIAL_RING_CYCLES


def serial_stages(numbers: SerialNumbers, modules: Iterable[str]) -> dict[str, Instance]:
    """The instances in the top of a tap-serial engine, by the stem of their module.

    Args:
        numbers: of the engine.
        modules: texts of the engine's modules, hand-written and generated.
    """
    pixels = _copied_rings if numbers.shape.copied_rings else _shared_ring
    made = [
        *_front(numbers), *_fetch(numbers), *pixels(numbers), *_taps(numbers), *_sums(numbers)
    ]  # fmt: skip
    arithmetic = numbers.formats.arithmetic
    if arithmetic is not None:
        made += serial_float_values(numbers, arithmetic)
    elif numbers.formats.requantises:
        made.append(_scale(numbers))
    return instances(numbers.spec.name, [*made, _output(numbers)], modules)


def _front(n: SerialNumbers) -> list[Stage]:
    """Configuration, control, parameters, ifmap port."""
    loader = {
        "WIDTH": n.formats.param_beat_width,
        "LANES": n.spec.lanes,
        "TAPS": n.spec.taps,
        "SCALE_BEATS": n.formats.scale_beats,
        "WEIGHT_SETS": n.counters.weight_sets,
    }
    control = {"DRAIN_CYCLES": n.timing.control_cycles}
    return [
        Stage("config", {}, {}),
        Stage(
            "control",
            control,
            {
                "port_blocked": "excess",
                "emit": "(fire && completes) || active",
                "done": "taps_done && written",
            },
        ),
        Stage(
            "serial_loader",
            loader,
            {"wanted_sets": "weight_sets", "loaded": "params_loaded", "error": "error[2]"},
        ),
        *ifmap_stages(n, {}),
    ]


def _fetch(n: SerialNumbers) -> list[Stage]:
    """The writer of the rings, the fetch, which finds the pixels of segments, and their mark."""
    c, beat = n.counters, n.formats.ifmap_pixels
    writer = {
        "BEAT_PIXELS": beat,
        "ADDR_W": c.ring_address_width,
        "PIXEL_W": c.pixel_address_width,
        "PLANE_BEATS_W": c.plane_beats_width,
        "PLANES_W": c.planes_width,
        "LAPS_W": c.laps_width,
        "KERNEL_PIXELS": n.shape.kernel_pixels,
    }
    fetch = {
        "BEAT_PIXELS": beat,
        "READ_PIXELS": n.shape.ring_pixels,
        "X_W": c.x_width,
        "Y_W": c.y_width,
        "PIXEL_W": c.pixel_address_width,
        "PLACE_W": c.place_width,
        "LENGTH": n.shape.segment,
        "TAP_W": c.tap_width,
        "GROUPS_W": c.groups_width,
        "SETS_W": c.multiplier_width,
        "PLANES_W": c.planes_width,
        "PLANE_BEATS_W": c.plane_beats_width,
    }
    # Copied rings are released by the taps, not by the reads.
    free = {"next_free": "fetch_free"} if n.shape.copied_rings else {}
    return [
        Stage("ring_writer", writer, {"write": "ring_write", "done": "written"}),
        Stage("fetch", fetch, {"sets": "channel_multiplier", **free}),
        Stage("segment_ready", {}, {"next_load": "fire && uses_segment"}),
    ]


def _shared_ring(n: SerialNumbers) -> list[Stage]:
    """One ring for all cells, its rotator, and the segments."""
    c, beat, read = n.counters, n.formats.ifmap_pixels, n.shape.ring_pixels
    width = {"WIDTH": n.formats.pixel_width}
    base = beat.bit_length() - 1
    return [
        Stage(
            "ring",
            width | {"BEAT_PIXELS": beat, "READ_PIXELS": read, "ADDR_W": c.ring_address_width},
            {
                "write": "ring_write",
                "write_data": "beat",
                "read": "step",
                "read_address": f"read_pixel[{base}+:{c.ring_address_width}]",
            },
        ),
        Stage(
            "pixel_rotate",
            width | {"PIXELS": read},
            {"d": "read_data", "q": "word"},
        ),
        Stage(
            "segment",
            width | {"PIXELS": read, "LENGTH": n.shape.segment},
            {"cells": "segment", "load": "segment_load", "shift": "segment_shift"},
        ),
    ]


def _copied_rings(n: SerialNumbers) -> list[Stage]:
    """A ring for each cell, its addresses, and the release of its pixels."""
    c = n.counters
    pixels = {"BEAT_PIXELS": n.formats.ifmap_pixels, "PIXEL_W": c.pixel_address_width}
    walk = pixels | {"X_W": c.x_width, "PLANE_BEATS_W": c.plane_beats_width}
    return [
        Stage(
            "release",
            walk | {"Y_W": c.y_width, "GROUPS_W": c.groups_width},
            {"advance": "fire && advances"},
        ),
        Stage(
            "cell_address",
            walk | {"CELLS": n.formats.pixels, "ADDR_W": c.ring_address_width},
            {"restart": "restart || rst", "advance": "advances", "rewind": "plane_end"},
        ),
        Stage(
            "cell_rings",
            {
                "LANES": n.spec.lanes,
                "CELLS": n.formats.pixels,
                "WIDTH": n.formats.operand_width,
                "BEAT_PIXELS": n.formats.ifmap_pixels,
                "ADDR_W": c.ring_address_width,
            },
            {"write": "ring_write", "write_data": "beat"},
        ),
        # The mask and the weight of a tap wait for its pixels.
        Stage(
            "pipeline",
            {
                "WIDTH": n.formats.pixels + n.formats.param_beat_width,
                "CYCLES": SERIAL_RING_CYCLES,
                "RESET": 0,
            },
            {"rst": "1'b0", "d": "{in_ifmap, weight}", "q": "{pixel_mask, pixel_weight}"},
        ),
    ]


def _cell_pixels(n: SerialNumbers) -> tuple[int, dict[str, str]]:
    """The pixels from which the cells choose, and their connections.

    The rings of the cells give the pixel under each cell, as a segment does at stride 1.
    """
    if n.shape.copied_rings:
        marks = {"in_ifmap": "pixel_mask", "weight": "pixel_weight"}
        return n.formats.pixels, {"segment": "pixels", "cell_stride": "2'd1", **marks}
    return n.shape.segment, {}


def _taps(n: SerialNumbers) -> list[Stage]:
    """Sequencer, places of the cells, credit, and the pipeline beside the taps."""
    c, cells = n.counters, n.formats.pixels
    axes = {"X_W": c.x_width, "Y_W": c.y_width}
    sequencer = {
        "CELLS": cells,
        "TAPS": n.spec.taps,
        "TAP_W": c.tap_width,
        "GROUPS_W": c.groups_width,
        "SETS_W": c.multiplier_width,
        "PLANES_W": c.planes_width,
        "IMAGE_W": c.channel_groups_width,
        "CHUNKS_W": c.chunks_width,
        "WORD_W": c.word_width,
        "SET_W": c.set_width,
    }
    credit = {
        "TOTAL": n.timing.credits,
        "CELLS": cells,
        "BEAT": n.formats.ofmap_pixels,
    }
    pipeline = {
        "CELLS": cells,
        "SET_W": c.set_width,
        "WORD_W": c.word_width,
        "WIDTH": n.formats.param_beat_width,
        "ADD_CYCLES": n.timing.add_cycles,
        "SUM_CYCLES": n.timing.sum_cycles,
        "START_CYCLES": n.timing.start_cycles,
    }
    moves = {"load": "segment_load", "shift": "segment_shift"}
    return [
        Stage(
            "sequencer",
            sequencer | axes,
            {
                # A reset stops the taps at once: `live` of the sequencer does not depend on `run`.
                "restart": "restart || rst",
                "sets": "channel_multiplier",
                "segment_ready": "ready",
                "starved": "starved_now",
                "backpressured": "backpressured_now",
                "done": "taps_done",
            },
        ),
        Stage(
            "cell_place",
            {"CELLS": cells} | axes,
            {"advance": "advances", "rewind": "plane_end"},
        ),
        Stage(
            "pixel_credit",
            credit,
            {"take": "fire && completes", "give": "popped", "room": "output_room"},
        ),
        Stage("tap_pipeline", pipeline, moves),
        Stage("stall_flags", {}, {"done": "taps_done"}),
    ]


def _sums(n: SerialNumbers) -> list[Stage]:
    """The cells, and the way of their sums out of the array."""
    c, cells = n.counters, n.formats.pixels
    drain = {
        "LANES": n.spec.lanes,
        "CELLS": cells,
        "VALUES": n.shape.requantisers,
        "WIDTH": n.formats.sums_width,
        "MARKS_W": c.marks_width,
    }
    return [
        _cells(n),
        Stage(
            "drain",
            drain,
            {
                "start": "group_start",
                "start_marks": "group_marks",
                "chunks": f"group_marks[{cells}] ? final_chunks : chunks",
                "load": "complete",
                "sums": "acc",
                "values": "sums",
            },
        ),
    ]


def _cells(n: SerialNumbers) -> Stage:
    """The cells: a multiplier and a sum each, or partial sums of floats."""
    length, connections = _cell_pixels(n)
    if n.formats.arithmetic is not None:
        return float_cells(n, n.formats.arithmetic, length, connections)
    array = {
        "LANES": n.spec.lanes,
        "CELLS": n.formats.pixels,
        "LENGTH": length,
        "OPERAND_W": n.formats.operand_width,
        "WEIGHT_W": n.spec.weight_width,
        "OPERAND_SIGNED": int(n.formats.operand_signed),
        "WEIGHT_SIGNED": int(n.spec.weight_signed),
        "ACC_W": n.formats.acc_width,
    }
    return Stage("cell_array", array, connections)


def _scale(n: SerialNumbers) -> Stage:
    """The requantisers, each with its scales."""
    c, cells = n.counters, n.formats.pixels
    _, multiplier, right_shift = n.formats.scale_parts
    parameters = {
        "VALUES": n.shape.requantisers,
        "LANES": n.spec.lanes,
        "SET_W": c.set_width,
        "ACC_W": n.formats.acc_width,
        "X_W": n.formats.bias_width,
        "MULTIPLIER_W": n.formats.multiplier_width,
        "OFMAP_W": n.formats.ofmap_width,
        "ROUNDING": n.formats.rounding_code,
    }
    if n.formats.rounds_in_float:
        # Float rounding has one format of bias and multiplier.
        del parameters["X_W"], parameters["MULTIPLIER_W"]
        parameters["MULTIPLIER_DELAY"] = multiplier.delay
        parameters["RIGHT_SHIFT_DELAY"] = right_shift.delay
    else:
        parameters["PART_DELAY"] = right_shift.delay
    return Stage(
        "float_serial_scale" if n.formats.rounds_in_float else "serial_scale",
        parameters,
        {
            "write": "scale_write",
            "write_address": "scale_address",
            "write_data": _scale_bytes(n),
            "bank": "active_bank",
            "weight_set": f"marks[{cells + 3}+:{c.set_width}]",
            "zero_point": "ofmap_zero_point",
        },
    )


def _scale_bytes(n: SerialNumbers) -> str:
    """The bytes of a lane's scale, which come in the low bits of the parameter beats' lanes."""
    if n.spec.weight_width == 8:
        return f"scale_data[{n.formats.scale_width - 1}:0]"
    count = n.formats.scale_width // 8
    places = [
        byte // n.spec.lanes * n.formats.param_beat_width
        + byte % n.spec.lanes * n.spec.weight_width
        for byte in reversed(range(count))
    ]
    return f"{{{', '.join(f'scale_data[{place}+:8]' for place in places)}}}"


def _output(n: SerialNumbers) -> Stage:
    """Values into pixels, pixels into beats."""
    cells = n.formats.pixels
    parameters = {
        "LANES": n.spec.lanes,
        "CELLS": cells,
        "VALUES": n.shape.requantisers,
        "PIXELS": n.formats.ofmap_pixels,
        "WIDTH": n.formats.ofmap_width,
        "CYCLES": SERIAL_DRAIN_CYCLES + n.timing.requantise_cycles,
        "FIFO_DEPTH": n.timing.fifo_depth,
    }
    return Stage(
        "serial_output",
        parameters,
        {
            "counts": f"marks[{cells - 1}:0]",
            "plane_end": f"marks[{cells}]",
            "image_end": f"marks[{cells + 1}]",
            "stream_end": f"marks[{cells + 2}]",
        },
    )
