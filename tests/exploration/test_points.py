"""Points: the engine of a combination, the least maxima, and refused combinations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import Plan
from dwsim.exploration.fit import interleave_of, needs
from dwsim.exploration.points import Point, Refused, Resolver, all_combinations
from dwsim.exploration.space import Space
from tests.exploration.spaces import SMALL, small

MAXIMA = [name for name in EngineSpec.__dataclass_fields__ if name.startswith("max_")]


def points_of(space: Space) -> list[Point | Refused]:
    resolver = Resolver(space)
    return [resolver.point(values) for values in all_combinations(space)]


def runs(point: Point, engine: EngineSpec, layers: tuple[LayerSpec, ...]) -> bool:
    """True if every layer fits the engine with the interleaves of the point."""
    try:
        for layer in layers:
            interleave = interleave_of(
                layer, engine.lanes, point.policy, point.engine.max_interleave, 1 << 16
            )
            Plan(layer, engine, interleave=interleave)
    except SpecError:
        return False
    return True


def test_combinations_are_engines(tmp_path: Path) -> None:
    space = small(tmp_path)
    found = points_of(space)
    assert len(found) == space.combinations == 24
    assert len({point.engine_id for point in found}) == 24
    first = found[0]
    assert (first.engine.lanes, first.engine.kernel_h, first.engine.kernel_w) == (2, 3, 3)
    assert (first.engine.taps_per_cycle, first.policy) == (None, "plane")
    assert {point.engine.taps_per_cycle for point in found} == {None, 1, 3, 5}


@pytest.mark.parametrize("policy", ["plane", "nhwc", "best", 2])
def test_fitted_maxima_are_the_least(tmp_path: Path, policy: str | int) -> None:
    """If any of them is reduced by one, some layer no longer fits."""
    quoted = f'"{policy}"' if isinstance(policy, str) else policy
    text = SMALL.replace("kernel = [3, 5]", "kernel = 5")
    space = small(tmp_path, text.replace('["plane", "nhwc"]', str(quoted)))
    layers = tuple(layer for network in space.networks for layer in network.layers)
    led = 0
    for point in points_of(space):
        assert isinstance(point, Point)
        assert runs(point, point.engine, layers)
        for name in MAXIMA:
            smaller = getattr(point.engine, name) - 1
            if smaller < (name != "max_lead"):
                continue
            # The span of its line buffers is always allowed as a lead.
            if name == "max_lead" and runs(point, replace(point.engine, max_lead=0), layers):
                continue
            led += name == "max_lead"
            tight = replace(point.engine, **{name: smaller})
            assert not runs(point, tight, layers), (name, smaller)
    assert led or policy != "plane"


def test_networks_whose_kernels_do_not_fit_do_not_count(tmp_path: Path) -> None:
    """The 3x3 engines cannot run the second network, so they do not need its dilation."""
    found = points_of(small(tmp_path))
    assert {p.engine.max_dilation_w for p in found if p.engine.kernel_w == 3} == {1}
    assert {p.engine.max_dilation_w for p in found if p.engine.kernel_w == 5} == {2}


def test_given_maxima_stay(tmp_path: Path) -> None:
    text = SMALL.replace("kernel = [3, 5]", "kernel = 5\nmax_row_pitch = 40\nmax_batch = [1, 7]")
    found = points_of(small(tmp_path, text))
    assert {point.engine.max_row_pitch for point in found} == {40}
    assert {point.engine.max_batch for point in found} == {1, 7}


def test_the_largest_kernel_is_the_default(tmp_path: Path) -> None:
    (point, *_) = points_of(small(tmp_path, SMALL.replace("kernel = [3, 5]\n", "")))
    assert (point.engine.kernel_h, point.engine.kernel_w) == (3, 5)
    text = SMALL.replace("kernel = [3, 5]", 'kernel_h = "fit"\nkernel_w = 7')
    (point, *_) = points_of(small(tmp_path, text))
    assert (point.engine.kernel_h, point.engine.kernel_w) == (3, 7)


def test_equal_engines_have_one_writing(tmp_path: Path) -> None:
    text = SMALL.replace('["all", "row", 1]', '["all", 9, "row", 3]').replace("[3, 5]", "3")
    text = text.replace("[2, 4]", "2").replace('["plane", "nhwc"]', '"plane"')
    found = points_of(small(tmp_path, text))
    assert len(found) == 4
    assert len({point.engine_id for point in found}) == 2


def test_an_id_is_of_engine_and_policy(tmp_path: Path) -> None:
    """The same combination in another space is the same point."""
    more = SMALL.replace("[2, 4]", "[8, 2]").replace('minimise = "cycles"', 'minimise = "bound"')
    there = {p.engine_id for p in points_of(small(tmp_path)) if p.engine.lanes == 2}
    here = {p.engine_id for p in points_of(small(tmp_path, more)) if p.engine.lanes == 2}
    assert there == here
    roomy = SMALL.replace("[3, 5]", "5\nmax_interleave = 99\nmax_row_pitch = 999\nmax_lead = 999")
    plane, nhwc, *_ = points_of(small(tmp_path, roomy))
    assert replace(plane.engine, name="e") == replace(nhwc.engine, name="e")
    assert plane.engine_id != nhwc.engine_id
    point = points_of(small(tmp_path))[0]
    assert point.engine.name == f"explored_{point.engine_id}"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('["all", "row", 1]', "2", None),
        ('["all", "row", 1]', "7", "taps_per_cycle = 7: must be at most kernel_w = 5 or a"),
        ('["all", "row", 1]', "30", "taps_per_cycle = 30: must be an integer from 1 to 25"),
        ("kernel = [3, 5]", "kernel = 1", "kernel = '1x1': must be large enough for"),
        ('["all", "row", 1]', '"all"\nfifo_depth = 3', "fifo_depth = 3: must be at least"),
        (
            'requantise = "none"',
            'ifmap_width = 12\nrequantise = "both"',
            "ifmap_width = 12: must be 8 or 16",
        ),
    ],
)
def test_combinations_that_are_no_engine_are_refused(
    tmp_path: Path, old: str, new: str, reason: str | None
) -> None:
    text = SMALL.replace(old, new).replace("[3, 5]", "5")
    for found in points_of(small(tmp_path, text)):
        if reason is None:
            assert isinstance(found, Point)
        else:
            assert isinstance(found, Refused)
            assert found.reason.startswith(reason)
            assert set(found.axes) == {*small(tmp_path, text).axes}


LAYER = LayerSpec(8, 7, 24, 3, 3, pad_top=1, pad_bottom=1, pad_left=1, pad_right=1)


@pytest.mark.parametrize(
    ("policy", "most", "pitch", "wanted"),
    [
        ("plane", None, 1000, 1),
        ("nhwc", None, 1000, 12),
        ("nhwc", 4, 1000, 12),
        (5, None, 1000, 4),
        (5, 3, 1000, 3),
        (100, None, 1000, 12),
        ("best", None, 1000, 1),
    ],
)
def test_policies(policy: str | int, most: int | None, pitch: int, wanted: int) -> None:
    assert interleave_of(LAYER, 2, policy, most, pitch) == wanted


def test_the_best_interleave_has_the_fewest_cycles() -> None:
    """Compares with every divisor, on layers whose last windows come early."""
    layers = [
        LAYER,
        LayerSpec(4, 4, 24, 3, 3, stride_h=2, stride_w=2),
        LayerSpec(5, 9, 24, 2, 2, stride_h=3, stride_w=5, pad_top=4),
    ]
    chosen = set()
    for layer in layers:
        cost = {i: needs(layer, 2, i).cycles for i in (1, 2, 3, 4, 6, 12)}
        best = interleave_of(layer, 2, "best", None, 1000)
        assert cost[best] == min(cost.values())
        assert best == min(i for i in cost if cost[i] == cost[best])
        chosen.add(best)
        pitch = needs(layer, 2, 2).maxima["max_row_pitch"]
        assert interleave_of(layer, 2, "best", None, pitch) in (1, 2)
        assert interleave_of(layer, 2, "best", 3, 1000) <= 3
    assert len(chosen) > 1
