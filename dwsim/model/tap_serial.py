"""The tap-serial engine, cycle by cycle: its components, wired as the generated top wires them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.activity import Activity
from dwsim.model.cell_array import CellArray
from dwsim.model.cell_place import CellPlace
from dwsim.model.centre import centred
from dwsim.model.config import Config
from dwsim.model.control import Control, State
from dwsim.model.drain import Drain
from dwsim.model.engine import Inputs
from dwsim.model.fetch import Fetch
from dwsim.model.float_cell_array import FloatCellArray
from dwsim.model.ifmap_port import IfmapPort
from dwsim.model.pixel_credit import PixelCredit
from dwsim.model.pixel_path import CopiedRings, SharedRing
from dwsim.model.ring_writer import RingWriter
from dwsim.model.segment_ready import SegmentReady
from dwsim.model.sequencer import Sequencer, Tap
from dwsim.model.serial_float_values import SerialFloatValues
from dwsim.model.serial_loader import SerialLoader
from dwsim.model.serial_output import PixelBeat, SerialOutput
from dwsim.model.serial_scale import SerialScale
from dwsim.model.skid_buffer import SkidBuffer
from dwsim.model.stall_flags import StallFlags
from dwsim.model.tap_pipeline import TapPipeline
from dwsim.spec.engine_spec import EngineSpec


class TapSerialEngine:
    """The cycle model of a tap-serial engine.

    Read the outputs of a cycle (they come from registers), then call ``step`` with its inputs.
    """

    def __init__(self, spec: EngineSpec) -> None:
        self.spec = spec
        self.numbers = numbers = SerialNumbers(spec)
        self.config_registers = Config(numbers)
        self.control = Control(numbers.timing.control_cycles)
        self.loader = SerialLoader(numbers)
        self.skid_buffer = SkidBuffer()
        self.ifmap_port = IfmapPort(numbers.formats.ifmap_beat_values)
        self.ring_writer = RingWriter(numbers)
        self.fetch = Fetch(numbers)
        self.segment_ready = SegmentReady()
        self.pixels: SharedRing | CopiedRings = (
            CopiedRings(numbers) if numbers.shape.copied_rings else SharedRing(numbers, self.fetch)
        )
        """The way of the pixels from the ifmap port to the cells."""
        self.sequencer = Sequencer(numbers)
        self.cell_place = CellPlace(numbers)
        self.credit = PixelCredit(numbers)
        self.tap_pipeline = TapPipeline(numbers)
        arithmetic = numbers.formats.arithmetic
        self.cell_array = (
            CellArray(numbers) if arithmetic is None else FloatCellArray(numbers, arithmetic)
        )
        self.drain = Drain(numbers)
        self.serial_output = SerialOutput(numbers)
        self.stall_flags = StallFlags()
        self.finish: SerialScale | SerialFloatValues | None = None
        """The stages from sums to ofmap values; None: raw sums."""
        if arithmetic is not None:
            self.finish = SerialFloatValues(numbers, arithmetic)
        elif numbers.formats.requantises:
            self.finish = SerialScale(numbers)
        stages = (
            self.config_registers, self.control, self.loader, self.skid_buffer, self.ifmap_port,
            self.ring_writer, self.fetch, self.segment_ready, *self.pixels.components,
            self.sequencer, self.cell_place, self.credit, self.tap_pipeline, self.stall_flags,
            self.cell_array, self.drain, self.serial_output,
        )  # fmt: skip
        self.components: tuple[Any, ...] = stages
        if self.finish is not None:
            self.components = (*stages, self.finish)
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
        return self.serial_output.tvalid

    @property
    def ofmap(self) -> PixelBeat:
        """``m_axis_ofmap_t*``, meaningful with ``ofmap_tvalid``."""
        return self.serial_output.beat

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
        load, _ = self.tap_pipeline.moves.q
        ready = self.segment_ready.ready(self.fetch.mark, load)
        tap = self.sequencer.tap(run, ready, self.credit.room, config)
        self.activity = self._activity_of(inputs, tap)
        self._compute_input(inputs, tap)
        self._compute_segments(restart, run)
        self._compute_taps(inputs, restart, run, tap)
        self._compute_output(inputs, restart)
        self.config_registers.compute(control.capture(inputs.cfg_valid), inputs.cfg)
        self.stall_flags.compute(
            inputs.rst, run, self.sequencer.done, tap.starved, tap.backpressured,
            self.ofmap_tvalid, inputs.ofmap_tready,
        )  # fmt: skip
        for component in self.components:
            component.commit()

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
        take = writer.take(available, self.pixels.free)
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
        start = control.start(load, loaded, excess)
        writer.compute(rst, restart, start, take, config)
        leaves = (tap.fires and tap.completes) or self.drain.active
        done = self.sequencer.done and writer.done
        swap = control.swap(load, loaded, excess)
        control.compute(rst, inputs.cfg_valid, load, loaded, excess, leaves, done)
        beat = np.zeros(self.spec.lanes, np.int64)
        param = beat if inputs.param_tdata is None else inputs.param_tdata
        self.loader.compute(
            rst, inputs.param_tvalid, param, inputs.param_tlast, swap, config["weight_sets"]
        )

    def _compute_segments(self, restart: bool, run: bool) -> None:
        writer, moves = self.ring_writer, self.tap_pipeline.moves.q
        mark, load = self.fetch.mark, moves[0]
        step = mark is None or self.segment_ready.accepts(load)
        self.segment_ready.compute(restart, mark, load)
        self.pixels.move(restart, step, moves, writer, self.ifmap_port.beat)
        self.fetch.compute(restart, run, step, writer.filled, self.config)

    def _compute_taps(self, inputs: Inputs, restart: bool, run: bool, tap: Tap) -> None:
        rst, tready = inputs.rst, inputs.ofmap_tready
        sequencer, loader, config = self.sequencer, self.loader, self.config
        init = sequencer.init(run)
        self.cell_place.compute(init, sequencer.init_x, sequencer.init_y, tap, config)
        self.pixels.follow(restart, run, sequencer, self.cell_place, tap, config)
        counts, taps = self.cell_place.counts(config), self.tap_pipeline
        self.cell_array.compute(
            *self.pixels.operands(config["cell_stride"], self.cell_place.in_ifmap, taps.weights.q),
            taps.fires.q,
        )
        pop = self.serial_output.popped(tready)
        pad = int(config["beat_pad"]) if tap.plane_end else 0
        self.credit.compute(rst, tap.fires and tap.completes, counts, pad, pop, config)
        group = taps.groups.q
        chunks = config["final_chunks" if group is not None and group.plane_end else "chunks"]
        self.drain.compute(rst, group, taps.complete.q, self.cell_array.acc, chunks)
        taps.compute(rst, tap, counts, sequencer, loader)
        sequencer.compute(restart, run, tap, config)

    def _compute_output(self, inputs: Inputs, restart: bool) -> None:
        drain, config = self.drain, self.config
        values = drain.values
        if self.finish is not None:
            index = 0 if drain.marks is None else drain.marks.weight_set
            self.finish.compute(self.loader, drain.lane, index, drain.values, config)
            values = self.finish.values
        self.serial_output.compute(inputs.rst, restart, drain, values, inputs.ofmap_tready, config)

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
