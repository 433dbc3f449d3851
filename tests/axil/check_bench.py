"""Runs inside the simulator: dw_geometry_check on random values, against the rules' text."""

from __future__ import annotations

import json
import os
import random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, with_timeout

from dwsim.derive import EngineNumbers
from dwsim.geometry_check import GEOMETRY_RULES, check_cycles, check_width
from dwsim.spec.engine import EngineSpec
from tests.axil.layers import first_broken, random_work

TRIALS = 800
NAMES = ("", *(rule.name for rule in GEOMETRY_RULES))
CLOCK_NS = 10
NOT_CHECKED = ("load", "lead", "ifmap_zero_point", "ofmap_zero_point")


def changed(config: dict[str, Any], numbers: EngineNumbers, rng: random.Random) -> dict[str, Any]:
    """A good geometry with up to two values replaced by any that their ports carry."""
    config = dict(config)
    fields = [field for field in numbers.config_fields if field.name not in NOT_CHECKED]
    for field in rng.sample(fields, rng.choice((0, 1, 1, 2))):
        values = []
        for _ in range(field.count):
            value = rng.choice((0, 1, rng.getrandbits(field.width), (1 << field.width) - 1))
            if field.signed and value >> (field.width - 1):
                value -= 1 << field.width
            values.append(value)
        config[field.name] = values if field.name.startswith("tap_") else values[0]
    return config


def drive(dut: Any, config: dict[str, Any], width: int) -> None:
    """Puts a geometry on the ports."""
    mask = (1 << width) - 1
    for name, value in config.items():
        if name not in NOT_CHECKED:
            elements = value if isinstance(value, list) else [value]
            word = sum((element & mask) << (i * width) for i, element in enumerate(elements))
            getattr(dut, name).value = word


@cocotb.test()
async def names_the_first_rule_broken(dut: Any) -> None:
    """Random geometries; every rule is broken at least once."""
    job = json.loads(os.environ["DWSIM_AXIL"])
    spec, rng = EngineSpec(**job["engine"]), random.Random(job["seed"])
    numbers = EngineNumbers(spec)
    width = check_width(numbers)
    Clock(dut.clk, CLOCK_NS, unit="ns").start()
    dut.rst.value, dut.start.value = 1, 0
    for _ in range(2):
        await RisingEdge(dut.clk)
    dut.rst.value = 0
    met = set()
    for trial in range(TRIALS):
        config = changed(random_work(spec, rng.getrandbits(30)).plan.config, numbers, rng)
        load, kept = rng.random() < 0.7, rng.randint(0, numbers.weight_sets)
        refused = rng.random() < 0.02
        drive(dut, config, width)
        dut.load.value, dut.kept_sets.value, dut.refused_write.value = load, kept, refused
        dut.start.value = 1
        await RisingEdge(dut.clk)
        dut.start.value = 0
        # The start's write and the cfg handshake are the other two cycles of the bound.
        await with_timeout(RisingEdge(dut.done), (check_cycles(numbers) - 2) * CLOCK_NS, "ns")
        await RisingEdge(dut.clk)
        wanted = first_broken(config, spec, load, kept, refused)
        got = NAMES[int(dut.code.value)]
        assert got == wanted, f"seed {job['seed']}, trial {trial}: {got!r}, not {wanted!r}"
        met.add(got)
    assert met == set(NAMES), f"never met: {set(NAMES) - met}"
