"""The streams of a layer that exceeds its engine: they fit, cover the layer, and cost the least."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import Plan, TiledPlan, plan_of, start_cycles
from dwsim.derive.tile import Grid
from dwsim.derive.tile_search import least_cycles
from dwsim.golden.ofmap import golden_ofmap
from dwsim.stream.random_quantisation import random_quantisation
from dwsim.stream.random_tensors import random_layer_data
from dwsim.stream.tile_tensors import join_ofmaps, tile_ifmap, tile_weight
from tests.tiling.cases import DATAFLOWS, larger_layer, small_engine

LAYERS = 40


def tiled(layer: LayerSpec, engine: EngineSpec, seed: int) -> TiledPlan:
    plan = plan_of(layer, engine, random_quantisation(layer, engine, seed))
    assert isinstance(plan, TiledPlan)
    return plan


def golden_of_tiles(plan: TiledPlan, ifmap: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The golden ofmap of each stream, put together."""
    ofmaps = [
        golden_ofmap(
            tile_ifmap(ifmap, tile), tile_weight(weight, tile), stream.layer, stream.quantisation
        )
        for tile, stream in zip(plan.tiles, plan.plans, strict=True)
    ]
    return join_ofmaps(ofmaps, plan)


@pytest.mark.parametrize("requantise", ["none", "both"])
@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_the_streams_together_are_the_layer(dataflow: str, requantise: str, seed: int) -> None:
    rng = random.Random(f"{dataflow} {requantise} {seed}")
    for number in range(LAYERS):
        engine = small_engine(rng, dataflow, requantise=requantise)
        layer = larger_layer(rng, engine)
        plan = tiled(layer, engine, number)
        ifmap, weight = random_layer_data(layer, engine, number)
        wanted = golden_ofmap(ifmap, weight, layer, plan.quantisation)
        found = golden_of_tiles(plan, ifmap, weight)
        assert np.array_equal(found, wanted), f"{layer}\n{engine}"


@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_the_sums_are_those_of_the_streams(dataflow: str, seed: int) -> None:
    rng = random.Random(f"{dataflow} {seed}")
    for number in range(LAYERS // 4):
        engine = small_engine(rng, dataflow)
        plan = tiled(larger_layer(rng, engine), engine, number)
        streams, loads = plan.plans, plan.loads
        starts = start_cycles(streams, loads)
        assert plan.cycles == starts[-1] + streams[-1].cycles
        assert plan.ifmap_beats == sum(one.ifmap_beats for one in streams)
        assert plan.ofmap_beats == sum(one.ofmap_beats for one in streams)
        assert plan.bound == sum(one.bound for one in streams) <= plan.cycles
        loaded = [one.param_beats for one, load in zip(streams, loads, strict=True) if load]
        assert plan.param_beats == sum(loaded)
        assert 0 < plan.utilisation(plan.cycles) <= 1
        # The parameters of the streams: each set once, in an order that never comes back to one.
        parameters = [(tile.channels, tile.multipliers) for tile in plan.tiles]
        changes = [a != b for a, b in zip([None, *parameters], parameters, strict=False)]
        assert loads == changes
        assert sum(loads) == len(set(parameters))


@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_no_other_number_of_strips_takes_fewer_cycles(dataflow: str, seed: int) -> None:
    rng = random.Random(f"{dataflow} {seed}")
    for number in range(LAYERS // 8):
        engine = small_engine(rng, dataflow, kernel_h=3, kernel_w=3)
        layer = replace(larger_layer(rng, engine, most=9), pad_top=1, pad_left=1, pad_bottom=1)
        if isinstance(plan_of(layer, engine), Plan):
            continue
        plan = tiled(layer, engine, number)
        assert plan.cycles == min(every_cost(layer, engine))


@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_the_search_leaves_out_no_better_cut(dataflow: str, seed: int) -> None:
    """No stream takes fewer cycles than the bound by which the search leaves out grids."""
    rng = random.Random(f"{dataflow} {seed}")
    for number in range(LAYERS):
        engine = small_engine(rng, dataflow)
        plan = tiled(larger_layer(rng, engine), engine, number)
        grid = Grid(plan.layer, engine, 1, rng.randint(1, 9), rng.randint(1, 9))
        counts = Counter(tile.shape for tile in grid.tiles)
        assert counts == {tile.shape: count for tile, count in grid.different}
        for tile, stream in zip(plan.tiles, plan.shared, strict=True):
            assert least_cycles(plan.layer, engine, tile) <= stream.cycles


def every_cost(layer: LayerSpec, engine: EngineSpec) -> list[int]:
    """Cycles of all grids of strips that fit the engine."""
    costs = []
    sides = [{-(-n // parts) for parts in range(1, n + 1)} for n in (layer.ofmap_h, layer.ofmap_w)]
    for rows in sides[0]:
        for cols in sides[1]:
            tiles = list(Grid(layer, engine, 1, rows, cols).tiles)
            try:
                plans = [Plan(tile.layer_of(layer), engine) for tile in tiles]
            except SpecError:
                continue
            starts = start_cycles(plans, [tile.load for tile in tiles])
            costs.append(starts[-1] + plans[-1].cycles)
    return costs


def test_a_layer_that_fits_is_one_stream() -> None:
    layer = LayerSpec(8, 8, 4, 3, 3, name="fits")
    engine = EngineSpec.smallest([layer], 2)
    assert isinstance(plan_of(layer, engine), Plan)
    assert isinstance(plan_of(layer, replace(engine, max_channel_groups=1)), TiledPlan)


def test_images_channels_and_weight_sets_are_cut() -> None:
    layer = LayerSpec(4, 4, 7, 3, 3, batch=5, channel_multiplier=3, name="many")
    engine = EngineSpec.smallest([layer], 2)
    small = replace(engine, max_batch=2, max_channel_groups=3, max_channel_multiplier=2)
    plan = plan_of(layer, small)
    assert isinstance(plan, TiledPlan)
    sizes = [(len(t.channels), len(t.multipliers), len(t.images)) for t in plan.tiles]
    assert sizes == [(c, m, b) for c in (6, 1) for m in (2, 1) for b in (2, 2, 1)]
    assert plan.loads == [True, False, False] * 4


def test_a_repeated_layer_keeps_its_only_parameters() -> None:
    layer = LayerSpec(9, 9, 4, 3, 3, name="rows")
    engine = replace(EngineSpec.smallest([layer], 2), max_plane_rows=5)
    plan = plan_of(layer, engine)
    assert isinstance(plan, TiledPlan)
    switching = sum(stream.switch_cycles for stream in plan.plans)
    assert plan.steady_cycles == sum(stream.cycles for stream in plan.plans) + switching


def test_interleaved_groups_stay_together() -> None:
    layer = LayerSpec(6, 6, 8, 3, 3, name="nhwc")
    engine = EngineSpec.smallest([layer], 1, max_interleave=2, max_row_pitch=8)
    plan = plan_of(layer, replace(engine, max_channel_groups=5), interleave=2)
    assert isinstance(plan, TiledPlan)
    assert {len(tile.channels) for tile in plan.tiles} == {4}
    assert max(tile.cols.ifmap_length for tile in plan.tiles) == 4


@pytest.mark.parametrize("dataflow", DATAFLOWS)
@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"kernel_h": 5}, "kernel_h", "kernel_h is 5, which exceeds it by 2"),
        ({"kernel_w": 4}, "kernel_w", "kernel_w is 4, which exceeds it by 1"),
        ({"dilation_w": 3}, "max_dilation_w", "dilation_w is 3, which exceeds it by 1"),
        (
            {"kernel_h": 3, "dilation_h": 2},
            "max_plane_rows",
            "is 5, which exceeds it by 1, even in a stream of one ofmap pixel",
        ),
    ],
)
def test_a_layer_that_no_cut_fits_is_refused(
    dataflow: str, changes: dict[str, int], field: str, rule: str
) -> None:
    shape = {"ifmap_h": 16, "ifmap_w": 30, "channels": 9, "kernel_h": 3, "kernel_w": 3}
    layer = LayerSpec(**{**shape, **changes}, name="large")
    serial = {"dataflow": dataflow, "pixels": 2} if dataflow == "tap_serial" else {}
    rows = 4 if field == "max_plane_rows" else 5
    engine = EngineSpec(2, 3, 3, 9, rows, max_dilation_h=2, max_dilation_w=2, **serial)
    with pytest.raises(SpecError, match="layer large on .*cut into streams:") as error:
        plan_of(layer, engine)
    (violation,) = error.value.violations
    assert violation.field == field
    assert violation.rule.endswith(rule)


def test_a_bad_interleave_is_refused_as_it_is_for_one_stream() -> None:
    layer = LayerSpec(6, 6, 8, 3, 3, name="nhwc")
    engine = EngineSpec.smallest([layer], 1, max_row_pitch=4)
    with pytest.raises(SpecError, match="must divide the layer's 8 channel groups"):
        plan_of(layer, engine, interleave=3)
    serial = EngineSpec.smallest([layer], 1, max_row_pitch=4, dataflow="tap_serial", pixels=2)
    with pytest.raises(SpecError, match="must be 1 on a tap-serial engine"):
        plan_of(layer, serial, interleave=2)


def test_a_quantisation_of_another_layer_is_refused() -> None:
    layer = LayerSpec(9, 9, 4, 3, 3, name="rows")
    engine = replace(EngineSpec.smallest([layer], 2, requantise="both"), max_plane_rows=5)
    other = random_quantisation(replace(layer, channels=3), engine, 1)
    with pytest.raises(SpecError, match="one entry for each of 4 ofmap channels"):
        plan_of(layer, engine, other)
