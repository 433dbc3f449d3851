"""Instances of the cells of a tap-serial array in floating point."""

from __future__ import annotations

from collections.abc import Iterator

from dwsim.derive.serial_numbers import SerialNumbers
from tests.leaf.instances_serial import Ports, each_spec
from tests.leaf.leaf_specs import Instance
from tests.leaf.serial_specs import BIASED_SPECS, FLOATING_SPECS


def partial_index() -> Iterator[Instance]:
    for parts in (6, 4, 1):
        registers = {"fresh": 1, "bypass": 1, "write": parts, "clear": 1}
        outputs = {"read_index": max(1, (parts - 1).bit_length()), "through": 1, **registers}
        parameters = {"PARTS": parts, "SUM_CYCLES": 6}
        ports = {"add": 1, "first": 1}, outputs, tuple(registers)
        yield Instance("dw_partial_index", *ports, parameters)


def float_accumulator() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        parts = n.formats.partial_sums
        inputs = {
            "skip": 1,
            "operand": n.spec.ifmap_width,
            "weight": n.spec.weight_width,
            "read_index": max(1, (parts - 1).bit_length()),
            "through": 1,
            "fresh": 1,
            "bypass": 1,
            "write": parts,
            "clear": 1,
        }
        return inputs, {"acc": n.formats.sums_width}, ("acc",)

    names = (
        "PARTS",
        "EXPONENT_W",
        "SIGNIFICAND_W",
        "ACC_EXPONENT_W",
        "ACC_SIGNIFICAND_W",
        "SUBNORMALS",
    )
    return each_spec("dw_float_accumulator", "float_cell_array", names, ports, FLOATING_SPECS)


def float_cell_array() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        inputs = {
            "segment": n.shape.segment * n.formats.pixel_width,
            "cell_stride": 2,
            "in_ifmap": n.formats.pixels,
            "weight": n.formats.param_beat_width,
            "add": 1,
            "first": 1,
        }
        acc = n.formats.pixels * n.spec.lanes * n.formats.sums_width
        return inputs, {"acc": acc}, ("acc",)

    return each_spec("dw_float_cell_array", "float_cell_array", (), ports, FLOATING_SPECS)


def float_part_sum() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        values = n.shape.requantisers
        parts = values * n.formats.sums_width
        return {"parts": parts}, {"sums": values * n.formats.acc_width}, ("sums",)

    return each_spec("dw_float_part_sum", "float_part_sum", (), ports, FLOATING_SPECS)


def float_serial_bias() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        c, acc = n.counters, n.formats.acc_width
        inputs = {
            "write": 1,
            "write_address": 1 + c.set_width + c.lane_width,
            "write_data": acc,
            "bank": 1,
            "weight_set": c.set_width,
            "lane": c.lane_width,
            "acc": n.shape.requantisers * acc,
        }
        return inputs, {"sums": n.shape.requantisers * acc}, ("sums",)

    return each_spec("dw_float_serial_bias", "float_serial_bias", (), ports, BIASED_SPECS)
