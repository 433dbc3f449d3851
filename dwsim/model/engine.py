"""The engine, cycle by cycle: the components of the generated top, wired as it wires them."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.activity import Activity
from dwsim.model.centre import centred
from dwsim.model.component import Component
from dwsim.model.control import Control, State
from dwsim.model.credit import Credit
from dwsim.model.group_tag import GroupTag
from dwsim.model.ifmap_port import IfmapPort
from dwsim.model.kernel_row import KernelRow
from dwsim.model.lane_spread import LaneSpread
from dwsim.model.output_fifo import OutputFifo
from dwsim.model.param_loader import ParamLoader
from dwsim.model.pass_sum import PassSum
from dwsim.model.pipeline import Pipeline
from dwsim.model.requantise import Requantise
from dwsim.model.row_tree import RowTree
from dwsim.model.skid_buffer import SkidBuffer
from dwsim.model.slot_raster import Decision, SlotRaster
from dwsim.model.tap_mask import TapMask
from dwsim.model.tap_select import TapSelect
from dwsim.model.weight_memory import WeightMemory
from dwsim.model.window import Window
from dwsim.spec.engine_spec import EngineSpec


@dataclass
class Inputs:
    """What the outside drives in one cycle; beats are int64 arrays of shape (lanes,)."""

    rst: bool = False
    cfg_valid: bool = False
    cfg: Mapping[str, Any] = field(default_factory=dict)
    param_tvalid: bool = False
    param_tdata: np.ndarray | None = None
    param_tlast: bool = False
    ifmap_tvalid: bool = False
    ifmap_tdata: np.ndarray | None = None
    ifmap_tlast: bool = False
    ofmap_tready: bool = False


@dataclass(frozen=True)
class OfmapBeat:
    """One beat of the ofmap stream; ``values`` is int64 of shape (lanes,)."""

    values: np.ndarray
    keep_count: int
    last: bool


class Engine:
    """The cycle model of the engine that ``dwsim generate`` writes.

    Read the outputs of a cycle (they come from registers), then call ``step`` with its
    inputs. ``now`` is the slot raster's decision of the cycle last stepped, ``activity``
    what that cycle was spent on.
    """

    def __init__(self, spec: EngineSpec) -> None:
        self.spec = spec
        self.numbers = numbers = EngineNumbers(spec)
        self.config: Mapping[str, Any] = {
            f.name: [0] * f.count if f.count > 1 or f.name.startswith("tap_") else 0
            for f in numbers.config_fields
        }
        self.control = Control(numbers.timing.drain_cycles)
        self.param_loader = ParamLoader(numbers)
        self.skid_buffer = SkidBuffer()
        self.ifmap_port = IfmapPort(spec.lanes)
        self.slot_raster = SlotRaster(numbers)
        self.credit = Credit(numbers.timing.fifo_depth)
        self.group_tag = GroupTag(numbers)
        self.window = Window(numbers)
        self.lane_spread = LaneSpread(spec.lanes)
        self.tap_mask = TapMask(numbers) if spec.passes == 1 else TapSelect(numbers)
        self.weight_memory = WeightMemory(numbers)
        self.kernel_row = KernelRow(numbers)
        self.row_tree = RowTree(numbers)
        self.pass_sum = PassSum(numbers) if spec.passes > 1 else None
        self.requantise = Requantise(numbers) if numbers.formats.requantises else None
        self.valids = Pipeline(numbers.timing.output_cycles, False)
        self.marks = Pipeline(numbers.timing.output_cycles - 1, (0, False))
        self.output_fifo = OutputFifo(numbers.timing.fifo_depth)
        # Tags of this cycle and the last ones: (bank, word, set) of what could be emitted.
        # Column c reads with that of weight_tag_cycles(c) ago, each word of the requantiser with
        # that of the value that it meets three cycles later.
        self.skews = [
            numbers.timing.weight_tag_cycles(c) for c in range(numbers.formats.array_cols)
        ]
        self.scale_skews = [
            numbers.timing.scale_tag_cycles + part.delay
            for part in numbers.formats.scale_parts
            for _ in range(part.words)
        ]
        ages = 1 + max(*self.skews, 0, *self.scale_skews)
        self.tags: deque[tuple[int, int, int]] = deque([(0, 0, 0)] * ages, maxlen=ages)
        self.components: tuple[Component, ...] = (
            self.control,
            self.param_loader,
            self.skid_buffer,
            self.ifmap_port,
            self.slot_raster,
            self.credit,
            self.group_tag,
            self.window,
            self.lane_spread,
            self.tap_mask,
            self.weight_memory,
            self.kernel_row,
            self.row_tree,
            self.valids,
            self.marks,
            self.output_fifo,
            *((self.pass_sum,) if self.pass_sum else ()),
            *((self.requantise,) if self.requantise else ()),
        )
        self.no_beat = np.zeros(spec.lanes, np.int64)
        self.now: Decision | None = None
        self.activity = Activity.FILL
        self.starved = False
        self.backpressured = False

    # -- outputs: valid before ``step``, all from registers -------------------------------

    @property
    def cfg_ready(self) -> bool:
        """A geometry is taken if ``cfg_valid``."""
        return self.control.cfg_ready

    @property
    def param_tready(self) -> bool:
        """``s_axis_param_tready``."""
        return self.param_loader.tready

    @property
    def ifmap_tready(self) -> bool:
        """``s_axis_ifmap_tready``."""
        return self.skid_buffer.s_ready

    @property
    def ofmap_tvalid(self) -> bool:
        """``m_axis_ofmap_tvalid``."""
        return self.output_fifo.m_valid

    @property
    def ofmap(self) -> OfmapBeat:
        """``m_axis_ofmap_t*``, meaningful with ``ofmap_tvalid``."""
        return self.output_fifo.m_data

    @property
    def busy(self) -> bool:
        """The ``busy`` port."""
        return self.control.busy

    @property
    def error(self) -> int:
        """The ``error`` port: bit 0 ifmap too short, 1 too long, 2 parameter length."""
        port = self.ifmap_port
        return port.error_short | port.error_long << 1 | self.param_loader.error << 2

    # -- the clock ------------------------------------------------------------------------

    def step(self, inputs: Inputs) -> None:
        """One clock cycle: every component computes, then all commit."""
        rst, config, control = inputs.rst, self.config, self.control
        restart = control.restart
        excess = self.ifmap_port.excess
        swap = control.swap(bool(config["load"]), self.param_loader.loaded, excess)
        skid = self.skid_buffer
        tag = self.group_tag
        available = self.ifmap_port.available(skid.out_valid)
        now = self.slot_raster.decide(
            control.run, config, available, self.credit.available, tag.holding, tag.claims
        )
        self.now = now
        self._compute_input(inputs, now, restart, swap)
        self._compute_slots(rst, now, restart)
        self._compute_array(inputs)

        self.activity = self._activity_of(inputs)
        stalls = control.run and not rst
        capture = control.capture(inputs.cfg_valid)
        for component in self.components:
            component.commit()
        self.starved = stalls and self.activity is Activity.INPUT_STARVED
        self.backpressured = stalls and self.activity is Activity.BACKPRESSURED
        if capture:
            self.config = inputs.cfg

    def _compute_input(self, inputs: Inputs, now: Decision, restart: bool, swap: bool) -> None:
        rst, skid = inputs.rst, self.skid_buffer
        self.control.compute(
            rst,
            inputs.cfg_valid,
            bool(self.config["load"]),
            self.param_loader.loaded,
            self.ifmap_port.excess,
            now.emit,
            now.done,
        )
        self.param_loader.compute(
            rst,
            inputs.param_tvalid,
            self.no_beat if inputs.param_tdata is None else inputs.param_tdata,
            inputs.param_tlast,
            swap,
            self.config["weight_sets"],
        )
        last, data = skid.out_data or (False, self.no_beat)
        if skid.out_valid:
            data = centred(data, self.config.get("ifmap_zero_point", 0))
        self.ifmap_port.compute(rst, restart, skid.out_valid, last, data, now.take, now.final_take)
        skid.compute(
            rst,
            inputs.ifmap_tvalid,
            (inputs.ifmap_tlast, inputs.ifmap_tdata),
            self.ifmap_port.s_ready(now.take),
        )

    def _compute_slots(self, rst: bool, now: Decision, restart: bool) -> None:
        self.slot_raster.compute(rst, restart, self.config, now)
        self.group_tag.compute(
            rst,
            restart,
            now.emit,
            now.plane_final,
            now.plane_last,
            self.config,
        )

    def _compute_array(self, inputs: Inputs) -> None:
        rst, config, raster, tag = inputs.rst, self.config, self.slot_raster, self.group_tag
        self.window.compute(
            self.control.restart,
            raster.step_q,
            config["row_delay"],
            config["col_delay"],
            self.ifmap_port.beat,
        )
        taps = self.lane_spread.spread(self.window.taps)
        self.lane_spread.compute(config["channel_multiplier"], tag.hold_index_q)
        self.tap_mask.compute(raster.emit_q, raster.row_mask, raster.col_mask, tag.pass_q, taps)
        loader = self.param_loader
        self.tags.appendleft((loader.active_bank, tag.weight_word, tag.weight_set))
        self.weight_memory.compute(
            loader.write,
            [self.tags[skew][:2] for skew in self.skews],
            [self.tags[skew][::2] for skew in self.scale_skews],
        )
        self.kernel_row.compute(self.tap_mask.operands, self.weight_memory.read_data)
        self.row_tree.compute(self.kernel_row.sums)
        if self.pass_sum is not None:
            total = self.row_tree.sum(self.kernel_row.sums)
            self.pass_sum.compute(tag.pass_q == 0, total)
        self.valids.compute(rst, tag.valid_q)
        self.marks.compute(False, (tag.keep_count, tag.last))

        values = self.acc
        if self.requantise is not None:
            self.requantise.compute(values, self.weight_memory.scale_data, config)
            values = self.requantise.ofmap
        valid = self.valids.q
        beat = OfmapBeat(values, *self.marks.q) if valid else None
        claim = self.now.emit and tag.claims
        self.credit.compute(rst, claim, self.output_fifo.pop(inputs.ofmap_tready))
        self.output_fifo.compute(rst, valid, beat, inputs.ofmap_tready)

    @property
    def acc(self) -> np.ndarray:
        """The full-width sums, int64 of shape (lanes,)."""
        if self.pass_sum is not None:
            return self.pass_sum.acc
        return self.row_tree.sum(self.kernel_row.sums)

    def _activity_of(self, inputs: Inputs) -> Activity:
        """What the engine does in the cycle that it has computed but not committed."""
        state, now = self.control.state, self.now
        if self.control.capture(inputs.cfg_valid):
            return Activity.FILL
        if state is State.IDLE or (state is State.RUN and now.done):
            stuck = self.ofmap_tvalid and not inputs.ofmap_tready
            return Activity.BACKPRESSURED if stuck else Activity.DRAIN
        if state is State.LOAD:
            waits = self.config["load"] and not self.param_loader.loaded
            return Activity.PARAMETERS if waits else Activity.FILL
        if now.emit:
            return Activity.COMPUTE
        if self.group_tag.holding:
            return Activity.BACKPRESSURED
        raster = self.slot_raster
        if not now.step:
            return Activity.BACKPRESSURED if now.beat_ok else Activity.INPUT_STARVED
        if raster.in_planes == 0:
            return Activity.DRAIN
        if raster.in_may_begin and not now.in_live:
            return Activity.INPUT_STARVED
        return Activity.FILL

    @property
    def state(self) -> State:
        """What the engine is doing."""
        return self.control.state
