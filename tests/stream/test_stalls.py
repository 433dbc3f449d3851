"""Stall patterns: reproducible, as frequent and as long as their profile says."""

from __future__ import annotations

import itertools
import random
from itertools import groupby

import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import Plan
from dwsim.stream.stalls import PROFILES, Bursts, StallPattern, StallProfile

DRAWS = 40_000
PLAN = Plan(
    LayerSpec(3, 4, 5, 2, 2, batch=2, channel_multiplier=2),
    EngineSpec(
        lanes=2,
        kernel_h=2,
        kernel_w=2,
        max_row_pitch=4,
        max_plane_rows=3,
        max_channel_groups=3,
        max_channel_multiplier=2,
    ),
)


def draws(pattern: StallPattern, count: int) -> list[tuple[bool, bool, bool]]:
    """The answers of the pattern to a run's questions, cycle by cycle."""
    return [
        (pattern.ifmap_pause(PLAN, 1, 0), pattern.param_pause(), pattern.ofmap_pause())
        for _ in range(count)
    ]


@pytest.mark.parametrize("name", PROFILES)
def test_a_seed_gives_the_same_again_and_another_seed_another(name: str) -> None:
    first, again, other = (draws(StallPattern(PROFILES[name], seed), 500) for seed in (5, 5, 6))
    assert first == again
    if name != "none":
        assert first != other


def test_no_stalls_are_none() -> None:
    assert not any(map(any, draws(StallPattern(PROFILES["none"], 1), 500)))


@pytest.mark.parametrize("name", ["slow-source", "slow-sink", "both"])
def test_shares_are_those_of_the_profile(name: str) -> None:
    profile = PROFILES[name]
    ports = zip(*draws(StallPattern(profile, 3), DRAWS), strict=True)
    shares = [sum(port) / DRAWS for port in ports]
    assert shares == pytest.approx([profile.source, profile.source, profile.sink], abs=0.02)


def test_long_stops_begin_at_the_sink_and_last_a_thousand_cycles() -> None:
    lengths = []
    for seed in range(400):
        pattern = StallPattern(PROFILES["long-stops"], seed)
        lengths.append(next(n for n in itertools.count() if not pattern.ofmap_pause()))
    assert sum(lengths) / len(lengths) == pytest.approx(1000, rel=0.15)
    assert PROFILES["long-stops"].longest_burst == 20_000
    assert PROFILES["none"].longest_burst == 0


def test_the_ports_stall_independently() -> None:
    ifmap, param, ofmap = zip(*draws(StallPattern(PROFILES["both"], 4), DRAWS), strict=True)
    for one, two in ((ifmap, param), (ifmap, ofmap), (param, ofmap)):
        both = sum(a and b for a, b in zip(one, two, strict=True)) / DRAWS
        assert both == pytest.approx(0.09, abs=0.02)


@pytest.mark.parametrize(("share", "burst"), [(0.3, 3.0), (0.5, 1.0), (0.2, 8.0)])
def test_bursts_have_their_length(share: float, burst: float) -> None:
    bursts = Bursts(share, burst, random.Random(2))
    values = [bursts.draw() for _ in range(DRAWS)]
    lengths = [len(list(run)) for stalled, run in groupby(values) if stalled]
    assert sum(values) / DRAWS == pytest.approx(share, abs=0.03)
    assert sum(lengths) / len(lengths) == pytest.approx(burst, rel=0.1)


def test_a_share_that_its_bursts_cannot_reach_is_the_most_they_can() -> None:
    """With bursts of one cycle every second cycle is free."""
    bursts = Bursts(0.9, 1.0, random.Random(2))
    assert sum(bursts.draw() for _ in range(1000)) == 500


def test_boundaries_wait_for_the_outputs_of_the_planes_before() -> None:
    pattern = StallPattern(StallProfile("edge", boundary=True), 1)
    inputs, outputs = 3 * 4, 2 * 3 * 2
    assert (PLAN.ifmap_beats, PLAN.ofmap_beats, PLAN.planes) == (6 * inputs, 6 * outputs, 6)
    for given in range(PLAN.ifmap_beats + 1):
        for taken in range(PLAN.ofmap_beats + 1):
            wanted = given % inputs == 0 and taken < given // inputs * outputs
            assert pattern.ifmap_pause(PLAN, given, taken) == wanted
