"""Seeded stall patterns of source and sink, for the cycle model and for the bench."""

from __future__ import annotations

import random
from dataclasses import dataclass

from dwsim.derive import Plan


@dataclass(frozen=True)
class StallProfile:
    """The frequency and the length of the stalls at the two ends of an engine.

    ``source`` and ``sink`` are the shares of cycles with a stall, in bursts of ``burst``
    cycles on average. With ``boundary`` the source waits after every plane until the sink has
    taken all outputs of the planes so far. With ``eager_cfg`` the geometry is offered before its
    parameters have arrived. With ``stopped`` the sink stalls from the first cycle on.
    """

    name: str
    source: float = 0.0
    sink: float = 0.0
    burst: float = 2.0
    boundary: bool = False
    eager_cfg: bool = False
    stopped: bool = False

    @property
    def longest_burst(self) -> int:
        """Cycles of a stall; one in 500 million is longer (20 times the average, as exp(-20))."""
        return int(20 * self.burst) if self.source or self.sink else 0


PROFILES = {
    profile.name: profile
    for profile in (
        StallProfile("none"),
        StallProfile("slow-source", source=0.4, eager_cfg=True),
        StallProfile("slow-sink", sink=0.5, burst=4.0),
        StallProfile("both", source=0.3, sink=0.3, burst=3.0, eager_cfg=True),
        StallProfile("boundary", sink=0.1, boundary=True),
        StallProfile("long-stops", source=0.5, sink=0.5, burst=1000.0, stopped=True),
    )
}
"""The profiles of ``--stalls``, by name."""


class Bursts:
    """A random process of two states: stalls for ``share`` of the draws, in bursts.

    ``stalled`` is the state: the last draw, or the one to begin with.
    """

    def __init__(self, share: float, burst: float, rng: random.Random) -> None:
        self.rng = rng
        self.leave = 1.0 / burst
        self.enter = 0.0 if share == 0.0 else min(1.0, self.leave * share / (1.0 - share))
        self.stalled = False

    def draw(self) -> bool:
        """Draws for the next cycle: true if it stalls."""
        if self.enter == 0.0:
            return False
        chance = self.leave if self.stalled else self.enter
        if self.rng.random() < chance:
            self.stalled = not self.stalled
        return self.stalled


class StallPattern:
    """The stalls of one run of a profile, from a seed; call each method once a cycle.

    ``source``, ``sink`` and ``param`` draw for the ports, each from its own generator.
    """

    def __init__(self, profile: StallProfile, seed: int | str) -> None:
        self.profile = profile
        rng = random.Random(seed)
        self.source, self.sink, self.param = (
            Bursts(share, profile.burst, random.Random(rng.random()))
            for share in (profile.source, profile.sink, profile.source)
        )
        self.sink.stalled = profile.stopped

    def ifmap_pause(self, plan: Plan, beats_given: int, ofmap_beats_taken: int) -> bool:
        """True if the ifmap source withholds its next beat in this cycle.

        Args:
            plan: the layer on its engine.
            beats_given: ifmap beats of this stream that were offered so far.
            ofmap_beats_taken: ofmap beats of this stream that the sink has taken.
        """
        paused = self.source.draw()
        if self.profile.boundary:
            planes, inside = divmod(beats_given, plan.ifmap_beats // plan.planes)
            due = planes * (plan.ofmap_beats // plan.planes)
            paused = paused or (inside == 0 and ofmap_beats_taken < due)
        return paused

    def param_pause(self) -> bool:
        """True if the parameter source withholds its next beat in this cycle."""
        return self.param.draw()

    def ofmap_pause(self) -> bool:
        """True if the sink is not ready in this cycle."""
        return self.sink.draw()
