"""Runs inside the simulator: dw_geometry_check on random values, against the rules' text."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, with_timeout
from cocotb.utils import get_sim_time

from dwsim.derive import EngineNumbers
from dwsim.host.geometry_rules import check_cycles, check_width, geometry_rules
from dwsim.spec.engine_spec import EngineSpec
from tests.host.layers import RAW, first_broken, random_work
from tests.host.rules import broken_geometries, slowest_geometry

TRIALS = 800
NAMES = ("", *(rule.name for rule in geometry_rules(EngineNumbers(RAW))))
CLOCK_NS = 10
OTHER_CYCLES = 2
"""Of ``check_cycles``, those around: the one with ``start`` and the one with ``done``."""
Start = tuple[dict[str, Any], bool, int, bool]
"""A geometry, True if it loads, the kept weight sets, and True if a write was refused."""
NOT_CHECKED = ("load", "ifmap_zero_point", "ofmap_zero_point")


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


def starts(numbers: EngineNumbers, rng: random.Random) -> Iterator[Start]:
    """Every rule at its edges, then random geometries."""
    plan = random_work(numbers.spec, rng.getrandbits(30)).plan
    for changes, _rule in broken_geometries(plan):
        yield plan.config | changes, True, 0, False
    yield plan.config, False, plan.weight_sets - 1, False
    yield plan.config, True, 0, True
    for _ in range(TRIALS):
        plan = random_work(numbers.spec, rng.getrandbits(30)).plan
        load, kept = rng.random() < 0.7, rng.randint(0, numbers.counters.weight_sets)
        yield changed(plan.config, numbers, rng), load, kept, rng.random() < 0.02


def drive(dut: Any, config: dict[str, Any], width: int) -> None:
    """Puts a geometry on the ports."""
    mask = (1 << width) - 1
    for name, value in config.items():
        if name not in NOT_CHECKED:
            elements = value if isinstance(value, list) else [value]
            word = sum((element & mask) << (i * width) for i, element in enumerate(elements))
            getattr(dut, name).value = word


async def begin(dut: Any) -> None:
    """Starts the clock and resets."""
    Clock(dut.clk, CLOCK_NS, unit="ns").start()
    dut.rst.value, dut.start.value = 1, 0
    for _ in range(2):
        await RisingEdge(dut.clk)
    dut.rst.value = 0


async def check(dut: Any, config: dict[str, Any], width: int) -> tuple[str, int]:
    """The rule that a geometry breaks first, and the cycles from `start` to `done`."""
    drive(dut, config, width)
    dut.start.value = 1
    await RisingEdge(dut.clk)
    dut.start.value = 0
    begun = get_sim_time("ns")
    await with_timeout(RisingEdge(dut.done), 10_000 * CLOCK_NS, "ns")
    cycles = round((get_sim_time("ns") - begun) / CLOCK_NS)
    await RisingEdge(dut.clk)
    return NAMES[int(dut.code.value)], cycles


@cocotb.test()
async def takes_as_long_as_its_law_says(dut: Any) -> None:
    """The slowest geometry takes exactly the cycles that the host is told."""
    spec = EngineSpec(**json.loads(os.environ["DWSIM_AXIL"])["engine"])
    numbers = EngineNumbers(spec)
    await begin(dut)
    dut.load.value, dut.kept_sets.value, dut.refused_write.value = 1, 0, 0
    assert first_broken(slowest_geometry(numbers), spec) == ""
    found = await check(dut, slowest_geometry(numbers), check_width(numbers))
    assert found == ("", check_cycles(numbers) - OTHER_CYCLES)


@cocotb.test()
async def names_the_first_rule_broken(dut: Any) -> None:
    """Every rule is broken at least once, the rest is random."""
    job = json.loads(os.environ["DWSIM_AXIL"])
    spec, rng = EngineSpec(**job["engine"]), random.Random(job["seed"])
    numbers = EngineNumbers(spec)
    await begin(dut)
    met = set()
    for trial, (config, load, kept, refused) in enumerate(starts(numbers, rng)):
        dut.load.value, dut.kept_sets.value, dut.refused_write.value = load, kept, refused
        got, cycles = await check(dut, config, check_width(numbers))
        wanted = first_broken(config, spec, load, kept, refused)
        where = f"seed {job['seed']}, trial {trial}"
        assert got == wanted, f"{where}: {got!r}, not {wanted!r}"
        assert cycles <= check_cycles(numbers) - OTHER_CYCLES, f"{where}: {cycles} cycles"
        met.add(got)
    assert met == set(NAMES), f"never met: {set(NAMES) - met}"
