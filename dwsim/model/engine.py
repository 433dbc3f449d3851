"""The engine, cycle by cycle: the components of the generated top, wired as it wires them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.activity import Activity
from dwsim.model.centre import centred
from dwsim.model.component import Component
from dwsim.model.config import Config
from dwsim.model.control import Control, State
from dwsim.model.credit import Credit
from dwsim.model.float_array import FloatArray
from dwsim.model.float_epilogue import FloatEpilogue
from dwsim.model.group_tag import GroupTag
from dwsim.model.ifmap_port import IfmapPort
from dwsim.model.lane_spread import LaneSpread
from dwsim.model.multiplier_array import MultiplierArray
from dwsim.model.output_stage import OfmapBeat, OutputStage
from dwsim.model.param_loader import ParamLoader
from dwsim.model.requantise_stage import RequantiseStage
from dwsim.model.scale_store import ScaleStore
from dwsim.model.skid_buffer import SkidBuffer
from dwsim.model.slot_raster import Decision, SlotRaster
from dwsim.model.stall_flags import StallFlags
from dwsim.model.tap_mask import TapMask
from dwsim.model.tap_select import TapSelect
from dwsim.model.weight_store import WeightStore
from dwsim.model.window import Window
from dwsim.spec.engine_spec import EngineSpec


@dataclass
class Inputs:
    """The values of the input ports in one cycle; beats are int64 arrays of shape (lanes,)."""

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


class Engine:
    """The cycle model of the engine that ``dwsim generate`` writes.

    Read the outputs of a cycle (they come from registers), then call ``step`` with its
    inputs. ``now`` is the slot raster's decision in the last cycle, ``activity`` the use of that
    cycle.
    """

    def __init__(self, spec: EngineSpec) -> None:
        self.spec = spec
        self.numbers = numbers = EngineNumbers(spec)
        self.config = Config(numbers)
        self.control = Control(numbers.timing.drain_cycles)
        self.param_loader = ParamLoader(numbers)
        self.skid_buffer = SkidBuffer()
        self.ifmap_port = IfmapPort(spec.lanes)
        self.slot_raster = SlotRaster(numbers)
        self.credit = Credit(numbers.timing.fifo_depth)
        self.group_tag = GroupTag(numbers)
        self.stall_flags = StallFlags()
        self.window = Window(numbers)
        self.lane_spread = LaneSpread(spec.lanes)
        self.tap_mask = TapMask(numbers) if spec.passes == 1 else TapSelect(numbers)
        self.weight_store = WeightStore(numbers)
        floats = spec.arithmetic
        self.multiplier_array = (
            MultiplierArray(numbers) if floats is None else FloatArray(numbers, floats)
        )
        self.float_epilogue = None if floats is None else FloatEpilogue(numbers, floats)
        requantises = numbers.formats.requantises
        self.scale_store = ScaleStore(numbers) if requantises else None
        self.requantise_stage = RequantiseStage(numbers) if requantises else None
        self.output_stage = OutputStage(numbers)
        self.components = tuple(c for c in vars(self).values() if isinstance(c, Component))
        self.no_beat = np.zeros(spec.lanes, np.int64)
        self.now: Decision | None = None
        self.activity = Activity.FILL

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
        return self.output_stage.tvalid

    @property
    def ofmap(self) -> OfmapBeat:
        """``m_axis_ofmap_t*``, meaningful with ``ofmap_tvalid``."""
        return self.output_stage.beat

    @property
    def busy(self) -> bool:
        """The ``busy`` port."""
        return self.control.busy

    @property
    def starved(self) -> bool:
        """The last cycle was lost to the source."""
        return self.stall_flags.starved

    @property
    def backpressured(self) -> bool:
        """The last cycle was lost to the sink."""
        return self.stall_flags.backpressured

    @property
    def error(self) -> int:
        """The ``error`` port: bit 0 ifmap too short, 1 too long, 2 parameter length."""
        port = self.ifmap_port
        return port.error_short | port.error_long << 1 | self.param_loader.error << 2

    # -- the clock ------------------------------------------------------------------------

    def step(self, inputs: Inputs) -> None:
        """One clock cycle: every stage computes, then all commit."""
        self.now = now = self._decide()
        self.activity = self._activity_of(inputs, now)
        self._compute_control(inputs, now)
        self._compute_ifmap(inputs, now)
        self._compute_slots(inputs, now)
        self._compute_operands()
        self._compute_values(inputs)
        for component in self.components:
            component.commit()

    def _decide(self) -> Decision:
        """The slot raster's decision, on which the other stages depend."""
        tag = self.group_tag
        return self.slot_raster.decide(
            self.control.run,
            self.config.values,
            self.ifmap_port.available(self.skid_buffer.out_valid),
            self.credit.available,
            tag.holding,
            tag.claims,
        )

    def _compute_control(self, inputs: Inputs, now: Decision) -> None:
        """Configuration, control, parameter loader."""
        rst, config, loader = inputs.rst, self.config.values, self.param_loader
        waits_for = (bool(config["load"]), loader.loaded, self.ifmap_port.excess)
        self.config.compute(self.control.capture(inputs.cfg_valid), inputs.cfg)
        self.control.compute(rst, inputs.cfg_valid, *waits_for, now.emit, now.done)
        loader.compute(
            rst,
            inputs.param_tvalid,
            self.no_beat if inputs.param_tdata is None else inputs.param_tdata,
            inputs.param_tlast,
            self.control.swap(*waits_for),
            config["weight_sets"],
        )

    def _compute_ifmap(self, inputs: Inputs, now: Decision) -> None:
        """Skid buffer, centre, ifmap port."""
        rst, skid, port = inputs.rst, self.skid_buffer, self.ifmap_port
        skid.compute(
            rst,
            inputs.ifmap_tvalid,
            (inputs.ifmap_tlast, inputs.ifmap_tdata),
            port.s_ready(now.take),
        )
        last, data = skid.out_data or (False, self.no_beat)
        if skid.out_valid:
            data = centred(data, self.config.values.get("ifmap_zero_point", 0))
        port.compute(
            rst, self.control.restart, skid.out_valid, last, data, now.take, now.final_take
        )

    def _compute_slots(self, inputs: Inputs, now: Decision) -> None:
        """Slot raster, credit, group tag, stall flags."""
        rst, restart, config = inputs.rst, self.control.restart, self.config.values
        tag, output = self.group_tag, self.output_stage
        self.slot_raster.compute(rst, restart, config, now)
        self.credit.compute(rst, now.emit and tag.claims, output.popped(inputs.ofmap_tready))
        tag.compute(rst, restart, now.emit, now.plane_final, now.plane_last, config)
        self.stall_flags.compute(
            rst,
            self.control.run,
            now.done,
            now.starved,
            now.backpressured,
            output.tvalid,
            inputs.ofmap_tready,
        )

    def _compute_operands(self) -> None:
        """Window, lane spread, tap mask or tap select."""
        config, raster, tag = self.config.values, self.slot_raster, self.group_tag
        taps = self.lane_spread.spread(self.window.taps)
        if self.float_epilogue is not None:
            # A bit above each number, which the mask clears, tells a tap in the ifmap.
            taps = taps | 1 << self.spec.ifmap_width
        self.window.compute(
            self.control.restart,
            raster.step_q,
            config["row_delay"],
            config["col_delay"],
            self.ifmap_port.beat,
        )
        self.lane_spread.compute(config["channel_multiplier"], tag.hold_index_q)
        self.tap_mask.compute(raster.emit_q, raster.row_mask, raster.col_mask, tag.pass_q, taps)

    def _compute_values(self, inputs: Inputs) -> None:
        """Weight store, array, requantisers or the epilogue of floats, output stage."""
        loader, tag, array = self.param_loader, self.group_tag, self.multiplier_array
        values = array.acc
        self.weight_store.compute(loader.write, loader.active_bank, tag.weight_word)
        if self.scale_store is not None and self.requantise_stage is not None:
            stage, scale = self.requantise_stage, self.scale_store.scale
            self.scale_store.compute(loader.write, loader.active_bank, tag.weight_set)
            acc, values = values, stage.ofmap
            stage.compute(acc, scale, self.config.values)
        if self.float_epilogue is not None:
            acc, values = values, self.float_epilogue.ofmap
            self.float_epilogue.compute(acc, loader, tag.weight_set, self.config.values)
        array.compute(tag.pass_q, self.tap_mask.operands, self.weight_store.weights)
        self.output_stage.compute(
            inputs.rst, tag.valid_q, tag.keep_count, tag.last, values, inputs.ofmap_tready
        )

    def _activity_of(self, inputs: Inputs, now: Decision) -> Activity:
        """The use of the cycle that is decided but not committed."""
        state = self.control.state
        if self.control.capture(inputs.cfg_valid):
            return Activity.FILL
        if state is State.IDLE or (state is State.RUN and now.done):
            stuck = self.ofmap_tvalid and not inputs.ofmap_tready
            return Activity.BACKPRESSURED if stuck else Activity.DRAIN
        if state is State.LOAD:
            waits = self.config.values["load"] and not self.param_loader.loaded
            return Activity.PARAMETERS if waits else Activity.FILL
        if now.emit:
            return Activity.COMPUTE
        if now.backpressured:
            return Activity.BACKPRESSURED
        if now.starved:
            return Activity.INPUT_STARVED
        return Activity.DRAIN if not self.slot_raster.in_raster.has_planes else Activity.FILL

    @property
    def state(self) -> State:
        """The state of the engine."""
        return self.control.state

    def waits(self) -> str:
        """The cause of a hang, as a clause for the user."""
        now = self.now
        if self.ofmap_tvalid:
            return "a beat on m_axis_ofmap waits for the sink"
        if not self.busy:
            return "the engine is idle: it waits for a cfg handshake"
        if self.control.restart:
            return "the engine waits for a whole parameter tensor on s_axis_param"
        if now is not None and not now.beat_ok:
            return "the next slot waits for a beat on s_axis_ifmap"
        if now is not None and not now.credit_ok:
            return "the next window waits for credit, but no beat waits on m_axis_ofmap"
        if self.slot_raster.plane_start.in_may_begin:
            return "the next plane waits for its first beat on s_axis_ifmap"
        return "slots enter, but no beat moves on any port"
