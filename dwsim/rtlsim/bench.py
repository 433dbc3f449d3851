"""The cocotb test that runs inside the simulator: drives the jobs, in lock step with the model.

Started by ``dwsim.rtlsim.cosim``, which leaves the jobs in the folder that the environment
variable ``DWSIM_JOBS`` names.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, Timer
from cocotbext.axi import AxiStreamBus, AxiStreamFrame, AxiStreamSink, AxiStreamSource

from dwsim.derive import Plan
from dwsim.errors import MismatchError
from dwsim.model.layer_run import hang_report, watchdog_cycles
from dwsim.rtlsim.job import PROGRESS_FILE, Job, JobResult, read_jobs, write_results
from dwsim.rtlsim.lockstep import Lockstep
from dwsim.stream.layout import from_word, pack_ifmap, pack_parameters, to_word
from dwsim.stream.stalls import PROFILES, StallPattern
from dwsim.support.waveform_file import CLOCK_NS

RESET_CYCLES = 4
PROGRESS_CYCLES = 1024


class PausedSource(AxiStreamSource):
    """A source that asks its pattern before each beat, so a pause hits an exact beat."""

    def __init__(self, *args, ask, **kwargs):
        self._ask = ask
        super().__init__(*args, **kwargs)

    @property
    def pause(self):
        """Asked once for each chance to offer a beat."""
        return self._ask()


class Stream:
    """One job on its way through the engine."""

    def __init__(self, job: Job, plan: Plan) -> None:
        self.job, self.plan = job, plan
        self.pattern = StallPattern(PROFILES[job.stalls], job.seed)
        self.config = plan.config | {"load": int(job.load)}
        self.param = _resized(pack_parameters(job.weight, plan), job.param_surplus)
        self.ifmap = _resized(pack_ifmap(job.ifmap, plan), job.ifmap_surplus)
        self.params_taken = 0
        self.ifmap_given = 0
        self.ofmap_taken: list[int] = []
        self.keep_taken: list[int] = []
        self.transfers: list[int] = []
        self.started: int | None = None
        self.result: JobResult | None = None


def _resized(beats: np.ndarray, surplus: int) -> np.ndarray:
    """The beats, some less, or some more of the same."""
    if surplus <= 0:
        return beats[: len(beats) + surplus]
    return np.concatenate([beats, np.resize(beats, (surplus, beats.shape[1]))])


def _read(signal) -> tuple[int, int]:
    """A signal's bits, and which of them are unknown (X or Z, in an event-driven simulator)."""
    value = signal.value
    try:
        return int(value), 0
    except ValueError:
        text = str(value).upper()
        known = text.replace("X", "0").replace("Z", "0").replace("U", "0")
        unknown = "".join("01"[bit not in "01"] for bit in text)
        return int(known, 2), int(unknown, 2)


class Bench:
    """Drives all jobs through the engine, one after the other, and checks every cycle."""

    def __init__(self, dut, folder: Path) -> None:
        self.dut = dut
        spec, jobs, _ = read_jobs(folder)
        self.folder = folder
        self.beats_taken = 0
        self.spec = spec
        self.lockstep = Lockstep(spec)
        self.streams = [Stream(job, job.plan(spec)) for job in jobs]
        self.next_cfg = 0  # stream whose geometry is offered next
        self.next_param = 0  # stream whose parameters are being offered: one that loads some
        self.next_ifmap = 0
        self.next_ofmap = 0
        self.offered: int | None = None  # stream whose geometry is on the cfg ports
        self.numbers = self.lockstep.engine.numbers
        self._connect()

    # -- the outside world ----------------------------------------------------------------

    def _connect(self) -> None:
        dut = self.dut
        for name in ("s_axis_param", "s_axis_ifmap", "m_axis_ofmap"):
            logging.getLogger(f"cocotb.{dut._name}.{name}").setLevel(logging.WARNING)
        # A whole beat is one "byte" to cocotbext-axi: lanes are packed by dwsim.stream.layout.
        self.param = PausedSource(
            AxiStreamBus.from_prefix(dut, "s_axis_param"),
            dut.clk,
            dut.rst,
            byte_lanes=1,
            ask=self._param_pause,
        )
        self.ifmap = PausedSource(
            AxiStreamBus.from_prefix(dut, "s_axis_ifmap"),
            dut.clk,
            dut.rst,
            byte_lanes=1,
            ask=self._ifmap_pause,
        )
        self.ofmap = AxiStreamSink(
            AxiStreamBus.from_prefix(dut, "m_axis_ofmap"), dut.clk, dut.rst, byte_lanes=1
        )
        self.ofmap.set_pause_generator(self._ofmap_pauses())

    def _param_pause(self) -> bool:
        if self.next_param >= len(self.streams):
            return False
        return self.streams[self.next_param].pattern.param_pause()

    def _ifmap_pause(self) -> bool:
        stream = self.streams[self.next_ifmap]
        if stream.ifmap_given == len(stream.ifmap) and self.next_ifmap + 1 < len(self.streams):
            self.next_ifmap += 1
            stream = self.streams[self.next_ifmap]
        paused = stream.pattern.ifmap_pause(
            stream.plan, stream.ifmap_given, len(stream.ofmap_taken)
        )
        stream.ifmap_given += not paused
        return paused

    def _ofmap_pauses(self) -> Iterator[bool]:
        while True:
            stream = self.streams[min(self.next_ofmap, len(self.streams) - 1)]
            yield stream.pattern.ofmap_pause()

    def _send(self, stream: Stream) -> None:
        if stream.job.load and len(stream.param):
            words = [to_word(beat, self.spec.weight_width) for beat in stream.param]
            self.param.send_nowait(AxiStreamFrame(words))
        words = [to_word(beat, self.spec.ifmap_width) for beat in stream.ifmap]
        self.ifmap.send_nowait(AxiStreamFrame(words))

    def _loading(self, index: int) -> int:
        """The first stream from ``index`` on that brings its parameters."""
        while index < len(self.streams) and not self.streams[index].job.load:
            index += 1
        return index

    # -- one run --------------------------------------------------------------------------

    async def reset(self) -> None:
        """Holds the engine in reset; before the first, registers hold anything."""
        self.dut.rst.value = 1
        self.dut.cfg_valid.value = 0
        for _ in range(RESET_CYCLES):
            await RisingEdge(self.dut.clk)
            self._cycle(stop=0)
        self.dut.rst.value = 0

    async def run(self) -> list[JobResult]:
        """All jobs; returns what the RTL did for each."""
        first = 0
        while first < len(self.streams):
            stop = first
            while stop < len(self.streams) and self.streams[stop].job.reset_after is None:
                stop += 1
            stop = min(stop + 1, len(self.streams))
            await self._run_until_reset(first, stop)
            first = stop
        return [stream.result for stream in self.streams]

    async def _run_until_reset(self, first: int, stop: int) -> None:
        """Streams ``first`` to ``stop``; the last may end by a reset in mid-stream."""
        self.next_cfg = self.next_ifmap = self.next_ofmap = first
        self.next_param = self._loading(first)
        self.param.clear()
        self.ifmap.clear()
        await self.reset()
        for stream in self.streams[first:stop]:
            self._send(stream)
        quiet = 0
        while self.next_ofmap < stop:
            await RisingEdge(self.dut.clk)
            moved = self._cycle(stop)
            quiet = 0 if moved else quiet + 1
            stream = self.streams[self.next_ofmap] if self.next_ofmap < stop else None
            if stream is None:
                break
            reset_after = stream.job.reset_after
            if (
                reset_after is not None
                and stream.started is not None
                and self.lockstep.cycle - stream.started >= reset_after
            ):
                stream.result = self._result(stream)
                break
            if quiet > watchdog_cycles(stream.plan):
                report = hang_report(
                    self.lockstep.engine,
                    stream.plan,
                    len(stream.ofmap_taken),
                    stream.ifmap_given,
                )
                raise MismatchError(f"{report}\n{self._where()}")

    def _cycle(self, stop: int) -> bool:
        """Compares one cycle and steps the model; true when a beat moved on any port."""
        lockstep = self.lockstep
        observed, unknown = _read(self.dut.observed)
        cfg_index = min(self.next_cfg, len(self.streams) - 1)
        inputs = lockstep.inputs(observed, self.streams[cfg_index].config)
        if not inputs.rst:
            try:
                lockstep.compare(observed, unknown)
            except MismatchError as error:
                raise MismatchError(f"{error}\n{self._where()}") from None
        engine = lockstep.engine
        param_moved = inputs.param_tvalid and engine.param_tready
        ifmap_moved = inputs.ifmap_tvalid and engine.ifmap_tready
        ofmap_moved = engine.ofmap_tvalid and inputs.ofmap_tready
        if inputs.cfg_valid and engine.cfg_ready:
            self.streams[self.next_cfg].started = lockstep.cycle
            self.next_cfg += 1
        if param_moved:
            self.streams[self.next_param].params_taken += 1
            if inputs.param_tlast:
                self.next_param = self._loading(self.next_param + 1)
        if ofmap_moved:
            self._take_ofmap(observed)
        lockstep.step(inputs)
        self._offer_cfg(stop)
        if lockstep.cycle % PROGRESS_CYCLES == 0:
            (self.folder / PROGRESS_FILE).write_text(str(self.beats_taken))
        return param_moved or ifmap_moved or ofmap_moved

    def _take_ofmap(self, observed: int) -> None:
        stream = self.streams[self.next_ofmap]
        width = self.numbers.formats.ofmap_beat_width
        stream.ofmap_taken.append(self.lockstep.field(observed, "m_axis_ofmap_tdata", width))
        keep = self.lockstep.field(observed, "m_axis_ofmap_tkeep", self.spec.lanes)
        stream.keep_taken.append(keep)
        stream.transfers.append(self.lockstep.cycle - stream.started)
        self.beats_taken += 1
        if self.lockstep.field(observed, "m_axis_ofmap_tlast"):
            stream.result = self._result(stream)
            self.next_ofmap += 1

    def _result(self, stream: Stream) -> JobResult:
        numbers, spec = self.numbers, self.spec
        beats = [
            from_word(word, spec.lanes, numbers.formats.ofmap_width, numbers.formats.ofmap_signed)
            for word in stream.ofmap_taken
        ]
        return JobResult(
            ofmap_beats=np.array(beats, np.int64).reshape(-1, spec.lanes),
            transfers=np.array(stream.transfers, np.int64),
            keep=[f"{keep:x}" for keep in stream.keep_taken],
            started=stream.started,
            cycles=self.lockstep.cycle - stream.started + 1,
            error=self.lockstep.engine.error,
        )

    def _offer_cfg(self, stop: int) -> None:
        """Offers the next geometry, before its parameters only if the profile is eager."""
        offered = False
        if self.next_cfg < stop:
            stream = self.streams[self.next_cfg]
            loaded = not stream.job.load or self.next_param > self.next_cfg
            offered = loaded or PROFILES[stream.job.stalls].eager_cfg
            if offered and self.offered != self.next_cfg:
                self.offered = self.next_cfg
                for name, word in stream.plan.config_words().items():
                    word = stream.config["load"] if name == "load" else word
                    getattr(self.dut, f"cfg_{name}").value = word
        self.dut.cfg_valid.value = int(offered)

    def _where(self) -> str:
        index = min(self.next_ofmap, len(self.streams) - 1)
        job = self.streams[index].job
        return f"in job {index}: stalls {job.stalls!r}, seed {job.seed}, {job.layer}"


@cocotb.test()
async def jobs(dut) -> None:
    """Runs the jobs and leaves the results; a failure leaves which job failed."""
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
        index = min(bench.next_ofmap, len(bench.streams) - 1)
        (folder / "failure.json").write_text(
            json.dumps({"job": index, "cycle": bench.lockstep.cycle, "message": str(error)})
        )
        raise
    write_results(folder, results)
