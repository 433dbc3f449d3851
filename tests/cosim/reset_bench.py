"""Runs inside the simulator: every valid is 1 in reset, and the engine may accept nothing.

The environment variable ``DWSIM_RESET`` has the engine and the seed.
"""

from __future__ import annotations

import json
import os
import random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge

from dwsim.derive import EngineNumbers, Plan
from dwsim.rtlsim.lockstep import Lockstep
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec

CLOCK_NS = 10
HELD_CYCLES = 8
RANDOM_CYCLES = 4000
RESET_ODDS = 1 / 80
READIES = ("cfg_ready", "s_axis_param_tready", "s_axis_ifmap_tready")


class Feed:
    """One stream into the engine: beats of random data, tlast with each tensor's last."""

    def __init__(self, dut: Any, name: str, width: int, beats: int, rng: random.Random) -> None:
        self.signals = {part: getattr(dut, f"{name}_t{part}") for part in ("valid", "data", "last")}
        self.width, self.beats, self.rng = width, beats, rng
        self.taken = 0
        self.valid = False

    def offer(self, wanted: bool) -> None:
        """Offers a beat if wanted; one that is offered stays. Without a beat comes noise."""
        if not self.valid:
            self.valid = wanted
            last = self.taken % self.beats == self.beats - 1
            self.signals["data"].value = self.rng.getrandbits(self.width)
            self.signals["last"].value = int(last) if wanted else self.rng.getrandbits(1)
        self.signals["valid"].value = int(self.valid)

    def clock(self, ready: bool, rst: bool) -> None:
        """The clock edge; a reset forgets the beats of the tensor, not the offer."""
        if self.valid and ready:
            self.valid = False
            self.taken += 1
        if rst:
            self.taken = 0


class Bench:
    """Drives every port of the engine's bench, in lock step with the model."""

    def __init__(self, dut: Any, spec: EngineSpec, layer: LayerSpec, seed: int) -> None:
        self.dut, self.rng = dut, random.Random(seed)
        self.lockstep = Lockstep(spec)
        plan, formats = Plan(layer, spec), EngineNumbers(spec).formats
        self.config = plan.config | {"load": 1}
        for name, word in plan.config_words().items():
            getattr(dut, f"cfg_{name}").value = 1 if name == "load" else word
        self.feeds = {
            "s_axis_param_tready": Feed(
                dut, "s_axis_param", formats.param_beat_width, plan.param_beats, self.rng
            ),
            "s_axis_ifmap_tready": Feed(
                dut, "s_axis_ifmap", formats.ifmap_beat_width, plan.ifmap_beats, self.rng
            ),
        }
        self.rst = True
        self.accepted = dict.fromkeys(READIES, 0)
        self.ofmap_beats = self.resets = 0

    def drive(self, rst: bool, odds: float) -> None:
        """One cycle's inputs; every valid that is not up yet comes with ``odds``."""
        self.rst = rst
        self.dut.rst.value = int(rst)
        self.dut.cfg_valid.value = int(self.rng.random() < odds)
        self.dut.m_axis_ofmap_tready.value = int(self.rng.random() < odds)
        for feed in self.feeds.values():
            feed.offer(self.rng.random() < odds)

    async def edge(self) -> dict[str, int]:
        """Compares the cycle with the model; returns the readies of the RTL."""
        await RisingEdge(self.dut.clk)
        text = str(self.dut.observed.value).upper()
        observed = int("".join(bit if bit in "01" else "0" for bit in text), 2)
        unknown = int("".join("01"[bit not in "01"] for bit in text), 2)
        lockstep = self.lockstep
        lockstep.compare(observed, unknown)
        seen = {name: lockstep.field(observed, name) for name in READIES}
        inputs = lockstep.inputs(observed, self.config)
        for name, ready in seen.items():
            valid = inputs.cfg_valid if name == "cfg_ready" else self.feeds[name].valid
            self.accepted[name] += bool(ready and valid and lockstep.was_reset)
        self.ofmap_beats += lockstep.engine.ofmap_tvalid and inputs.ofmap_tready
        for name, feed in self.feeds.items():
            feed.clock(bool(seen[name]) and lockstep.was_reset, self.rst)
        lockstep.step(inputs)
        return seen


@cocotb.test()
async def nothing_is_accepted_in_reset(dut: Any) -> None:
    """Held in reset with every valid up; then random streams with resets in between."""
    job = json.loads(os.environ["DWSIM_RESET"])
    dut.clk.value = 0
    bench = Bench(dut, EngineSpec(**job["engine"]), LayerSpec(**job["layer"]), job["seed"])
    bench.drive(rst=True, odds=1.0)
    Clock(dut.clk, CLOCK_NS, unit="ns").start(start_high=False)
    none, all_ready = dict.fromkeys(READIES, 0), dict.fromkeys(READIES, 1)
    await bench.edge()  # at power-up, before the reset has reached any register
    for cycle in range(1, HELD_CYCLES):
        bench.drive(rst=True, odds=1.0)
        seen = await bench.edge()
        assert seen == none, f"cycle {cycle} in reset, expected no ready: {seen}"
    bench.drive(rst=False, odds=1.0)
    seen = await bench.edge()
    assert seen == none, f"first cycle after reset, expected no ready: {seen}"
    assert bench.accepted == none, f"accepted in reset: {bench.accepted}"
    bench.drive(rst=False, odds=1.0)
    seen = await bench.edge()
    assert seen == all_ready, f"second cycle after reset, expected every ready: {seen}"

    for _ in range(RANDOM_CYCLES):
        was_reset = bench.rst
        rst = bench.rng.random() < (0.6 if was_reset else RESET_ODDS)
        bench.resets += rst and not was_reset
        bench.drive(rst, odds=0.8)
        seen = await bench.edge()
        assert not was_reset or seen == none, f"after a cycle in reset, expected no ready: {seen}"
    assert bench.resets > 20, f"the stimuli met {bench.resets} resets only"
    assert bench.ofmap_beats > 100, f"the stimuli met {bench.ofmap_beats} ofmap beats only"
