"""Runs inside the simulator: the geometry check of a tap-serial engine, against the rules."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, with_timeout
from cocotb.utils import get_sim_time

from dwsim.derive import Plan, numbers_of
from dwsim.derive.config_values import port_words
from dwsim.host.geometry_rules import check_cycles, geometry_rules
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.stream.random_quantisation import random_quantisation
from tests.host.serial_faults import SERIAL_FAULTS
from tests.host.serial_rules import any_walk, edges, first_broken, is_a_layer, plan_on

TRIALS = 120
WIDE = LayerSpec(6, 9, 3, 3, 2, stride_w=2, dilation_w=3)
"""Its rows have places without a pixel, and a column that no tap uses."""
TALL = LayerSpec(13, 14, 3, 3, 3, stride_h=5, dilation_h=2, pad_left=2)
WALKS = (
    (TALL, 4),  # the ring is too small
    (TALL, 1),
    (replace(TALL, stride_h=9), 4),
    (replace(TALL, ifmap_h=9, pad_top=1), 4),
    (LayerSpec(1, 14, 3, 3, 3, pad_top=23, dilation_h=2), 4),  # begins far above the ifmap
)
CLOCK_NS = 10
OTHER_CYCLES = 2
"""Of ``check_cycles``, those around: the one with ``start`` and the one with ``done``."""
NOT_CHECKED = ("load", "ifmap_zero_point", "ofmap_zero_point")
Start = tuple[dict[str, Any], bool, int, bool]
"""A geometry, True if it loads, the kept weight sets, and True if a write was refused."""


def starts(engine: EngineSpec, rng: random.Random) -> Iterator[Start]:
    """Every port at its edges, a ring that is too small, random walks with changed values."""
    numbers = numbers_of(engine)
    plan = Plan(WIDE, engine, random_quantisation(WIDE, engine, 1))
    yield from ((config, True, 0, False) for config in edges(plan))
    yield plan.config, False, plan.weight_sets - 1, False
    yield plan.config, True, 0, True
    for layer, cells in WALKS:
        walk = plan_on(layer, engine, cells, False)
        yield plan.config | walk.geometry, True, 0, False
    fields = [field for field in numbers.config_fields if field.name not in NOT_CHECKED]
    for _ in range(TRIALS):
        config = any_walk(engine, rng).config
        for field in rng.sample(fields, rng.choice((0, 0, 1, 2))):
            number = rng.choice((0, 1, rng.getrandbits(field.width)))
            sign = 1 << (field.width - 1) if field.signed else 0
            config = config | {field.name: (number ^ sign) - sign}
        yield config, rng.random() < 0.8, rng.randint(0, plan.weight_sets), rng.random() < 0.02


async def check(dut: Any, engine: EngineSpec, start: Start) -> tuple[int, int]:
    """The code of a geometry, and the cycles from ``start`` to ``done``."""
    config, load, kept, refused = start
    fields = [f for f in numbers_of(engine).config_fields if f.name not in NOT_CHECKED]
    for name, word in port_words(fields, config).items():
        getattr(dut, name).value = word
    dut.load.value, dut.kept_sets.value, dut.refused_write.value = load, kept, refused
    dut.start.value = 1
    await RisingEdge(dut.clk)
    dut.start.value, dut.refused_write.value = 0, not refused
    begun = get_sim_time("ns")
    await with_timeout(RisingEdge(dut.done), 10_000 * CLOCK_NS, "ns")
    cycles = round((get_sim_time("ns") - begun) / CLOCK_NS)
    await RisingEdge(dut.clk)
    return int(dut.code.value), cycles


@cocotb.test()
async def accepts_layers_and_names_the_first_rule_broken(dut: Any) -> None:
    """The code is that of the rules' text, and it is 0 for the geometries of layers alone.

    The same starts find every fault.
    """
    job = json.loads(os.environ["DWSIM_AXIL"])
    engine, rng = EngineSpec(**job["engine"]), random.Random(job["seed"])
    numbers = numbers_of(engine)
    names = ("", *(rule.name for rule in geometry_rules(numbers)))
    Clock(dut.clk, CLOCK_NS, unit="ns").start()
    dut.rst.value, dut.start.value = 1, 0
    for _ in range(2):
        await RisingEdge(dut.clk)
    dut.rst.value = 0
    met, longest, done = set(), 0, []
    for trial, start in enumerate(starts(engine, rng)):
        code, cycles = await check(dut, engine, start)
        where = f"seed {job['seed']}, trial {trial}: {start}"
        got, wanted = names[code], first_broken(start[0], engine, *start[1:])
        assert got == wanted, f"{where}: {got!r}, not {wanted!r}"
        done.append((start, code))
        others = ("refused_write", "kept_weights", "activation", "single_rounding")
        if got not in others:
            assert (got == "") == is_a_layer(start[0], engine), where
        longest = max(longest, cycles)
        met.add(got)
    assert met == set(names), f"never met: {set(names) - met}"
    limit = check_cycles(numbers) - OTHER_CYCLES
    assert 0.8 * limit < longest <= limit, (longest, limit)
    missed = []
    for number, fault in enumerate(SERIAL_FAULTS, 1):
        (part,) = fault.instance
        getattr(dut, part).fault.value = number
        for start, code in done:
            if (await check(dut, engine, start))[0] != code:
                break
        else:
            missed.append(fault.name)
        getattr(dut, part).fault.value = 0
    assert not missed, f"seed {job['seed']}: {len(done)} starts do not find: {missed}"
