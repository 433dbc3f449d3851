"""The cocotb test in the simulator: drives the jobs, in lock step with the model.

``dwsim.rtlsim.cosim`` starts it and leaves the jobs in the folder that the environment variable
``DWSIM_JOBS`` names.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, Timer

from dwsim.errors import MismatchError
from dwsim.model.engine import Inputs
from dwsim.model.layer_run import hang_report, watchdog_cycles
from dwsim.rtlsim.bench_ports import Ports, read_bits
from dwsim.rtlsim.job import PROGRESS_FILE, JobResult, read_jobs, write_results
from dwsim.rtlsim.job_stream import JobStream
from dwsim.rtlsim.lockstep import Lockstep
from dwsim.stream.stalls import PROFILES
from dwsim.support.waveform_file import CLOCK_NS

POWER_UP_CYCLES = 4
"""Cycles of the first reset; a later one takes one cycle, because one is enough."""
PROGRESS_CYCLES = 1024


class Bench:
    """Drives all jobs through the engine, one after the other, and compares every cycle.

    Each port has the index of the stream that is next on it.
    """

    def __init__(self, dut: Any, folder: Path) -> None:
        self.dut = dut
        self.folder = folder
        spec, jobs, _ = read_jobs(folder)
        self.lockstep = Lockstep(spec)
        self.streams = [JobStream(job, job.plan(spec)) for job in jobs]
        self.next_cfg = 0
        self.next_param = 0  # the next stream that loads parameters
        self.next_ifmap = 0
        self.next_ofmap = 0
        self.offered: int | None = None  # the stream whose geometry is on the cfg ports
        self.beats_taken = 0
        self.ports = Ports(
            dut,
            param=(self._param_pause, self._param_noise),
            ifmap=(self._ifmap_pause, self._ifmap_noise),
            ofmap_pauses=self._ofmap_pauses(),
        )

    # -- pauses, and the noise of idle ports ------------------------------------------------

    def _param_pause(self) -> bool:
        if self.next_param >= len(self.streams):
            return False
        return self.streams[self.next_param].pattern.param_pause()

    def _ifmap_pause(self) -> bool:
        stream = self.streams[self.next_ifmap]
        if stream.ifmap_given == len(stream.ifmap) and self.next_ifmap + 1 < len(self.streams):
            self.next_ifmap += 1
            stream = self.streams[self.next_ifmap]
        return stream.ifmap_pause()

    # The noise comes from the job, so that the replay of a job drives the same.

    def _param_noise(self, bits: int) -> int:
        return self.streams[min(self.next_param, len(self.streams) - 1)].noise(bits)

    def _ifmap_noise(self, bits: int) -> int:
        return self.streams[self.next_ifmap].noise(bits)

    def _ofmap_pauses(self) -> Iterator[bool]:
        while True:
            yield self._current().pattern.ofmap_pause()

    # -- runs -----------------------------------------------------------------------------

    async def run(self) -> list[JobResult]:
        """Runs all jobs; returns the result of each."""
        first = 0
        while first < len(self.streams):
            stop = first
            while stop < len(self.streams) and self.streams[stop].job.reset_after is None:
                stop += 1
            stop = min(stop + 1, len(self.streams))
            await self._run_until_reset(first, stop)
            first = stop
        return [stream.result for stream in self.streams if stream.result is not None]

    async def _run_until_reset(self, first: int, stop: int) -> None:
        """Runs streams ``first`` to ``stop``; a reset may end the last of them early."""
        self.next_cfg = self.next_ifmap = self.next_ofmap = first
        self.next_param = self._next_loading(first)
        self.ports.clear()
        await self._reset(1 if first else POWER_UP_CYCLES)
        for stream in self.streams[first:stop]:
            self.ports.send(stream.param, stream.ifmap)
        quiet_cycles = 0
        while self.next_ofmap < stop:
            await RisingEdge(self.dut.clk)
            moved = self._cycle(stop)
            quiet_cycles = 0 if moved else quiet_cycles + 1
            if self.next_ofmap == stop:
                break
            stream = self.streams[self.next_ofmap]
            if stream.is_due_for_reset(self.lockstep.cycle):
                self._finish(stream)
                break
            limit = watchdog_cycles(stream.plan, stream.pattern.profile)
            if quiet_cycles > limit:
                raise MismatchError(f"{self._hang(stream, limit)}\n{self._where()}")

    async def _reset(self, cycles: int) -> None:
        """Holds the engine in reset. Before the first reset, registers have any value."""
        self.dut.rst.value = 1
        self.dut.cfg_valid.value = 0
        for _ in range(cycles):
            await RisingEdge(self.dut.clk)
            self._cycle(stop=0)
        self.dut.rst.value = 0

    def _next_loading(self, index: int) -> int:
        """The first stream from ``index`` on that loads parameters."""
        while index < len(self.streams) and not self.streams[index].job.load:
            index += 1
        return index

    # -- one cycle ------------------------------------------------------------------------

    def _cycle(self, stop: int) -> bool:
        """Compares one cycle and steps the model; True if a beat moved on any stream."""
        lockstep = self.lockstep
        observed, unknown = read_bits(self.dut.observed)
        cfg_index = min(self.next_cfg, len(self.streams) - 1)
        inputs = lockstep.inputs(observed, self.streams[cfg_index].config)
        try:
            lockstep.compare(observed, unknown)
        except MismatchError as error:
            raise MismatchError(f"{error}\n{self._where()}") from None
        moved = self._note_transfers(inputs, observed)
        lockstep.step(inputs)
        self._offer_cfg(stop)
        if lockstep.cycle % PROGRESS_CYCLES == 0:
            (self.folder / PROGRESS_FILE).write_text(str(self.beats_taken))
        return moved

    def _note_transfers(self, inputs: Inputs, observed: int) -> bool:
        """Advances the index of each port that has a transfer; True if a stream has one."""
        engine = self.lockstep.engine
        if inputs.cfg_valid and engine.cfg_ready:
            self.streams[self.next_cfg].started = self.lockstep.cycle
            self.next_cfg += 1
        param_moved = inputs.param_tvalid and engine.param_tready
        if param_moved and inputs.param_tlast:
            self.next_param = self._next_loading(self.next_param + 1)
        ofmap_moved = engine.ofmap_tvalid and inputs.ofmap_tready
        if ofmap_moved:
            self._take_ofmap(observed)
        ifmap_moved = inputs.ifmap_tvalid and engine.ifmap_tready
        return param_moved or ifmap_moved or ofmap_moved

    def _take_ofmap(self, observed: int) -> None:
        stream, lockstep = self.streams[self.next_ofmap], self.lockstep
        width = stream.plan.numbers.formats.ofmap_beat_width
        beat = lockstep.field(observed, "m_axis_ofmap_tdata", width)
        keep = lockstep.field(
            observed, "m_axis_ofmap_tkeep", stream.plan.numbers.formats.ofmap_beat_values
        )
        stream.take_ofmap(beat, keep, lockstep.cycle)
        self.beats_taken += 1
        if lockstep.field(observed, "m_axis_ofmap_tlast"):
            self._finish(stream)
            self.next_ofmap += 1

    def _finish(self, stream: JobStream) -> None:
        stream.finish(self.lockstep.cycle, self.lockstep.engine.error)

    def _offer_cfg(self, stop: int) -> None:
        """Offers the next geometry; before its parameters only if the stall profile is eager."""
        offered = False
        if self.next_cfg < stop:
            stream = self.streams[self.next_cfg]
            loaded = not stream.job.load or self.next_param > self.next_cfg
            offered = loaded or PROFILES[stream.job.stalls].eager_cfg
            if offered and self.offered != self.next_cfg:
                self.offered = self.next_cfg
                for name, word in stream.plan.config_words().items():
                    port = getattr(self.dut, f"cfg_{name}")
                    port.value = stream.config["load"] if name == "load" else word
        self.dut.cfg_valid.value = int(offered)

    # -- messages -------------------------------------------------------------------------

    def current_index(self) -> int:
        """The index of the job whose ofmap comes next, or of the last job."""
        return min(self.next_ofmap, len(self.streams) - 1)

    def _current(self) -> JobStream:
        return self.streams[self.current_index()]

    def _hang(self, stream: JobStream, cycles: int) -> str:
        engine, beats = self.lockstep.engine, (len(stream.ofmap_taken), stream.ifmap_given)
        return hang_report(engine, stream.plan, cycles, *beats)

    def _where(self) -> str:
        job = self._current().job
        where = f"in job {self.current_index()}"
        return f"{where}: stalls {job.stalls!r}, seed {job.seed}, {job.layer}"


@cocotb.test()
async def jobs(dut: Any) -> None:
    """Runs the jobs and writes the results, or the job and the message of a failure."""
    folder = Path(os.environ["DWSIM_JOBS"])
    # The first clock edge sees the reset.
    dut.clk.value = 0
    dut.rst.value = 1
    dut.cfg_valid.value = 0
    bench = Bench(dut, folder)
    await Timer(CLOCK_NS, "ns")
    Clock(dut.clk, CLOCK_NS, unit="ns").start()
    try:
        results = await bench.run()
    except MismatchError as error:
        failure = {"job": bench.current_index(), "cycle": bench.lockstep.cycle}
        (folder / "failure.json").write_text(json.dumps({**failure, "message": str(error)}))
        raise
    write_results(folder, results)
