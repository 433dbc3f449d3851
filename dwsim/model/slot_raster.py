"""Model of ``dw_slot_raster``: the one place where slots are counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.delay_line import DelayLine
from dwsim.model.raster import Raster
from dwsim.model.tap_axis import TapAxis

_EVERY = (1, 1)
_MARK, _NO_MARK = np.ones((), np.int64), np.zeros((), np.int64)


@dataclass(frozen=True)
class Decision:
    """What happens in this cycle: the combinational outputs of the slot raster."""

    plane_start: bool
    in_start: bool
    out_start: bool
    beat_ok: bool
    credit_ok: bool
    step: bool
    take: bool
    final_take: bool
    emit: bool
    plane_final: bool
    plane_last: bool
    done: bool


class SlotRaster(Component):
    """Input and output raster, ``lag`` slots apart, and the masks of the output's taps."""

    def __init__(self, numbers: EngineNumbers) -> None:
        spec = numbers.spec
        self.in_raster = Raster()
        self.out_raster = Raster()
        self.marker = DelayLine((), numbers.max_lag, zero_fill=True) if numbers.max_lag else None
        self.tap_row = TapAxis(spec.kernel_h)
        self.tap_col = TapAxis(spec.kernel_w)
        self.in_planes = 0
        self.out_planes = 0
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
        """Whether a slot enters, takes a beat, and emits its window.

        ``holding``: the last window has passes to go; ``claims``: the next one needs credit.
        """
        in_raster, out_raster = self.in_raster, self.out_raster
        lead = bool(config["lead"])
        if lead:
            may_start = not out_raster.running and self.out_planes != 0
        else:
            may_start = not in_raster.running and self.in_planes != 0
        plane_start = may_start and (lead or beat_available)
        if config["lag"] == 0 or self.marker is None:
            marker = plane_start
        else:
            marker = bool(self.marker.q)
        in_start, out_start = (marker, plane_start) if lead else (plane_start, marker)

        takes = in_raster.live(in_start) and in_raster.due
        emits = out_raster.live(out_start) and out_raster.due
        beat_ok = not takes or beat_available
        credit_ok = not emits or credit_available
        step = run and not holding and beat_ok and credit_ok
        take = step and takes
        return Decision(
            plane_start=plane_start,
            in_start=in_start,
            out_start=out_start,
            beat_ok=beat_ok,
            credit_ok=credit_ok,
            step=step,
            take=take,
            final_take=take and in_raster.final_due and self.in_planes == 1,
            emit=(step and emits) or (holding and (credit_available or not claims)),
            plane_final=out_raster.final_due,
            plane_last=self.out_planes == 1,
            done=self.in_planes == 0 and self.out_planes == 0 and not holding,
        )

    def compute(self, rst: bool, restart: bool, config: Mapping[str, Any], now: Decision) -> None:
        """Moves both rasters past the slot that was decided on."""
        step = now.step
        interleave = config["interleave"]
        pitch = (config["plane_rows"], config["row_pitch"])
        ifmap_size = (config["ifmap_h"], config["ifmap_w"])
        ofmap_size = (config["ofmap_h"], config["ofmap_w"])
        stride = (config["stride_h"], config["stride_w"])
        in_raster, out = self.in_raster, self.out_raster
        in_moves = step and in_raster.live(now.in_start)
        out_moves = step and out.live(now.out_start)
        in_final = now.take and in_raster.final_due
        out_final = out_moves and out.due and out.final_due

        in_raster.compute(restart, in_moves, interleave, pitch, _EVERY, ifmap_size)
        out.compute(restart, out_moves, interleave, pitch, stride, ofmap_size)
        if self.marker is not None:
            mark = _MARK if now.plane_start else _NO_MARK
            self.marker.compute(restart, step, config["lag"], mark)
        self.tap_row.compute(restart, out_moves and out.row_end, out.plane_end, config["tap_row"])
        self.tap_col.compute(restart, out_moves and out.pixel_end, out.row_end, config["tap_col"])

        self.next = {"step_q": step and not rst, "emit_q": now.emit and not rst}
        if restart:
            self.next.update(in_planes=config["planes"], out_planes=config["planes"])
        else:
            self.next.update(
                in_planes=self.in_planes - in_final,
                out_planes=self.out_planes - out_final,
            )
        if step:
            self.next["row_mask"] = self.tap_row.mask(config["ifmap_h"])
            self.next["col_mask"] = self.tap_col.mask(config["ifmap_w"])

    def commit(self) -> None:
        """The clock edge, of the parts too."""
        self.in_raster.commit()
        self.out_raster.commit()
        if self.marker is not None:
            self.marker.commit()
        self.tap_row.commit()
        self.tap_col.commit()
        super().commit()
