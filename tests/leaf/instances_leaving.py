"""Instances of the modules between the sums of a tap-serial array and its ofmap beats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dwsim.derive.serial_numbers import SerialNumbers
from tests.leaf.instances_serial import Ports, each_spec
from tests.leaf.leaf_specs import Instance
from tests.leaf.serial_specs import FLOAT_SPECS, SERIAL_SPECS


def drain() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        inputs = {
            "rst": 1,
            "chunks": n.counters.chunks_width,
            "start": 1,
            "start_marks": n.counters.marks_width,
            "load": 1,
            "sums": n.formats.pixels * n.spec.lanes * n.formats.acc_width,
        }
        outputs = {
            "active": 1,
            "marks": n.counters.marks_width,
            "lane": n.counters.lane_width,
            "cell_index": n.counters.drain_cell_width,
            "values": n.shape.requantisers * n.formats.acc_width,
        }
        return inputs, outputs, tuple(outputs)

    return each_spec("dw_drain", "drain", (), ports)


def pixel_pack() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        inputs = {
            "restart": 1,
            "active": 1,
            "lane": n.counters.lane_width,
            "values": n.shape.requantisers * n.formats.ofmap_width,
            "keep": 1,
            "final_pixel": 1,
        }
        outputs = _beat_ports(n)
        return inputs, outputs, tuple(outputs)

    names = ("LANES", "VALUES", "PIXELS", "WIDTH")
    return each_spec("dw_pixel_pack", "serial_output", names, ports)


def _beat_ports(n: SerialNumbers) -> dict[str, int]:
    count, beat = n.counters.beat_count_width, n.formats.ofmap_beat_width
    return {"write": 1, "ended": 1, "count": count, "beat": beat}


def pixel_merge() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        inputs = {
            "restart": 1,
            "active": 1,
            "values": n.shape.requantisers * n.formats.ofmap_width,
            "keep": n.shape.drain_pixels,
            "final_pixel": 1,
        }
        outputs = _beat_ports(n)
        return inputs, outputs, tuple(outputs)

    for made in each_spec("dw_pixel_merge", "serial_output", ("LANES", "WIDTH"), ports):
        numbers = SerialNumbers(SERIAL_SPECS[str(made.spec and made.spec.name)])
        pixels = {"PIXELS": numbers.shape.drain_pixels, "BEAT": numbers.formats.ofmap_pixels}
        yield replace(made, parameters=made.parameters | pixels)


def serial_scale() -> Iterator[Instance]:
    return each_spec("dw_serial_scale", "serial_scale", (), _scale_ports)


def float_serial_scale() -> Iterator[Instance]:
    specs = FLOAT_SPECS
    return each_spec("dw_float_serial_scale", "float_serial_scale", (), _scale_ports, specs)


def _scale_ports(n: SerialNumbers) -> Ports:
    c, width = n.counters, n.formats.ofmap_width
    inputs = {
        "write": 1,
        "write_address": 1 + c.set_width + c.lane_width,
        "write_data": n.formats.scale_width,
        "bank": 1,
        "weight_set": c.set_width,
        "lane": c.lane_width,
        "sums": n.shape.requantisers * n.formats.acc_width,
        "single_rounding": 1,
        "zero_point": width,
        "act_min": width,
        "act_max": width,
    }
    if n.formats.rounds_in_float:
        inputs["float_rounding"] = 1
    return inputs, {"values": n.shape.requantisers * width}, ("values",)


def serial_output() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        c = n.counters
        inputs = dict.fromkeys(("rst", "restart", "active"), 1)
        inputs |= dict.fromkeys(("plane_end", "image_end", "stream_end"), 1)
        inputs |= {
            "lane": c.lane_width,
            "cell_index": c.drain_cell_width,
            "counts": n.formats.pixels,
            "last_cell": c.cells_width,
            "tail_channels": c.lane_count_width,
            "values": n.shape.requantisers * n.formats.ofmap_width,
            "m_axis_ofmap_tready": 1,
        }
        outputs = {
            "popped": 1,
            "m_axis_ofmap_tdata": n.formats.ofmap_beat_width,
            "m_axis_ofmap_tkeep": n.formats.ofmap_beat_values,
            "m_axis_ofmap_tvalid": 1,
            "m_axis_ofmap_tlast": 1,
        }
        return inputs, outputs, tuple(outputs)[1:]

    return each_spec("dw_serial_output", "serial_output", (), ports)
