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
    emit_first: bool
    group_final: bool
    plane_last: bool
    emit: bool
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
    ) -> Decision:
        """Whether a slot enters, takes a beat, and emits its window."""
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

        takes = in_raster.hit(in_start)
        emits = out_raster.hit(out_start)
        beat_ok = not takes or beat_available
        credit_ok = not emits or credit_available
        step = run and not holding and beat_ok and credit_ok
        emit_first = step and emits
        return Decision(
            plane_start=plane_start,
            in_start=in_start,
            out_start=out_start,
            beat_ok=beat_ok,
            credit_ok=credit_ok,
            step=step,
            take=step and takes,
            final_take=step and in_raster.final_hit(in_start) and self.in_planes == 1,
            emit_first=emit_first,
            group_final=step and out_raster.final_hit(out_start),
            plane_last=self.out_planes == 1,
            emit=emit_first or (holding and credit_available),
            done=self.in_planes == 0 and self.out_planes == 0 and not holding,
        )

    def compute(self, rst: bool, restart: bool, config: Mapping[str, Any], now: Decision) -> None:
        """Moves both rasters past the slot that was decided on."""
        step = now.step
        pitch = (config["plane_rows"], config["row_pitch"])
        ifmap_size = (config["ifmap_h"], config["ifmap_w"])
        ofmap_size = (config["ofmap_h"], config["ofmap_w"])
        stride = (config["stride_h"], config["stride_w"])
        out_live = step and self.out_raster.live(now.out_start)
        row_end = out_live and self.out_raster.col.last
        plane_end = row_end and self.out_raster.row.last
        in_final = step and self.in_raster.final_hit(now.in_start)

        self.in_raster.compute(restart, step, now.in_start, pitch, _EVERY, ifmap_size)
        self.out_raster.compute(restart, step, now.out_start, pitch, stride, ofmap_size)
        if self.marker is not None:
            mark = _MARK if now.plane_start else _NO_MARK
            self.marker.compute(restart, step, config["lag"], mark)
        self.tap_row.compute(restart or plane_end, row_end, config["tap_row"])
        self.tap_col.compute(restart or row_end, out_live, config["tap_col"])

        self.next = {"step_q": step and not rst, "emit_q": now.emit and not rst}
        if restart:
            self.next.update(in_planes=config["planes"], out_planes=config["planes"])
        else:
            self.next.update(
                in_planes=self.in_planes - in_final,
                out_planes=self.out_planes - now.group_final,
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
