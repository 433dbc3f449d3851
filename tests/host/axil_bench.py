"""Runs inside the simulator: hosts the engine with its AXI4-Lite port, and runs scenarios.

The environment variable ``DWSIM_AXIL`` has the engine, the seed, and which scenarios to run, by
themselves or each with a fault that it has to catch (see ``tests.host.faults``).
"""

from __future__ import annotations

import json
import logging
import os
import random
from collections.abc import Awaitable, Callable
from typing import Any

import cocotb
import numpy as np
import pytest
from cocotb.clock import Clock
from cocotb.triggers import ReadOnly, RisingEdge, SimTimeoutError, Timer, with_timeout
from cocotbext.axi import (
    AxiLiteBus,
    AxiLiteMaster,
    AxiResp,
    AxiStreamBus,
    AxiStreamFrame,
    AxiStreamSink,
)

from dwsim.codegen.streams import StreamFormat, streams
from dwsim.derive import SerialPlan, numbers_of
from dwsim.host.driver import AsyncDriver
from dwsim.host.register_map import register_map
from dwsim.rtlsim.bench_ports import NoisySource
from dwsim.spec.engine_spec import EngineSpec
from dwsim.stream.layout import keep_words, pack_ifmap, pack_parameters, to_word, unpack_ofmap
from tests.host.layers import Work

CLOCK_NS = 10
TIMEOUT_CYCLES = 100_000
STREAMS = ("s_axis_param", "s_axis_ifmap", "m_axis_ofmap")


class BusError(Exception):
    """The bus answered with an error."""


class Bench:
    """The engine, its host, its sources and its sink, and a record of events and their cycles."""

    def __init__(self, dut: Any, spec: EngineSpec, seed: int) -> None:
        self.dut, self.spec, self.seed = dut, spec, seed
        self.rng = random.Random(seed)
        self.numbers = numbers_of(spec)
        self.map = register_map(self.numbers)
        self.streams = streams(self.numbers, in_bytes=True)
        for name in ("s_axil_aw", "s_axil_w", "s_axil_b", "s_axil_ar", "s_axil_r", *STREAMS):
            logging.getLogger(f"cocotb.{dut._name}.{name}").setLevel(logging.ERROR)
        logging.getLogger(f"cocotb.{dut._name}.s_axil").setLevel(logging.ERROR)
        self.axil = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clk, dut.rst)
        ends = [AxiStreamBus.from_prefix(dut, name) for name in STREAMS]
        # A whole beat is one "byte" to a source; the sink has tkeep, one bit for each byte.
        noise = random.Random(f"{seed} noise").getrandbits
        self.param = NoisySource(ends[0], dut.clk, dut.rst, noise=noise)
        self.ifmap = NoisySource(ends[1], dut.clk, dut.rst, noise=noise)
        self.ofmap = AxiStreamSink(ends[2], dut.clk, dut.rst)
        self.driver = AsyncDriver(spec, self.read, self.write, self.tick, polls=5000)
        self.tasks: list[Any] = []
        self.cycle = 0
        self.asked: list[int] = []  # cycles of writes of a start
        self.starts: list[int] = []  # cycles of cfg handshakes
        self.finishes: list[int] = []  # cycles of last ofmap transfers
        self.lost: list[list[int]] = []  # cycles starved and backpressured, of each stream

    # -- time -----------------------------------------------------------------------------

    async def tick(self, cycles: int = 1) -> None:
        """Waits for clock edges."""
        for _ in range(cycles):
            await RisingEdge(self.dut.clk)

    def soon(self, work: Any) -> Any:
        """Starts a task that ends with the scenario."""
        self.tasks.append(cocotb.start_soon(work))
        return self.tasks[-1]

    async def watch(self) -> None:
        """Notes handshakes, ends and stalls, just before each clock edge."""
        dut, core = self.dut, self.dut.u_engine
        last = (dut.m_axis_ofmap_tvalid, dut.m_axis_ofmap_tready, dut.m_axis_ofmap_tlast)
        while True:
            await Timer(CLOCK_NS - 1, "ns")
            await ReadOnly()
            self.cycle += 1
            if dut.rst.value != 1:
                if dut.control_start.value == 1:
                    self.asked.append(self.cycle)
                if core.cfg_valid.value == 1 and core.cfg_ready.value == 1:
                    self.starts.append(self.cycle)
                    self.lost.append([0, 0])
                elif len(self.starts) > len(self.finishes):
                    self.lost[-1][0] += int(core.starved.value)
                    self.lost[-1][1] += int(core.backpressured.value)
                if all(signal.value == 1 for signal in last):
                    self.finishes.append(self.cycle)
            await RisingEdge(dut.clk)

    async def reset(self) -> None:
        """Ends the streams that the last scenario left, and resets everything."""
        for task in self.tasks:
            task.cancel()
        self.tasks.clear()
        channels = (self.axil.write_if, self.axil.read_if)
        for end in (*(c for channel in channels for c in _channels(channel)), *self.ends):
            end.clear_pause_generator()
            end.pause = False
        self.dut.rst.value = 1
        await self.tick(3)
        for end in self.ends:
            end.clear()
        self.dut.rst.value = 0
        await self.tick(2)
        self.asked, self.starts, self.finishes, self.lost = [], [], [], []
        self.driver = AsyncDriver(self.spec, self.read, self.write, self.tick, polls=5000)
        self.soon(self.watch())

    @property
    def ends(self) -> tuple[Any, ...]:
        """Both sources and the sink."""
        return self.param, self.ifmap, self.ofmap

    def pauses(self, ends: Any, share: float) -> None:
        """Lets the ends stall at random."""
        for end in ends:
            rng = random.Random(self.rng.random())
            end.set_pause_generator(iter(lambda rng=rng: rng.random() < share, None))

    def bus_pauses(self, share: float) -> None:
        """Lets every channel of the bus stall on its own: AW before W, and W before AW."""
        self.pauses((*_channels(self.axil.write_if), *_channels(self.axil.read_if)), share)

    # -- bus ------------------------------------------------------------------------------

    async def read(self, offset: int) -> int:
        """Reads a word."""
        data, ok = await self.try_read(offset)
        if not ok:
            raise BusError(f"read of {offset:#x}")
        return data

    async def write(self, offset: int, value: int) -> None:
        """Writes a word."""
        if not await self.try_write(offset, value):
            raise BusError(f"write of {value:#x} to {offset:#x}")

    async def try_read(self, offset: int, size: int = 4) -> tuple[int, bool]:
        """A word, and True if the bus answered OKAY."""
        answer = await self.axil.read(offset, size)
        assert answer.resp in (AxiResp.OKAY, AxiResp.SLVERR), answer.resp
        return int.from_bytes(answer.data, "little"), answer.resp == AxiResp.OKAY

    async def try_write(self, offset: int, value: int, size: int = 4) -> bool:
        """True if the bus answered OKAY."""
        answer = await self.axil.write(offset, value.to_bytes(size, "little"))
        assert answer.resp in (AxiResp.OKAY, AxiResp.SLVERR), answer.resp
        return answer.resp == AxiResp.OKAY

    async def snapshot(self) -> dict[str, int]:
        """The values of all registers by name."""
        return {register.name: await self.read(register.offset) for register in self.map.registers}

    # -- streams --------------------------------------------------------------------------

    def send(self, work: Work, load: bool = True) -> None:
        """Offers a layer's parameters and its ifmap."""
        plan = work.plan
        if load:
            words = self.words(pack_parameters(work.weight, plan), self.streams.param)
            self.param.send_nowait(AxiStreamFrame(words))
        beats = pack_ifmap(work.ifmap, plan)
        if isinstance(plan, SerialPlan):
            # Values without a pixel or a channel may be anything.
            unused = pack_ifmap(np.ones_like(work.ifmap), plan) == 0
            noise = [self.rng.getrandbits(self.spec.ifmap_width) for _ in range(unused.sum())]
            beats[unused] = noise
        self.ifmap.send_nowait(AxiStreamFrame(self.words(beats, self.streams.ifmap)))

    def words(self, beats: np.ndarray, stream: StreamFormat) -> list[int]:
        """The beats as they are sent, with noise in the bits above each value."""
        mask = (1 << stream.width) - 1
        noise = [self.rng.getrandbits(stream.lane_bits) & ~mask for _ in range(stream.values)]
        return [to_word(beat & mask | np.array(noise), stream.lane_bits) for beat in beats]

    async def receive(self, work: Work) -> None:
        """Takes a layer's ofmap and compares values and tkeep with golden."""
        frame = await self.ofmap.recv(compact=False)
        stream = self.streams.ofmap
        lanes, size = stream.values, stream.keep_bits
        octets = np.array(list(frame.tdata), np.int64).reshape(-1, lanes, size)
        values = (octets << 8 * np.arange(size)).sum(axis=-1)
        if stream.signed:
            values -= (values >> (stream.lane_bits - 1)) << stream.lane_bits
        keeps = np.array(frame.tkeep).reshape(-1, lanes, size)
        keep = keeps[..., 0]
        assert (keeps == keep[..., np.newaxis]).all(), "tkeep differs between the bytes of a lane"
        words = [[word >> lane & 1 for lane in range(lanes)] for word in keep_words(work.plan)]
        wanted = np.array(words, bool)
        assert keep.shape == wanted.shape, f"{len(keep)} ofmap beats, not {len(wanted)}"
        assert (keep == wanted).all(), "tkeep"
        assert (unpack_ofmap(values, work.plan) == work.ofmap).all(), f"ofmap of {work.plan.layer}"

    async def run(self, work: Work, load: bool = True) -> None:
        """One layer from its geometry to its end, without stalls, in the law's cycles."""
        self.send(work, load)
        while load and not (self.param.empty() and self.param.idle()):
            await self.tick()
        await self.driver.configure(work.plan)
        await self.driver.start(load)
        await self.driver.wait_done()
        await self.receive(work)
        cycles = (await self.driver.counters()).cycles
        assert cycles == work.plan.cycles, f"{cycles} cycles, the law says {work.plan.cycles}"


def _channels(interface: Any) -> tuple[Any, ...]:
    names = ("aw_channel", "w_channel", "b_channel", "ar_channel", "r_channel")
    return tuple(getattr(interface, name) for name in names if hasattr(interface, name))


Scenario = Callable[[Bench], Awaitable[None]]


async def attempt(bench: Bench, scenario: Scenario) -> str:
    """The failure of a scenario; empty if it passed."""

    async def guarded() -> str:
        try:
            await scenario(bench)
        except (Exception, pytest.fail.Exception) as error:
            return f"{type(error).__name__}: {error}"
        return ""

    await bench.reset()
    task = cocotb.start_soon(guarded())
    try:
        return await with_timeout(task, TIMEOUT_CYCLES * CLOCK_NS, "ns")
    except SimTimeoutError:
        task.cancel()
        return f"no end after {TIMEOUT_CYCLES} cycles"


@cocotb.test()
async def scenarios(dut: Any) -> None:
    """Runs the scenarios that ``DWSIM_AXIL`` names."""
    from tests.host.faults import FAULTS
    from tests.host.scenarios import SCENARIOS

    job = json.loads(os.environ["DWSIM_AXIL"])
    dut.clk.value, dut.rst.value = 0, 1
    bench = Bench(dut, EngineSpec(**job["engine"]), job["seed"])
    await Timer(CLOCK_NS, "ns")
    Clock(dut.clk, CLOCK_NS, unit="ns").start()
    complaints = []
    for name in job["scenarios"]:
        start = bench.cycle
        said = await attempt(bench, SCENARIOS[name])
        dut._log.info("%s: %d cycles: %s", name, bench.cycle - start, said or "fine")
        complaints += [f"{name}: {said}"] if said else []
    for code in job["faults"]:
        fault = FAULTS[code - 1]
        target = dut
        for part in fault.instance:
            target = getattr(target, part)
        target.fault.value = code
        said = await attempt(bench, SCENARIOS[fault.scenario])
        dut._log.info("%s: %s", fault.name, said or "not caught")
        complaints += [] if said else [f"{fault.name}: not caught by {fault.scenario}"]
        target.fault.value = 0
    assert not complaints, f"seed {job['seed']}:\n" + "\n".join(complaints)
