"""Model of ``dw_slot_raster``: the only component that counts slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.plane_marker import PlaneMarker
from dwsim.model.raster import Raster
from dwsim.model.tap_axis import TapAxis

_EVERY = (1, 1)


@dataclass(frozen=True)
class Decision:
    """The decision of this cycle: the combinational outputs of the slot raster."""

    in_live: bool
    out_live: bool
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
        self.plane_marker = PlaneMarker()
        self.tap_row = TapAxis(spec.kernel_h)
        self.tap_col = TapAxis(spec.kernel_w)
        self.in_planes = 0
        self.out_planes = 0
        # The next slot belongs to a plane of the raster without further input.
        self.in_sure = False
        self.out_sure = False
        # The next slot begins a plane of the input if there is a beat; of leading outputs.
        self.in_may_begin = False
        self.out_begins = False
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
        in_begins = self.in_may_begin and beat_available
        both_begin = in_begins and config["lag"] == 0
        in_due = self.in_sure and in_raster.hit
        out_due = self.out_sure and out_raster.hit
        emits = out_due or both_begin
        beat_ok = not in_due or beat_available
        # Without a lag even a void in place of a plane's first slot waits for credit.
        may_emit = out_due or (self.in_may_begin and config["lag"] == 0)
        credit_ok = not may_emit or credit_available
        step = run and not holding and beat_ok and credit_ok
        take = step and (in_due or in_begins)
        emit = (step and emits) or (holding and (credit_available or not claims))
        done = self.in_planes == 0 and self.out_planes == 0 and not holding
        stalls = run and not done and not emit
        # A void that enters only because the next plane has no beat yet is a stall, too.
        lacks_beat = self.in_may_begin and not beat_available if step else not beat_ok
        return Decision(
            in_live=self.in_sure or in_begins,
            out_live=self.out_sure or both_begin,
            beat_ok=beat_ok,
            credit_ok=credit_ok,
            step=step,
            take=take,
            final_take=take and in_raster.final_hit and self.in_planes == 1,
            emit=emit,
            plane_final=out_raster.final_hit,
            plane_last=self.out_planes == 1,
            done=done,
            starved=stalls and not holding and lacks_beat,
            backpressured=stalls and (holding or (not step and beat_ok)),
        )

    def compute(self, rst: bool, restart: bool, config: Mapping[str, Any], now: Decision) -> None:
        """Moves both rasters past the slot that was decided on."""
        interleave = config["interleave"]
        pitch = (config["plane_rows"], config["row_pitch"])
        ifmap_size = (config["ifmap_h"], config["ifmap_w"])
        ofmap_size = (config["ofmap_h"], config["ofmap_w"])
        stride = (config["stride_h"], config["stride_w"])
        out, out_step = self.out_raster, now.step and now.out_live
        self.in_raster.compute(
            restart, now.step and now.in_live, interleave, pitch, _EVERY, ifmap_size
        )
        out.compute(restart, out_step, interleave, pitch, stride, ofmap_size)
        self.tap_row.compute(restart, out_step and out.row_end, out.plane_end, config["tap_row"])
        self.tap_col.compute(restart, out_step and out.pixel_end, out.row_end, config["tap_col"])
        self.next = {"step_q": now.step and not rst, "emit_q": now.emit and not rst}
        self._compute_planes(restart, config, now)
        if now.step:
            self.next["row_mask"] = self.tap_row.mask(config["ifmap_h"])
            self.next["col_mask"] = self.tap_col.mask(config["ifmap_w"])

    def _compute_planes(self, restart: bool, config: Mapping[str, Any], now: Decision) -> None:
        """The planes of the next slot: they end, follow each other, and follow the other raster."""
        lead, lag, planes = bool(config["lead"]), config["lag"], config["planes"]
        mark = self.out_begins if lead else now.in_live and not self.in_sure
        marked = self.plane_marker.mark_next(lag, mark)
        self.plane_marker.compute(restart, now.step, lag, mark)
        if restart:
            leads = lead and planes != 0
            self.next.update(in_planes=planes, in_sure=False, in_may_begin=planes != 0 and not lead)
            self.next.update(out_planes=planes, out_sure=leads, out_begins=leads)
            return
        if not now.step:
            return
        in_raster, out = self.in_raster, self.out_raster
        if now.in_live:
            left = self.in_planes - in_raster.final_hit
            turns = in_raster.plane_end and left != 0
            self.next.update(in_planes=left, in_may_begin=turns and not lead)
        self.next["in_sure"] = (now.in_live and not in_raster.plane_end) or (lead and marked)
        left = self.out_planes - (now.out_live and out.final_hit)
        follows = lead and now.out_live and out.plane_end and left != 0
        goes_on = (now.out_live and not out.plane_end) or follows
        self.next.update(
            out_planes=left, out_begins=follows, out_sure=goes_on or (marked and not lead)
        )

    def commit(self) -> None:
        """The clock edge, of the parts too."""
        self.in_raster.commit()
        self.out_raster.commit()
        self.plane_marker.commit()
        self.tap_row.commit()
        self.tap_col.commit()
        super().commit()
