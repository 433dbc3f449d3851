"""Model of ``dw_plane_start``: starts the planes of both rasters, ``lag`` slots apart."""

from __future__ import annotations

from typing import NamedTuple

from dwsim.model.component import Component
from dwsim.model.plane_marker import PlaneMarker


class Slots(NamedTuple):
    """The next slot of each raster: it belongs to a plane (live), may have to wait, and is hit."""

    in_live: bool
    in_due: bool
    in_hit: bool
    out_live: bool
    out_due: bool
    out_hit: bool


class PlaneStart(Component):
    """The next slot of each raster, and the marks of the planes that the other raster follows."""

    def __init__(self) -> None:
        self.plane_marker = PlaneMarker()
        # The next slot belongs to a plane of the raster without further input.
        self.in_sure = False
        self.out_sure = False
        # The next slot begins a plane of the input if there is a beat; of leading outputs.
        self.in_may_begin = False
        self.out_begins = False

    def slots(self, lag: int, beat_available: bool, in_hit: bool, out_hit: bool) -> Slots:
        """``in_hit`` and ``out_hit``: the rasters' next slots are hit, if they are live."""
        in_begins = self.in_may_begin and beat_available
        both_begin = in_begins and lag == 0
        in_due = self.in_sure and in_hit
        out_due = self.out_sure and out_hit
        return Slots(
            in_live=self.in_sure or in_begins,
            in_due=in_due,
            in_hit=in_due or in_begins,
            out_live=self.out_sure or both_begin,
            # Without a lag even a void in place of a plane's first slot waits for credit.
            out_due=out_due or (self.in_may_begin and lag == 0),
            out_hit=out_due or both_begin,
        )

    def compute(
        self,
        restart: bool,
        start: bool,
        step: bool,
        lag: int,
        lead: bool,
        now: Slots,
        ends: tuple[bool, bool],
        turns: tuple[bool, bool],
    ) -> None:
        """Moves on by a slot, if one enters.

        ``start``: with ``restart``, the stream has planes. Pairs are (input, output) rasters.
        ``ends``: the slot is its plane's last; ``turns``: and another plane follows.
        """
        mark = self.out_begins if lead else now.in_live and not self.in_sure
        marked = self.plane_marker.mark_next(lag, mark)
        self.plane_marker.compute(restart, step, lag, mark)
        self.next = {}
        if restart:
            self.next.update(in_sure=False, in_may_begin=start and not lead)
            self.next.update(out_sure=start and lead, out_begins=start and lead)
            return
        if not step:
            return
        if now.in_live:
            self.next["in_may_begin"] = turns[0] and not lead
        self.next["in_sure"] = (now.in_live and not ends[0]) or (lead and marked)
        follows = lead and now.out_live and turns[1]
        goes_on = (now.out_live and not ends[1]) or follows
        self.next.update(out_begins=follows, out_sure=goes_on or (marked and not lead))

    def commit(self) -> None:
        """The clock edge, of the marker too."""
        self.plane_marker.commit()
        super().commit()
