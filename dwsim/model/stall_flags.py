"""Model of ``dw_stall_flags``: the party to which the engine lost the last cycle."""

from __future__ import annotations

from dwsim.model.component import Component


class StallFlags(Component):
    """Two registers, of which at most one is set."""

    def __init__(self) -> None:
        self.starved = False
        self.backpressured = False

    def compute(
        self,
        rst: bool,
        run: bool,
        done: bool,
        starved_now: bool,
        backpressured_now: bool,
        tvalid: bool,
        tready: bool,
    ) -> None:
        """``tvalid`` and ``tready`` are those of the ofmap stream."""
        sink_stalls = run and done and tvalid and not tready
        self.next = {
            "starved": starved_now and not rst,
            "backpressured": (backpressured_now or sink_stalls) and not rst,
        }
