"""Layers that exceed the engine in an exploration: the sums of their streams, and one in RTL."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from dwsim import EngineSpec, simulate
from dwsim.derive import TiledPlan, plan_of, start_cycles, streams_of
from dwsim.derive.memories import accesses
from dwsim.exploration import energy
from dwsim.exploration.confirm import confirm
from dwsim.exploration.evaluate import Task, evaluate
from dwsim.exploration.layer_figures import figures_of
from dwsim.exploration.points import Point, Resolver, all_combinations
from dwsim.exploration.result_tables import layers_of
from dwsim.exploration.results import read_results
from dwsim.exploration.results_schema import ACTIVITY_FIELDS, LOSS_FIELDS
from dwsim.exploration.summary import confirmations, front_table
from dwsim.spec.layer_spec import LayerSpec
from dwsim.workloads import Network
from tests.exploration.spaces import SMALL, run, small
from tests.tiling.cases import DATAFLOWS, larger_layer, small_engine

ENGINES = 6
LAYERS = 4
FORMATS: dict[str, dict[str, Any]] = {
    "integer": {"requantise": "double"},
    "bfloat16": {"number_format": "bfloat16", "epilogue": "bias_clamp"},
}


def evaluated(
    engine: EngineSpec, layers: list[LayerSpec], policy: str | int = "plane"
) -> tuple[dict, list[dict]]:
    """The row of a network of these layers, and the facts of each."""
    network = Network("random", tuple(layers), "")
    point = Point("0", engine, policy)
    (record,) = evaluate(Task(point, (network,), "estimate", "ecp5"))
    assert "traceback" not in record, record["traceback"]
    assert record["row"]["status"] == "ok", record["row"]["reason"]
    return record["row"], layers_of(network, record)


def networks(rng: random.Random, engine: EngineSpec) -> list[LayerSpec]:
    """Layers that exceed the engine, and a small one that does not."""
    layers = [larger_layer(rng, engine, most=12) for _ in range(LAYERS)]
    layers.insert(rng.randint(0, LAYERS), LayerSpec(3, 3, 1, 1, 1))
    return layers


@pytest.mark.parametrize("formats", FORMATS)
@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_cycles_are_those_of_simulate(dataflow: str, formats: str, seed: int) -> None:
    """Without stalls, for each layer; the starts are those of all streams back to back."""
    rng = random.Random(f"{dataflow} {formats} {seed}")
    for _ in range(ENGINES):
        engine = small_engine(rng, dataflow, **FORMATS[formats])
        layers = networks(rng, engine)
        row, facts = evaluated(engine, layers)
        done = simulate(layers, engine)
        streams = [streams_of(plan_of(layer, engine)) for layer in layers]
        flat = [stream for of_layer in streams * 3 for stream in of_layer]
        starts = start_cycles([plan for plan, _ in flat], [load for _, load in flat])
        first = [sum(map(len, streams[:index])) for index in range(len(layers))]
        for fact, result, index, of_layer in zip(facts, done.runs, first, streams, strict=True):
            assert fact["cycles"] == result.cycles
            assert {kind: fact[kind.replace("-", "_")] for kind in result.activity} == (
                result.activity
            )
            assert fact["start_cycle"] == starts[index]
            assert fact["streams"] == len(of_layer)
        assert row["streams"] == sum(map(len, streams))
        assert row["cut_layers"] == LAYERS
        network = sum(map(len, streams))
        assert row["cycles"] == starts[network - 1] + flat[network - 1][0].cycles
        assert row["interval_cycles"] == starts[2 * network] - starts[network]
        assert row["steady_cycles"] == sum(x["steady_cycles"] for x in done.rows())
        assert row["bound"] == done.total()["bound"]


@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_the_parts_add_up(dataflow: str, seed: int) -> None:
    """Losses to the multiplier cycles, activities to the cycles, bytes to the beats."""
    rng = random.Random(f"{dataflow} {seed}")
    dropped = 0
    for _ in range(ENGINES):
        engine = small_engine(rng, dataflow)
        layers = networks(rng, engine)
        row, facts = evaluated(engine, layers)
        assert sum(row[one.name] for one in LOSS_FIELDS) == row["cycles"] * engine.multipliers
        for layer, fact in zip(layers, facts, strict=True):
            losses = {one.name: fact[one.name] for one in LOSS_FIELDS}
            assert min(losses.values()) >= 0
            assert sum(losses.values()) == fact["cycles"] * engine.multipliers
            assert losses["loss_useful"] + losses["loss_masked_taps"] == layer.macs
            assert sum(fact[name] for name in ACTIVITY_FIELDS) == fact["cycles"]
            streams = streams_of(plan_of(layer, engine))
            dropped += sum(plan.layer.macs for plan, _ in streams) > layer.macs
            formats = streams[0][0].numbers.formats
            entering = sum(plan.ifmap_beats for plan, _ in streams) * formats.ifmap_beat_width
            loaded = sum(plan.param_beats for plan, load in streams if load)
            entering += loaded * formats.param_beat_width
            assert fact["input_bytes"] == entering / 8
            leaving = sum(plan.ofmap_beats for plan, _ in streams) * formats.ofmap_beat_width
            assert fact["output_bytes"] == leaving / 8
    assert dropped


@pytest.mark.parametrize(
    ("policy", "groups", "interleave"), [("nhwc", 4, 4), (2, 3, 2), (4, 3, 2), (2, 1, 1)]
)
def test_interleaved_streams_are_cut(policy: str | int, groups: int, interleave: int) -> None:
    """Columns are cut, whose pitch counts all groups, and channel groups beyond the engine's."""
    layer = LayerSpec(6, 9, 8, 3, 3, pad_left=1, pad_right=1)
    engine = EngineSpec(2, 3, 3, 20, 6, max_channel_groups=groups, max_interleave=4)
    _, (fact,) = evaluated(engine, [layer], policy)
    assert fact["streams"] > 1
    assert fact["interleave"] == interleave
    (done,) = simulate(layer, engine, interleave=interleave, model="steppable").runs
    assert fact["cycles"] == done.cycles


def test_the_best_interleave_is_one_that_the_engine_accepts() -> None:
    """The layer has twelve channel groups; the smaller engine has two."""
    layer = LayerSpec(4, 4, 24, 3, 3, stride_h=2, stride_w=2)
    sizes = {"lanes": 2, "kernel_h": 3, "kernel_w": 3, "max_row_pitch": 64, "max_plane_rows": 6}
    whole, cut = (
        EngineSpec(**sizes, max_channel_groups=groups, max_interleave=12) for groups in (12, 2)
    )
    _, (fact,) = evaluated(whole, [layer], "best")
    assert (fact["streams"], fact["interleave"] > 2) == (1, True)
    _, (fact,) = evaluated(cut, [layer], "best")
    assert (fact["streams"], fact["interleave"]) == (6, 2)


@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_energy_is_that_of_the_streams(dataflow: str) -> None:
    """In strips of rows every stream reads its weights, and only the first one writes them."""
    layer = LayerSpec(12, 12, 4, 3, 3)
    serial = {"dataflow": dataflow, "pixels": 2} if dataflow == "tap_serial" else {}
    engine = EngineSpec(2, 3, 3, 16, 6, max_channel_groups=2, requantise="none", **serial)
    plan = plan_of(layer, engine)
    assert isinstance(plan, TiledPlan)
    assert plan.loads == [True] + [False] * (len(plan.tiles) - 1)
    spent = energy.layer_pj(plan)
    weights = [one for part in plan.plans for one in accesses(part) if one.memory.kind == "weight"]
    words = sum(one.reads for one in weights) + weights[0].writes
    memory = weights[0].memory
    bits = words * memory.count * memory.width
    assert spent["weight"] == pytest.approx(bits * energy.access_pj(memory.bits))
    parts = [energy.stream_pj(part) for part in plan.plans]
    for name in ("multiply", "add", "line_buffer", "fifo"):
        assert spent[name] == pytest.approx(sum(part[name] for part in parts))


def test_equal_streams_are_planned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """56 channel groups on an engine for one: 56 equal streams."""
    from dwsim.exploration import layer_figures

    seen = []
    right = layer_figures.free_activity
    monkeypatch.setattr(
        layer_figures, "free_activity", lambda plan: seen.append(plan) or right(plan)
    )
    engine = EngineSpec(4, 3, 3, 16, 16)
    assert figures_of(LayerSpec(12, 12, 56 * 4, 3, 3), engine, "plane").streams == 56
    assert len(seen) == 1


PARTS = (
    SMALL.replace("[2, 4]", "2")
    .replace("[3, 5]", "3")
    .replace('["all", "row", 1]', '"all"')
    .replace('["plane", "nhwc"]', '"plane"')
    .replace(', "second.toml"', "")
)


def test_maxima_may_be_parts_of_the_fit(tmp_path: Path) -> None:
    """The largest layer has 6 groups of 2 lanes, and rows of 5 pixels."""
    axes = 'kernel = 3\nmax_channel_groups = ["fit", "fit/4"]\nmax_row_pitch = ["fit", "fit/2"]'
    space = small(tmp_path, PARTS.replace("kernel = 3", axes))
    resolver = Resolver(space)
    points = [resolver.point(values) for values in all_combinations(space)]
    assert all(isinstance(point, Point) for point in points)
    engines = [point.engine for point in points if isinstance(point, Point)]
    whole = engines[0]
    assert (whole.max_channel_groups, whole.max_row_pitch) == (6, 5)
    maxima = [(one.max_channel_groups, one.max_row_pitch) for one in engines]
    assert maxima == [(6, 5), (6, 3), (2, 5), (2, 3)]
    outcome = run(space, tmp_path / "out")
    cut = [outcome.rows[point.engine_id]["first"]["cut_layers"] for point in points]
    assert cut == [0, 3, 3, 3]
    assert "4 engines, 3 that cut layers into streams;" in str(outcome)
    rows = read_results(tmp_path / "out").layers
    assert {row["streams"] for row in rows if row["engine_id"] == points[0].engine_id} == {1}
    assert min(row["streams"] for row in rows if row["engine_id"] != points[0].engine_id) > 1


def test_a_search_may_refuse_to_cut(tmp_path: Path) -> None:
    axes = 'kernel = 3\nmax_row_pitch = ["fit", "fit/2"]'
    text = PARTS.replace("kernel = 3", axes) + "[constraints]\ncut_layers = { max = 0 }\n"
    outcome = run(small(tmp_path, text), tmp_path / "out")
    assert len(outcome.points) == 2
    assert [outcome.rows[name]["first"]["cut_layers"] for name in outcome.front] == [0]
    assert "cut_layers" not in str(outcome)


def test_the_front_marks_engines_that_cut_layers(tmp_path: Path) -> None:
    """The column has the layers of all networks: one of each has more than five groups."""
    axes = 'kernel = 5\nmax_channel_groups = ["fit", 5]'
    text = PARTS.replace("kernel = 3", axes).replace('"first.toml"', '"first.toml", "second.toml"')
    text = text.replace('"cycles"', '"cycles"\nover = "first"')
    text = text.replace('"multipliers"', '"buffer_bytes"')
    outcome = run(small(tmp_path, text), tmp_path / "out")
    assert list(outcome.cut_layers.values()) == [0, 2]
    assert [row["cut_layers"] for row in outcome.rows[list(outcome.front)[1]].values()] == [1, 1]
    titles, _, *rows = front_table(outcome).splitlines()
    assert titles.split()[-1] == "cut_layers"
    assert [row.split()[-1] for row in rows] == ["0", "2"]


@pytest.mark.simulator
@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_cut_layers_take_in_rtl_what_the_exploration_says(dataflow: str, tmp_path: Path) -> None:
    axes = 'kernel = 3\nmax_row_pitch = "fit/2"\nmax_channel_groups = "fit/2"'
    if dataflow == "tap_serial":
        axes = axes.replace('"fit/2"', "4", 1) + '\ndataflow = "tap_serial"\npixels = 2'
    text = PARTS.replace("kernel = 3", axes).replace('taps_per_cycle = "all"', "")
    outcome = run(small(tmp_path, text), tmp_path / "out")
    (done,) = confirm(outcome, 1, 1)
    row = outcome.rows[done.point.engine_id]["first"]
    assert row["cut_layers"] == 3
    assert (done.cycles, done.interval_cycles) == (row["cycles"], row["interval_cycles"])
    assert [one["cycles"] for one in done.rows] == [one["rtl_cycles"] for one in done.rows]
    table = confirmations([done], 1).splitlines()
    assert table[1].split()[:2] == ["layer", "streams"]
    assert all(int(line.split()[1]) > 1 for line in table[3:6])
