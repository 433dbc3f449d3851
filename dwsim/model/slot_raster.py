"""Model of ``dw_slot_raster``: the only component that counts slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.plane_start import PlaneStart, Slots
from dwsim.model.raster import Raster
from dwsim.model.tap_axis import TapAxis

_EVERY = (1, 1)


@dataclass(frozen=True)
class Decision:
    """The decision of this cycle: the combinational outputs of the slot raster."""

    slots: Slots
    beat_ok: bool
    credit_ok: bool
    step: bool
    take: bool
    final_take: bool
    emit: bool
    plane_final: bool
    plane_last: bool
    done: bool
    starved: bool
    backpressured: bool


class SlotRaster(Component):
    """Input and output raster, ``lag`` slots apart, and the masks of the output's taps."""

    def __init__(self, numbers: EngineNumbers) -> None:
        spec = numbers.spec
        self.in_raster = Raster()
        self.out_raster = Raster()
        self.plane_start = PlaneStart()
        self.tap_row = TapAxis(spec.kernel_h)
        self.tap_col = TapAxis(spec.kernel_w)
        self.parts: tuple[Component, ...] = (
            *(self.in_raster, self.out_raster, self.plane_start),
            *(self.tap_row, self.tap_col),
        )
        self.step_q = False
        self.emit_q = False
        self.row_mask = [False] * spec.kernel_h
        self.col_mask = [False] * spec.kernel_w

    def decide(
        self,
        run: bool,
        config: Mapping[str, Any],
        beat_available: bool,
        credit_available: bool,
        holding: bool,
        claims: bool,
    ) -> Decision:
        """Decides if a slot enters, takes a beat, and emits its window.

        ``holding``: the last window has passes to go; ``claims``: the next one needs credit.
        """
        in_raster, out_raster = self.in_raster, self.out_raster
        hits = in_raster.hit, out_raster.hit
        slots = self.plane_start.slots(config["lag"], beat_available, *hits)
        beat_ok = not slots.in_due or beat_available
        credit_ok = not slots.out_due or credit_available
        step = run and not holding and beat_ok and credit_ok
        take = step and slots.in_hit
        emit = (step and slots.out_hit) or (holding and (credit_available or not claims))
        done = not in_raster.has_planes and not out_raster.has_planes and not holding
        stalls = run and not done and not emit
        # A void that enters only because the next plane has no beat yet is a stall, too.
        waits_for_plane = self.plane_start.in_may_begin and not beat_available
        lacks_beat = waits_for_plane if step else not beat_ok
        return Decision(
            slots=slots,
            beat_ok=beat_ok,
            credit_ok=credit_ok,
            step=step,
            take=take,
            final_take=take and in_raster.final_hit and in_raster.last_plane,
            emit=emit,
            plane_final=out_raster.final_hit,
            plane_last=out_raster.last_plane,
            done=done,
            starved=stalls and not holding and lacks_beat,
            backpressured=stalls and (holding or (not step and beat_ok)),
        )

    def compute(self, rst: bool, restart: bool, config: Mapping[str, Any], now: Decision) -> None:
        """Moves both rasters past the slot that was decided on."""
        interleave, planes = config["interleave"], config["planes"]
        pitch = (config["plane_rows"], config["row_pitch"])
        ifmap_size = (config["ifmap_h"], config["ifmap_w"])
        ofmap_size = (config["ofmap_h"], config["ofmap_w"])
        stride = (config["stride_h"], config["stride_w"])
        into, out = self.in_raster, self.out_raster
        in_step, out_step = now.step and now.slots.in_live, now.step and now.slots.out_live
        into.compute(restart, in_step, interleave, pitch, _EVERY, ifmap_size, planes)
        out.compute(restart, out_step, interleave, pitch, stride, ofmap_size, planes)
        self.plane_start.compute(
            restart,
            planes != 0,
            now.step,
            config["lag"],
            bool(config["lead"]),
            now.slots,
            ends=(into.plane_end, out.plane_end),
            turns=(into.turns, out.turns),
        )
        self.tap_row.compute(restart, out_step and out.row_end, out.plane_end, config["tap_row"])
        self.tap_col.compute(restart, out_step and out.pixel_end, out.row_end, config["tap_col"])
        self.next = {"step_q": now.step and not rst, "emit_q": now.emit and not rst}
        if now.step:
            self.next["row_mask"] = self.tap_row.mask(config["ifmap_h"])
            self.next["col_mask"] = self.tap_col.mask(config["ifmap_w"])

    def commit(self) -> None:
        """The clock edge, of the parts too."""
        for part in self.parts:
            part.commit()
        super().commit()
