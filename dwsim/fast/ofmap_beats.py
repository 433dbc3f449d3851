"""The ofmap beats of a plane on a tap-serial engine: the groups and cells that complete them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dwsim.derive.serial_law import final_leaving_cycles, leaving_cycles
from dwsim.derive.serial_plan import SerialPlan


@dataclass(frozen=True)
class OfmapBeats:
    """Arrays of a plane; a *turn* is one weight set of one group, in stream order.

    ``claims`` has the pixels of room that each turn needs, ``empties`` its cells without a pixel,
    ``ends`` the beats up to its end. For each beat, ``turn`` completes it, and ``leaving`` counts
    the cycles from the turn's last tap to the beat's transfer, if no port stalls. All are int64.
    """

    claims: np.ndarray
    empties: np.ndarray
    ends: np.ndarray
    turn: np.ndarray
    leaving: np.ndarray


def ofmap_beats(plan: SerialPlan) -> OfmapBeats:
    """The ofmap beats of each plane of a plan."""
    walk, numbers = plan.walk, plan.numbers
    place = np.arange(walk.groups * walk.cells)
    has_pixel = (place % walk.places_w < plan.layer.ofmap_w) & (place < walk.places)
    groups = has_pixel.reshape(walk.groups, walk.cells)
    turns = np.repeat(groups, plan.layer.channel_multiplier, axis=0)
    claims = turns.sum(axis=1)
    empties = walk.cells - claims
    ends = np.cumsum(claims) // numbers.formats.ofmap_pixels
    # The last beat of a plane may be partial; it takes the room of a whole one.
    ends[-1] = plan.plane_ofmap_beats
    claims[-1] += -plan.plane_pixels % numbers.formats.ofmap_pixels
    turn, cell = np.nonzero(turns)
    last = np.arange(1, plan.plane_ofmap_beats + 1) * numbers.formats.ofmap_pixels - 1
    last = np.minimum(last, plan.plane_pixels - 1)
    cycles = np.array([leaving_cycles(numbers, index) for index in range(walk.cells)])
    leaving = cycles[cell[last]]
    leaving[-1] = final_leaving_cycles(walk, numbers)
    return OfmapBeats(claims, empties, ends, turn[last], leaving)
