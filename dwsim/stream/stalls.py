"""When a source or a sink stalls: seeded patterns for the cycle model and the bench alike."""

from __future__ import annotations

import random
from dataclasses import dataclass

from dwsim.derive import Plan


@dataclass(frozen=True)
class StallProfile:
    """How often and how long the two ends of an engine stall.

    ``source`` and ``sink`` are the shares of cycles with a stall, in bursts of ``burst``
    cycles on average. ``boundary``: at the end of every plane the source waits until all
    outputs of the planes it gave have been taken. ``eager_cfg``: the geometry is offered
    before its parameters have arrived.
    """

    name: str
    source: float = 0.0
    sink: float = 0.0
    burst: float = 2.0
    boundary: bool = False
    eager_cfg: bool = False


PROFILES = {
    profile.name: profile
    for profile in (
        StallProfile("none"),
        StallProfile("slow-source", source=0.4, eager_cfg=True),
        StallProfile("slow-sink", sink=0.5, burst=4.0),
        StallProfile("both", source=0.3, sink=0.3, burst=3.0, eager_cfg=True),
        StallProfile("boundary", sink=0.1, boundary=True),
    )
}
"""The profiles of ``--stalls``, by name."""


class Bursts:
    """A two-state random walk: true for ``share`` of the draws, in bursts."""

    def __init__(self, share: float, burst: float, rng: random.Random) -> None:
        self.rng = rng
        self.leave = 1.0 / burst
        self.enter = 0.0 if share == 0.0 else min(1.0, self.leave * share / (1.0 - share))
        self.stalled = False

    def draw(self) -> bool:
        """Whether this cycle stalls."""
        if self.enter == 0.0:
            return False
        chance = self.leave if self.stalled else self.enter
        if self.rng.random() < chance:
            self.stalled = not self.stalled
        return self.stalled


class StallPattern:
    """One seeded run of a profile: ask once a cycle and port.

    ``source``, ``sink`` and ``param`` draw for the ports, each from a generator of its own.
    """

    def __init__(self, profile: StallProfile, seed: int) -> None:
        self.profile = profile
        rng = random.Random(seed)
        self.source, self.sink, self.param = (
            Bursts(share, profile.burst, random.Random(rng.random()))
            for share in (profile.source, profile.sink, profile.source)
        )

    def ifmap_pause(self, plan: Plan, beats_given: int, ofmap_beats_taken: int) -> bool:
        """Whether the ifmap source holds its next beat back in this cycle.

        ``beats_given`` counts the beats offered so far, of this stream.
        """
        paused = self.source.draw()
        if self.profile.boundary:
            planes, inside = divmod(beats_given, plan.ifmap_beats // plan.planes)
            due = planes * (plan.ofmap_beats // plan.planes)
            paused = paused or (inside == 0 and ofmap_beats_taken < due)
        return paused

    def param_pause(self) -> bool:
        """Whether the parameter source holds its next beat back in this cycle."""
        return self.param.draw()

    def ofmap_pause(self) -> bool:
        """Whether the sink is not ready in this cycle."""
        return self.sink.draw()
