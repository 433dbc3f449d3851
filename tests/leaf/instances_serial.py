"""Instances of the modules of tap-serial engines, with the parameters of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from dwsim.codegen.instance import Instance as EngineInstance
from dwsim.codegen.library import unused_modules
from dwsim.codegen.serial_stages import serial_stages
from dwsim.codegen.verilog import engine_verilog
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.spec.engine_spec import EngineSpec
from tests.leaf.leaf_specs import Instance
from tests.leaf.serial_specs import BIASED_SPECS, FLOAT_SPECS, FLOATING_SPECS, SERIAL_SPECS

Ports = tuple[dict[str, int], dict[str, int], tuple[str, ...]]
"""Inputs and outputs with their widths, and the outputs that come from registers."""


@cache
def _stages(name: str) -> dict[str, EngineInstance]:
    specs = {**SERIAL_SPECS, **FLOAT_SPECS, **FLOATING_SPECS, **BIASED_SPECS}
    numbers = SerialNumbers(specs[name])
    return serial_stages(numbers, tuple(engine_verilog(numbers.spec).values()))


def each_spec(
    module: str,
    stem: str,
    names: tuple[str, ...],
    ports: Callable[[SerialNumbers], Ports],
    specs: Mapping[str, EngineSpec] = SERIAL_SPECS,
) -> Iterator[Instance]:
    """An instance a spec that has the module, with those of the stage's parameters in ``names``."""
    for name, spec in specs.items():
        if module in unused_modules(SerialNumbers(spec)):
            continue
        given = _stages(name)[stem].parameters
        parameters = {key: given[key] for key in names or given}
        yield Instance(module, *ports(SerialNumbers(spec)), parameters, spec=spec)


def pixel_rotate() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        word = n.shape.ring_pixels * n.formats.pixel_width
        return {"step": 1, "amount": n.counters.amount_width, "d": word}, {"q": word}, ("q",)

    return each_spec("dw_pixel_rotate", "pixel_rotate", (), ports)


def _fetch_inputs(n: SerialNumbers) -> dict[str, int]:
    """The geometry, and its widths."""
    c = n.counters
    columns = ("ifmap_w", "span", "pitch", "start_x", "step_x", "dilation_w")
    rows = ("ifmap_h", "start_y", "end_y", "step_y", "stride_h", "dilation_h")
    addresses = ("start_address", "step_address", "row_address", "tap_address")
    return {
        "tap_segments": 1,
        **dict.fromkeys(columns, c.x_width),
        **dict.fromkeys(rows, c.y_width),
        **dict.fromkeys(addresses, c.pixel_address_width),
        **dict.fromkeys(("kernel_h", "kernel_w"), c.tap_width),
        "plane_beats": c.plane_beats_width,
        "groups": c.groups_width,
        "sets": c.multiplier_width,
        "planes": c.planes_width,
    }


def fetch() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        c = n.counters
        inputs = {**dict.fromkeys(("restart", "run", "next_accepts"), 1), **_fetch_inputs(n)}
        inputs["filled"] = c.pixel_address_width
        outputs = dict.fromkeys(("next_free", "read_pixel"), c.pixel_address_width)
        outputs |= dict.fromkeys(("step", "word_valid"), 1)
        outputs |= {"word_places": n.shape.segment, "amount": c.amount_width}
        return inputs, {**outputs, "next_completes": 1}, tuple(outputs)

    return each_spec("dw_fetch", "fetch", (), ports)


def fetch_walk() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        c = n.counters
        geometry = {
            k: w for k, w in _fetch_inputs(n).items() if k not in ("ifmap_w", "span", "end_y")
        }
        registers = {
            "valid": 1,
            "x": c.x_width,
            "y": c.y_width,
            "group_y": c.y_width,
            "address": c.pixel_address_width,
            "free_pixel": c.pixel_address_width,
        }
        outputs = {**registers, "frees": 1}
        return {"restart": 1, "take": 1, **geometry}, outputs, tuple(registers)

    names = (
        *("BEAT_PIXELS", "X_W", "Y_W", "PIXEL_W", "TAP_W", "GROUPS_W", "SETS_W", "PLANES_W"),
        "PLANE_BEATS_W",
    )
    return each_spec("dw_fetch_walk", "fetch", names, ports)


def fetch_rows() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        c = n.counters
        used = ("ifmap_w", "ifmap_h", "span", "pitch", "stride_h", "end_y", "row_address")
        geometry = {name: width for name, width in _fetch_inputs(n).items() if name in used}
        walk = {
            "walk_valid": 1,
            "walk_x": c.x_width,
            "walk_y": c.y_width,
            "walk_group_y": c.y_width,
            "walk_address": c.pixel_address_width,
            "walk_frees": 1,
            "walk_free_pixel": c.pixel_address_width,
        }
        registers = {
            **dict.fromkeys(("valid", "filled", "segment_end", "frees"), 1),
            **dict.fromkeys(("pixel", "last_pixel", "free_pixel"), c.pixel_address_width),
            "first": c.place_width,
        }
        inputs = {"restart": 1, "ready": 1, **walk, **geometry}
        return inputs, {**registers, "take": 1}, tuple(registers)

    names = ("BEAT_PIXELS", "READ_PIXELS", "X_W", "Y_W", "PIXEL_W", "PLACE_W")
    return each_spec("dw_fetch_rows", "fetch", names, ports)


def ring() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        address, width = n.counters.ring_address_width, n.formats.pixel_width
        inputs = {
            "write": 1,
            "write_address": address,
            "write_data": n.formats.ifmap_pixels * width,
            "read": 1,
            "read_address": address,
        }
        return inputs, {"read_data": n.shape.ring_pixels * width}, ("read_data",)

    return each_spec("dw_ring", "ring", (), ports)


def ring_writer() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        inputs = {
            "rst": 1,
            "restart": 1,
            "start": 1,
            "plane_beats": n.counters.plane_beats_width,
            "planes": n.counters.planes_width,
            "available": 1,
            "next_free": n.counters.pixel_address_width,
        }
        registers = {
            "filled": n.counters.pixel_address_width,
            "write": 1,
            "write_address": n.counters.ring_address_width,
            "done": 1,
        }
        return inputs, {"take": 1, "final_take": 1, **registers}, tuple(registers)

    return each_spec("dw_ring_writer", "ring_writer", (), ports)


def segment() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        width = n.formats.pixel_width
        inputs = {
            "word_valid": 1,
            "word_places": n.shape.segment,
            "word": n.shape.ring_pixels * width,
            "next_accepts": 1,
            "load": 1,
            "shift": 1,
        }
        return inputs, {"cells": n.shape.segment * width}, ("cells",)

    return each_spec("dw_segment", "segment", (), ports)


def segment_ready() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        inputs = dict.fromkeys(("restart", "next_completes", "next_load"), 1)
        return inputs, {"next_accepts": 1, "ready": 1}, ("ready",)

    return each_spec("dw_segment_ready", "segment_ready", (), ports)


def pixel_credit() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        inputs = {
            **dict.fromkeys(("rst", "take", "plane_end", "give"), 1),
            "cells": n.counters.cells_width,
            "counts": n.formats.pixels,
            "beat_pad": n.counters.pad_width,
        }
        return inputs, {"room": 1}, ("room",)

    return each_spec("dw_pixel_credit", "pixel_credit", (), ports)


def accumulator() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        inputs = {"operand": n.formats.operand_width, "weight": n.spec.weight_width}
        return {**inputs, "add": 1, "first": 1, "clear": 1}, {"acc": n.formats.acc_width}, ("acc",)

    names = ("OPERAND_W", "WEIGHT_W", "OPERAND_SIGNED", "WEIGHT_SIGNED", "ACC_W")
    return each_spec("dw_accumulator", "cell_array", names, ports)


def cell_array() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        length = n.formats.pixels if n.shape.copied_rings else n.shape.segment
        inputs = {
            "segment": length * n.formats.pixel_width,
            "cell_stride": 2,
            "in_ifmap": n.formats.pixels,
            "weight": n.formats.param_beat_width,
            "add": 1,
            "first": 1,
        }
        acc = n.formats.pixels * n.spec.lanes * n.formats.acc_width
        return inputs, {"acc": acc}, ("acc",)

    return each_spec("dw_cell_array", "cell_array", (), ports)


def tap_pipeline() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        c, width = n.counters, n.formats.param_beat_width
        flags = ("rst", "fire", "first_column", "first_row", "uses_segment", "completes")
        inputs = dict.fromkeys((*flags, "plane_end", "image_end", "stream_end"), 1)
        inputs |= {
            "counts": n.formats.pixels,
            "weight_set": c.set_width,
            "weight_word": c.word_width,
            "active_bank": 1,
            "weight_write": 1,
            "weight_address": c.word_width + 1,
            "write_data": width,
        }
        registers = dict.fromkeys(("load", "shift", "add", "first", "complete", "group_start"), 1)
        registers |= {"group_marks": c.marks_width, "weight": width}
        return inputs, registers, tuple(registers)

    return each_spec("dw_tap_pipeline", "tap_pipeline", (), ports)


def cell_place() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        x, y = n.counters.x_width, n.counters.y_width
        flags = ("init", "fire", "first_column", "first_row", "advance", "rewind")
        columns = ("init_x", "ifmap_w", "dilation_w", "pitch", "wrap_x", "end_x", "step_x")
        rows = ("init_y", "ifmap_h", "dilation_h", "stride_h", "end_y", "step_y")
        inputs = dict.fromkeys(flags, 1) | dict.fromkeys(columns, x) | dict.fromkeys(rows, y)
        outputs = dict.fromkeys(("in_ifmap", "counts", "wraps"), n.formats.pixels)
        return {**inputs, "cells": n.counters.cells_width}, outputs, ("in_ifmap", "wraps")

    return each_spec("dw_cell_place", "cell_place", (), ports)


def serial_loader() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        c, width = n.counters, n.formats.param_beat_width
        inputs = {
            "rst": 1,
            "s_axis_param_tdata": width,
            "s_axis_param_tvalid": 1,
            "s_axis_param_tlast": 1,
            "swap": 1,
            "wanted_sets": c.sets_width,
        }
        outputs = {
            "s_axis_param_tready": 1,
            "loaded": 1,
            "active_bank": 1,
            "weight_write": 1,
            "weight_address": c.word_width + 1,
            "write_data": width,
            "scale_write": 1,
            "scale_address": c.set_width + c.lane_width + 1,
            "scale_data": max(n.formats.scale_beats, 1) * width,
            "error": 1,
        }
        return inputs, outputs, tuple(outputs)

    return each_spec("dw_serial_loader", "serial_loader", (), ports)


def sequencer() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        c, flags = n.counters, ("restart", "run", "tap_segments", "segment_ready", "output_room")
        inputs = dict.fromkeys(flags, 1) | dict.fromkeys(("kernel_h", "kernel_w"), c.tap_width)
        inputs |= dict.fromkeys(("start_x", "stride_w", "wrap_x"), c.x_width)
        inputs |= dict.fromkeys(("start_y", "stride_h"), c.y_width)
        inputs |= {
            "groups": c.groups_width,
            "sets": c.multiplier_width,
            "planes": c.planes_width,
            "image_planes": c.channel_groups_width,
            "chunks": c.chunks_width,
            "final_chunks": c.chunks_width,
        }
        ends = ("completes", "advances", "plane_end", "image_end", "stream_end", "init", "starved")
        outputs = ("fire", "first_column", "first_row", "uses_segment", *ends, "backpressured")
        registers = {
            "weight_word": c.word_width,
            "weight_set": c.set_width,
            "init_x": c.x_width,
            "init_y": c.y_width,
            "init_wraps": 1,
            "done": 1,
        }
        return inputs, dict.fromkeys(outputs, 1) | registers, tuple(registers)

    return each_spec("dw_sequencer", "sequencer", (), ports)
