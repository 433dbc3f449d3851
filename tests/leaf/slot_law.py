"""The timing law of rtl/README.md, slot by slot and by division: the promise of a slot raster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.leaf.leaf_harness import DONT_CARE, Expected


@dataclass(frozen=True)
class Geometry:
    """A stream as a slot raster sees it: ``_h`` are rows, ``_w`` columns, ``hold`` the cycles of
    an emitting slot, ``passes`` those of each of its ofmap beats."""

    pitch_h: int
    pitch_w: int
    stride_h: int
    stride_w: int
    ifmap_h: int
    ifmap_w: int
    ofmap_h: int
    ofmap_w: int
    tap_h: tuple[int, ...]
    tap_w: tuple[int, ...]
    interleave: int
    planes: int
    lag: int
    lead: bool
    passes: int
    hold: int

    @property
    def plane_pitch(self) -> int:
        """Slots of a plane."""
        return self.pitch_h * self.pitch_w * self.interleave

    @property
    def ports(self) -> dict[str, Any]:
        """By the names of the ports."""
        sizes = {
            f"{name}_{axis}": getattr(self, f"{name}_{axis}")
            for name in ("ifmap", "ofmap", "stride")
            for axis in ("h", "w")
        }
        return sizes | {
            "interleave": self.interleave,
            "row_pitch": self.pitch_w,
            "plane_rows": self.pitch_h,
            "lag": self.lag,
            "lead": int(self.lead),
            "tap_row": self.tap_h,
            "tap_col": self.tap_w,
            "planes": self.planes,
        }


@dataclass(frozen=True)
class Place:
    """The position of a raster: the plane, and row, column and channel group in it."""

    plane: int
    row: int
    col: int
    group: int


class SlotLaw:
    """One stream. In each cycle ``decide``, then ``advance`` past the decision."""

    def __init__(self, geometry: Geometry) -> None:
        self.geometry = geometry
        self.slot = 0
        self.starts: list[int] = []
        """Slots in which the raster that is first (the output's, if it leads) began planes."""
        self.taken = self.emitted = 0
        self.held = 0
        """Passes that the held window has had; 0: none is held."""
        self.steps = self.takes = self.emits = self.waits_for_plane = False
        self.into: Place | None = None
        self.out: Place | None = None
        """The next slot of each raster."""
        self.wants_beat = self.hits = self.may_begin = False
        self._begins = False

    @property
    def done(self) -> bool:
        """All beats are taken and all windows emitted."""
        g = self.geometry
        beats, windows = g.ifmap_h * g.ifmap_w, g.ofmap_h * g.ofmap_w
        planes = g.planes * g.interleave
        return (self.taken, self.emitted, self.held) == (planes * beats, planes * windows, 0)

    @property
    def begins(self) -> bool:
        """The decided slot begins a plane of the raster that is first."""
        return self._begins

    @property
    def claims(self) -> bool:
        """The next pass is the first of its ofmap beat."""
        return self.held % self.geometry.passes == 0

    def _place(self, starts: list[int], behind: int) -> Place | None:
        """The position of a raster whose planes began ``behind`` slots after ``starts``."""
        g = self.geometry
        for plane, start in enumerate(starts):
            offset = self.slot - behind - start
            if 0 <= offset < g.plane_pitch:
                pixel, group = divmod(offset, g.interleave)
                return Place(plane, *divmod(pixel, g.pitch_w), group)
        return None

    def decide(self, beat: bool, credit: bool) -> Expected:
        """The decision in a cycle of the stream, with or without a beat, with or without credit."""
        g, was_done = self.geometry, self.done
        may_begin = len(self.starts) < g.planes and self._place(self.starts, 0) is None
        self.may_begin = may_begin
        self._begins = may_begin and (g.lead or beat)
        starts = self.starts + [self.slot] * self._begins
        into = self._place(starts, g.lag if g.lead else 0)
        out = self.out = self._place(starts, 0 if g.lead else g.lag)

        wants_beat = into is not None and into.row < g.ifmap_h and into.col < g.ifmap_w
        final_row, final_col = (g.ofmap_h - 1) * g.stride_h, (g.ofmap_w - 1) * g.stride_w
        hit = (
            out is not None
            and out.row % g.stride_h == out.col % g.stride_w == 0
            and out.row <= final_row
            and out.col <= final_col
        )
        self.into, self.wants_beat, self.hits = into, wants_beat, hit
        lacks_beat = wants_beat and not beat
        # Without a lag, a void in place of a plane's first slot waits for credit as that does.
        claims = hit or self.held > 0 or (may_begin and g.lag == 0)
        lacks_credit = claims and self.claims and not credit
        self.steps = not self.held and not lacks_beat and not lacks_credit
        self.takes = self.steps and wants_beat
        self.emits = (self.steps and hit) or (self.held > 0 and not lacks_credit)
        self.waits_for_plane = may_begin and not self._begins

        stalls = not was_done and not self.emits
        hungry = lacks_beat or (self.steps and self.waits_for_plane)
        last = g.interleave - 1
        windows_to_come = out is not None and (out.row, out.col, out.group) <= (
            final_row,
            final_col,
            last,
        )
        return {
            "take": self.takes,
            "final_take": self.takes
            and into == Place(g.planes - 1, g.ifmap_h - 1, g.ifmap_w - 1, last),
            "emit": self.emits,
            "plane_final": out == Place(out.plane, final_row, final_col, last)
            if out is not None
            else DONT_CARE,
            "plane_last": out.plane == g.planes - 1 if windows_to_come else DONT_CARE,
            "done": was_done,
            "starved": stalls and not self.held and hungry,
            "backpressured": stalls and lacks_credit and (self.held > 0 or not lacks_beat),
        }

    def masks(self) -> Expected:
        """Masks of the taps inside the ifmap, for the decided slot's window; else empty."""
        g, out = self.geometry, self.out
        if out is None:
            return {}
        return {
            name: sum((0 <= start + at < size) << t for t, start in enumerate(starts))
            for name, starts, at, size in (
                ("row_mask", g.tap_h, out.row, g.ifmap_h),
                ("col_mask", g.tap_w, out.col, g.ifmap_w),
            )
        }

    def advance(self) -> None:
        """To the next cycle."""
        if self.emits:
            self.emitted += self.held == 0
            self.held = (self.held + 1) % self.geometry.hold
        self.taken += self.takes
        if self.steps:
            if self._begins:
                self.starts.append(self.slot)
            self.slot += 1
