"""The tap-serial engine, cycle by cycle: its components, wired as the generated top wires them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.stages import (
    MEMORY_CYCLES,
    SERIAL_DRAIN_CYCLES,
    SERIAL_FIRE_CYCLES,
    SERIAL_START_CYCLES,
    WEIGHT_CYCLES,
)
from dwsim.model.accumulator import Accumulator
from dwsim.model.activity import Activity
from dwsim.model.cell_place import CellPlace
from dwsim.model.centre import centred
from dwsim.model.component import Component
from dwsim.model.config import Config
from dwsim.model.control import Control, State
from dwsim.model.drain import Drain
from dwsim.model.engine import Inputs
from dwsim.model.fetch import Fetch
from dwsim.model.ifmap_port import IfmapPort
from dwsim.model.output_fifo import OutputFifo
from dwsim.model.pipeline import Pipeline
from dwsim.model.pixel_credit import PixelCredit
from dwsim.model.pixel_pack import PixelPack
from dwsim.model.pixel_rotate import PixelRotate
from dwsim.model.ring import Ring
from dwsim.model.ring_writer import RingWriter
from dwsim.model.segment import Segment
from dwsim.model.sequencer import Sequencer, Tap
from dwsim.model.serial_loader import SerialLoader
from dwsim.model.serial_scale import SerialScale
from dwsim.model.skid_buffer import SkidBuffer
from dwsim.model.stall_flags import StallFlags
from dwsim.spec.engine_spec import EngineSpec


@dataclass(frozen=True)
class Group:
    """The marks that travel with the sums of a group to the output."""

    counts: np.ndarray
    """Which cells have an ofmap pixel: bool of shape (pixels,)."""
    plane_end: bool
    tail: bool
    stream_end: bool
    weight_set: int


@dataclass(frozen=True)
class PixelBeat:
    """One beat of the ofmap stream; ``values`` is int64 of shape (ofmap_pixels * lanes,)."""

    values: np.ndarray
    pixels: int
    lanes: int
    all_lanes: int
    last: bool

    @property
    def keep(self) -> int:
        """``tkeep``: a bit a value."""
        lanes = (1 << self.lanes) - 1
        return sum(lanes << (pixel * self.all_lanes) for pixel in range(self.pixels))


class TapSerialEngine:
    """The cycle model of a tap-serial engine.

    Read the outputs of a cycle (they come from registers), then call ``step`` with its inputs.
    """

    def __init__(self, spec: EngineSpec) -> None:
        self.spec = spec
        self.numbers = numbers = SerialNumbers(spec)
        self.config_registers = Config(numbers)
        lanes, cells = spec.lanes, numbers.formats.pixels
        self.control = Control(numbers.timing.drain_cycles)
        self.loader = SerialLoader(numbers)
        self.skid_buffer = SkidBuffer()
        self.ifmap_port = IfmapPort(numbers.formats.ifmap_beat_values)
        self.ring_writer = RingWriter(numbers)
        self.fetch = Fetch(numbers)
        self.ring = Ring(numbers)
        self.pixel_rotate = PixelRotate(numbers)
        self.segment = Segment(numbers)
        self.sequencer = Sequencer(numbers)
        self.cell_place = CellPlace(numbers)
        self.credit = PixelCredit(numbers)
        self.moves = Pipeline(1, (False, False))  # load, shift
        self.fires = Pipeline(SERIAL_FIRE_CYCLES, (False, False))  # fires, first of a sum
        self.done = Pipeline(SERIAL_FIRE_CYCLES + 1, False)  # a set is complete
        self.groups: Pipeline = Pipeline(SERIAL_START_CYCLES, None)
        self.weights = Pipeline(MEMORY_CYCLES + WEIGHT_CYCLES, np.zeros(lanes, np.int64))
        self.operand = np.zeros((cells, lanes), np.int64)
        self.accumulator = Accumulator(numbers)
        self.drain = Drain(numbers)
        self.leaving: Pipeline = Pipeline(
            SERIAL_DRAIN_CYCLES + numbers.timing.requantise_cycles, (False, 0, 0, None)
        )
        self.pixel_pack = PixelPack(numbers)
        self.beat_marks = Pipeline(1, (0, False))
        self.output_fifo = OutputFifo(numbers.timing.fifo_depth)
        self.stall_flags = StallFlags()
        self.serial_scale = SerialScale(numbers) if numbers.formats.requantises else None
        self.components: tuple[Component | Pipeline, ...] = (
            self.control, self.loader, self.skid_buffer, self.ifmap_port, self.ring_writer,
            self.fetch, self.ring, self.pixel_rotate, self.segment, self.sequencer,
            self.cell_place, self.credit, self.moves, self.fires, self.done, self.groups,
            self.weights, self.accumulator, self.drain, self.leaving, self.pixel_pack,
            self.beat_marks, self.output_fifo, self.stall_flags, self.config_registers,
            *((self.serial_scale,) if self.serial_scale else ()),
        )  # fmt: skip
        self.activity = Activity.FILL
        self._no_beat = np.zeros(numbers.formats.ifmap_beat_values, np.int64)

    # -- outputs: valid before ``step``, all from registers -------------------------------

    @property
    def cfg_ready(self) -> bool:
        """A geometry is taken if ``cfg_valid``."""
        return self.control.cfg_ready

    @property
    def param_tready(self) -> bool:
        """``s_axis_param_tready``."""
        return self.loader.tready

    @property
    def ifmap_tready(self) -> bool:
        """``s_axis_ifmap_tready``."""
        return self.skid_buffer.s_ready

    @property
    def ofmap_tvalid(self) -> bool:
        """``m_axis_ofmap_tvalid``."""
        return self.output_fifo.m_valid

    @property
    def ofmap(self) -> PixelBeat:
        """``m_axis_ofmap_t*``, meaningful with ``ofmap_tvalid``."""
        beat: PixelBeat = self.output_fifo.m_data
        return beat

    @property
    def busy(self) -> bool:
        """The ``busy`` port."""
        return self.control.busy

    @property
    def error(self) -> int:
        """The ``error`` port: bit 0 ifmap too short, 1 too long, 2 parameter length."""
        port = self.ifmap_port
        return port.error_short | port.error_long << 1 | self.loader.error << 2

    @property
    def starved(self) -> bool:
        """The last cycle was lost to the source."""
        return self.stall_flags.starved

    @property
    def backpressured(self) -> bool:
        """The last cycle was lost to the sink."""
        return self.stall_flags.backpressured

    @property
    def config(self) -> Mapping[str, Any]:
        """The geometry of the running stream."""
        return self.config_registers.values

    @property
    def state(self) -> State:
        """The state of the control."""
        return self.control.state

    # -- the clock ------------------------------------------------------------------------

    def step(self, inputs: Inputs) -> None:
        """One clock cycle: every component computes, then all commit."""
        config, control = self.config, self.control
        run, restart = control.run, control.restart
        load, _ = self.moves.q
        ready = self.segment.ready(self.fetch.mark, load)
        tap = self.sequencer.tap(run, ready, self.credit.room, config)
        self.activity = self._activity_of(inputs, tap)
        self._compute_input(inputs, tap)
        self._compute_segments(restart, run, load)
        self._compute_taps(inputs.rst, restart, run, tap)
        self._compute_output(inputs, restart, tap)
        self.config_registers.compute(control.capture(inputs.cfg_valid), inputs.cfg)
        self.stall_flags.compute(
            inputs.rst, run, self.sequencer.done, tap.starved, tap.backpressured,
            self.ofmap_tvalid, inputs.ofmap_tready,
        )  # fmt: skip
        operand = self._operand()
        for component in self.components:
            component.commit()
        self.operand = operand

    def _activity_of(self, inputs: Inputs, tap: Tap) -> Activity:
        """The use of the cycle that is decided but not committed."""
        state = self.control.state
        if self.control.capture(inputs.cfg_valid):
            return Activity.FILL
        if state is State.LOAD:
            waits = self.config["load"] and not self.loader.loaded
            return Activity.PARAMETERS if waits else Activity.FILL
        if state is State.IDLE or self.sequencer.done:
            stuck = self.ofmap_tvalid and not inputs.ofmap_tready
            return Activity.BACKPRESSURED if stuck else Activity.DRAIN
        if tap.fires:
            return Activity.COMPUTE
        if tap.backpressured:
            return Activity.BACKPRESSURED
        lacks = tap.starved and not self.ifmap_port.available(self.skid_buffer.out_valid)
        return Activity.INPUT_STARVED if lacks and not self.ring_writer.done else Activity.FILL

    def _compute_input(self, inputs: Inputs, tap: Tap) -> None:
        rst, control, config = inputs.rst, self.control, self.config
        load, loaded = bool(config["load"]), self.loader.loaded
        excess, restart = self.ifmap_port.excess, control.restart
        skid, writer = self.skid_buffer, self.ring_writer
        available = self.ifmap_port.available(skid.out_valid)
        take = writer.take(control.run, available, self.fetch.free)
        last, data = skid.out_data or (False, self._no_beat)
        if skid.out_valid:
            data = centred(data, config.get("ifmap_zero_point", 0))
        final = take and writer.final
        self.ifmap_port.compute(rst, restart, skid.out_valid, last, data, take, final)
        skid.compute(
            rst,
            inputs.ifmap_tvalid,
            (inputs.ifmap_tlast, inputs.ifmap_tdata),
            self.ifmap_port.s_ready(take),
        )
        writer.compute(rst, restart, take, config)
        leaves = (tap.fires and tap.completes) or self.drain.active
        done = self.sequencer.done and writer.done
        swap = control.swap(load, loaded, excess)
        control.compute(rst, inputs.cfg_valid, load, loaded, excess, leaves, done)
        beat = np.zeros(self.spec.lanes, np.int64)
        param = beat if inputs.param_tdata is None else inputs.param_tdata
        self.loader.compute(
            rst, inputs.param_tvalid, param, inputs.param_tlast, swap, config["weight_sets"]
        )

    def _compute_segments(self, restart: bool, run: bool, load: bool) -> None:
        fetch, writer = self.fetch, self.ring_writer
        mark = fetch.mark
        step = mark is None or self.segment.accepts(load)
        read = fetch.read(self.config)
        self.segment.compute(restart, mark, self.pixel_rotate.q, *self.moves.q)
        self.pixel_rotate.compute(step, fetch.amount, self.ring.read_data)
        write = (writer.filled, self.ifmap_port.beat) if writer.write else None
        self.ring.compute(write, step, read.pixel)
        fetch.compute(restart, run, step, writer.filled, self.config)

    def _compute_taps(self, rst: bool, restart: bool, run: bool, tap: Tap) -> None:
        sequencer, loader, config = self.sequencer, self.loader, self.config
        init = sequencer.init(run)
        self.cell_place.compute(init, sequencer.init_x, sequencer.init_y, tap, config)
        counts = self.cell_place.counts(config)
        claim = 0
        group = None
        if tap.fires and tap.completes:
            claim = int(counts.sum()) + (config["beat_pad"] if tap.plane_end else 0)
            group = Group(
                counts, tap.plane_end, tap.image_end, tap.stream_end, sequencer.weight_set
            )
        self._claim = claim
        self.groups.compute(rst, group)
        self.done.compute(rst, group is not None)
        self.fires.compute(rst, (tap.fires, tap.first_column and tap.first_row))
        uses = tap.uses_segment
        self.moves.compute(rst, (tap.fires and uses, tap.fires and not uses))
        self.weights.compute(False, loader.weight[loader.active_bank, sequencer.weight_word])
        self.accumulator.compute(self.operand, self.weights.q, *self.fires.q)
        sequencer.compute(restart, run, tap, config)

    def _operand(self) -> np.ndarray:
        """The pixels under the cells, 0 where a tap lies outside the ifmap."""
        places = np.arange(len(self.operand)) * self.config["cell_stride"]
        pixels = self.segment.cells[np.minimum(places, self.segment.length - 1)]
        return np.where(self.cell_place.in_ifmap[:, np.newaxis], pixels, 0)

    def _compute_output(self, inputs: Inputs, restart: bool, tap: Tap) -> None:
        rst, drain, pack = inputs.rst, self.drain, self.pixel_pack
        drain.compute(rst, self.groups.q, self.done.q, self.accumulator.acc, self.config)
        self.leaving.compute(rst, (drain.active, drain.lane, drain.cell, drain.marks))
        active, lane, cell, group = self.leaving.q
        values = drain.values
        if self.serial_scale is not None:
            index = 0 if drain.marks is None else drain.marks.weight_set
            self.serial_scale.compute(self.loader, drain.lane, index, drain.values, self.config)
            values = self.serial_scale.values
        keep = final = False
        if active:
            keep = cell < len(group.counts) and bool(group.counts[cell])
            final = group.plane_end and cell == self.config["last_cell"]
        pack.compute(restart, active, lane, values, keep, final)
        lanes = self.spec.lanes
        if active and group.tail:
            lanes = self.config["tail_channels"]
        self.beat_marks.compute(False, (lanes, bool(final and group.stream_end)))
        beat = None
        if pack.write:
            kept, last = self.beat_marks.q
            beat = PixelBeat(pack.beat.reshape(-1), pack.count, kept, self.spec.lanes, last)
        pop = self.output_fifo.pop(inputs.ofmap_tready)
        self.credit.compute(rst, self._claim, pop)
        self.output_fifo.compute(rst, pack.write, beat, inputs.ofmap_tready)

    def waits(self) -> str:
        """The cause of a hang, as a clause for the user."""
        if self.ofmap_tvalid:
            return "a beat on m_axis_ofmap waits for the sink"
        if not self.busy:
            return "the engine is idle: it waits for a cfg handshake"
        if self.control.restart:
            return "the engine waits for a whole parameter tensor on s_axis_param"
        if not self.credit.room:
            return "a group of cells waits for room in the output FIFO"
        if not self.ring_writer.done and not self.skid_buffer.out_valid:
            return "the ring waits for a beat on s_axis_ifmap"
        return "no beat moves on any port"
