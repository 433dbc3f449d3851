"""Evaluations: compares the numbers of a pair with plans, the cycle model and arithmetic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dwsim import EngineSpec
from dwsim.derive import EngineNumbers, Plan, start_cycles
from dwsim.exploration import evaluate as evaluation
from dwsim.exploration.evaluate import Task, evaluate
from dwsim.exploration.fit import interleave_on
from dwsim.exploration.layer_figures import LAYER_FACTS
from dwsim.exploration.points import Point, Resolver, all_combinations
from dwsim.exploration.results_schema import ACTIVITY_FIELDS, LOSS_FIELDS, PAIR_FIELDS
from dwsim.exploration.space import Space
from dwsim.model.layer_run import run_layer
from dwsim.spec.dataflow_rules import SERIAL_LIMITS
from dwsim.spec.float_rules import FLOAT_FIELDS
from dwsim.stream.random_tensors import random_layer_data
from dwsim.workloads import Network, read_network
from tests.exploration.spaces import SMALL, WITH_LOADS, small


def points_of(space: Space) -> list[Point]:
    resolver = Resolver(space)
    return [resolver.point(values) for values in all_combinations(space)]


def records_of(space: Space, point: Point) -> dict[str, dict[str, Any]]:
    records = evaluate(Task(point, space.networks, "estimate", "ecp5"))
    return dict(zip(space.network_names, records, strict=True))


def plans_of(point: Point, network: Network) -> list[Plan]:
    engine = point.engine
    return [
        Plan(layer, engine, interleave=interleave_on(layer, engine, point.policy))
        for layer in network.layers
    ]


def test_a_pair_has_every_column(tmp_path: Path) -> None:
    space = small(tmp_path)
    row = records_of(space, points_of(space)[-1])["second"]["row"]
    compared = {"violates", "on_front", "on_network_front"}
    assert {field.name for field in PAIR_FIELDS} <= set(row) | compared
    assert row["status"] == "ok"
    assert [field.name for field in PAIR_FIELDS if row.get(field.name, 0) is None] == [
        "fifo_depth",
        *["taps_per_cycle"] * (row["taps_per_cycle"] is None),
        *SERIAL_LIMITS,
        *FLOAT_FIELDS[1:],
    ]


def test_cycles_are_those_of_plans_one_after_the_other(tmp_path: Path) -> None:
    space = small(tmp_path, WITH_LOADS.replace('"nhwc"]', '"nhwc", "best", 2]'))
    waits = set()
    for point in points_of(space):
        for network in space.networks:
            record = records_of(space, point)[network.name]
            row = record["row"]
            if network.name == "second" and point.engine.kernel_w == 3:
                assert row["status"] == "cannot_run"
                continue
            plans = plans_of(point, network)
            starts = start_cycles(plans, [True] * len(plans))
            assert row["cycles"] == starts[-1] + plans[-1].cycles
            assert row["bound"] == sum(plan.bound for plan in plans)
            assert row["steady_cycles"] == sum(plan.image_cycles for plan in plans)
            assert row["macs"] == sum(layer.macs for layer in network.layers)
            assert row["bound_share"] == row["bound"] / row["cycles"]
            assert row["utilisation"] == pytest.approx(
                row["macs"] / row["cycles"] / point.engine.multipliers
            )
            # The last of ten inferences back to back ends nine intervals after the first.
            many = start_cycles(plans * 10, [True] * (10 * len(plans)))
            last = many[-1] + plans[-1].cycles
            assert last == row["cycles"] + 9 * row["interval_cycles"]
            waits.add(row["interval_cycles"] > row["cycles"])
            facts = dict(zip(dict.fromkeys(network.shapes), record["facts"], strict=True))
            for plan, shape in zip(plans, network.shapes, strict=True):
                named = dict(zip(LAYER_FACTS, facts[shape], strict=True))
                assert named["cycles"] == plan.cycles
                assert named["interleave"] == plan.interleave
                assert sum(named[name] for name in ACTIVITY_FIELDS) == plan.cycles
                losses = [named[field.name] for field in LOSS_FIELDS]
                assert sum(losses) == plan.cycles * point.engine.multipliers
    assert waits == {True, False}


def test_layers_take_what_the_cycle_model_takes(tmp_path: Path, seed: int) -> None:
    """The cycles by activity of a few engines, with several axes."""
    space = small(tmp_path)
    points = points_of(space)
    (network, other) = space.networks
    for point in (points[0], points[5], points[9], points[-1]):
        for one in (network, other):
            record = records_of(space, point)[one.name]
            if record["row"]["status"] != "ok":
                continue
            facts = dict(zip(dict.fromkeys(one.shapes), record["facts"], strict=True))
            for plan, shape in zip(plans_of(point, one), one.shapes, strict=True):
                named = dict(zip(LAYER_FACTS, facts[shape], strict=True))
                done = run_layer(plan, *random_layer_data(plan.layer, point.engine, seed))
                assert named["cycles"] == done.cycles
                said = {kind.replace("-", "_"): count for kind, count in done.activity.items()}
                assert {name: named[name] for name in said} == said


def test_what_cannot_run_says_why(tmp_path: Path) -> None:
    """A kernel and a dilation that exceed the engine; the layer "pads" runs in several streams."""
    space = small(tmp_path, SMALL.replace("kernel = [3, 5]", "kernel = 3\nmax_row_pitch = 4"))
    row = records_of(space, points_of(space)[0])["second"]["row"]
    assert row["status"] == "cannot_run"
    assert row["reason"] == (
        "wide: kernel_w = 3: the layer's kernel_w is 5, which exceeds it by 2;"
        " wide: max_row_pitch = 4: the layer's row_pitch is 5, which exceeds it by 1, even in a"
        " stream of one ofmap pixel;"
        " wide: max_dilation_w = 1: the layer's dilation_w is 2, which exceeds it by 1"
    )
    assert "cycles" not in row


def test_an_order_that_no_cut_keeps_cannot_run(tmp_path: Path) -> None:
    """All channel groups of a pixel together, on an engine that has fewer."""
    text = SMALL.replace("kernel = [3, 5]", "kernel = 5\nmax_channel_groups = 2")
    space = small(tmp_path, text)
    plane, nhwc = points_of(space)[:2]
    assert records_of(space, plane)["first"]["row"]["status"] == "ok"
    reasons = records_of(space, nhwc)["first"]["row"]["reason"].split("; ")
    assert reasons[0] == (
        "a: max_channel_groups = 2: the layer's number of channel groups is 4, which exceeds it by"
        " 2, even in a stream of one ofmap pixel"
    )


def test_bandwidth_and_buffers_by_hand(tmp_path: Path) -> None:
    """4 lanes of 3x3: a beat of 4 bytes, two rows of 5 slots, 9 weights of 2 banks of 6 sets."""
    text = SMALL.replace('"first.toml", "second.toml"', '"first.toml"').replace("[2, 4]", "4")
    space = small(tmp_path, text)
    point = points_of(space)[0]
    row = records_of(space, point)["first"]["row"]
    numbers = EngineNumbers(point.engine)
    assert row["input_bytes_per_cycle"] == row["param_bytes_per_cycle"] == 4
    assert row["output_bytes_per_cycle"] == 4 * numbers.formats.acc_width / 8
    assert row["line_buffer_bytes"] == 2 * 5 * 4
    assert row["weight_bytes"] == 9 * 2 * (3 * 2) * 4
    assert row["fifo_bytes"] == numbers.timing.fifo_depth * 4 * numbers.formats.acc_width / 8
    total = row["line_buffer_bytes"] + row["weight_bytes"] + row["fifo_bytes"]
    assert row["buffer_bytes"] == total
    # Beats of a, b and c: two, three and two channel groups of 30 pixels; b has M = 2.
    incoming = 4 * (30 * (2 + 3 + 2) + 9 * (2 + 3 * 2 + 2))
    outgoing = row["output_bytes_per_cycle"] * (30 * 2 + 3 * 3 * 3 * 2 + 30 * 2)
    assert row["external_bytes"] == incoming + outgoing
    seconds = row["interval_cycles"] / row["fmax_mhz"] / 1e6
    assert row["input_gb_per_s"] == pytest.approx(incoming / seconds / 1e9)
    assert row["output_gb_per_s"] == pytest.approx(outgoing / seconds / 1e9)
    assert row["inferences_per_s"] == pytest.approx(1 / seconds)
    assert row["time_ms"] == pytest.approx(row["cycles"] / row["fmax_mhz"] / 1e3)


def test_energy_by_hand(tmp_path: Path) -> None:
    """The same engine at Horowitz's prices per bit; all memories are below 8 KiB."""
    text = SMALL.replace('"first.toml", "second.toml"', '"first.toml"').replace("[2, 4]", "4")
    space = small(tmp_path, text)
    point = points_of(space)[0]
    row = records_of(space, point)["first"]["row"]
    beats = 30 * 2 + 3 * 3 * 3 * 2 + 30 * 2
    numbers = EngineNumbers(point.engine)
    assert row["energy_multiply_uj"] == pytest.approx(beats * 36 * 0.2e-6)
    adder = 0.03 + 0.07 * (numbers.formats.acc_width - 8) / 24
    assert row["energy_add_uj"] == pytest.approx(beats * 36 * adder * 1e-6)
    bit = 10e-6 / 64
    fifo = 2 * beats * 4 * numbers.formats.acc_width * bit
    assert row["energy_fifo_uj"] == pytest.approx(fifo)
    weights = 9 * 32 * (beats + 2 + 3 * 2 + 2) * bit
    assert row["energy_weight_uj"] == pytest.approx(weights)
    slots = sum(plan.slots for plan in plans_of(point, space.networks[0]))
    assert row["energy_line_buffer_uj"] == pytest.approx(2 * 32 * 2 * slots * bit)
    external = row["external_bytes"] * 8 * 1300e-6 / 64
    assert row["energy_external_uj"] == pytest.approx(external)
    parts = ("multiply", "add", "line_buffer", "weight", "fifo")
    assert row["energy_uj"] == pytest.approx(sum(row[f"energy_{part}_uj"] for part in parts))


def test_energy_scales_as_it_says() -> None:
    from dwsim.exploration import energy

    assert energy.multiply_pj(8, 8) == 0.2
    assert energy.multiply_pj(32, 32) == pytest.approx(3.2)
    assert energy.add_pj(8) == 0.03
    assert energy.add_pj(32) == pytest.approx(0.1)
    sizes = [(1, 10), (8 * 8192, 10), (8 * 8192 + 1, 20), (8 * 32768 + 1, 100), (1 << 40, 100)]
    for bits, picojoules in sizes:
        assert energy.access_pj(bits) == picojoules / 64


def test_a_requantiser_multiplies_too(tmp_path: Path) -> None:
    text = SMALL.replace("kernel = [3, 5]", "kernel = 5")
    text = text.replace('requantise = "none"', 'requantise = ["none", "both"]')
    space = small(tmp_path, text)
    plain, scaled = (
        records_of(space, point)["second"]["row"]
        for point in points_of(space)
        if (point.engine.lanes, point.policy, point.engine.taps_per_cycle) == (2, "plane", None)
    )
    beats = sum(plan.ofmap_beats for plan in plans_of(points_of(space)[0], space.networks[1]))
    extra = scaled["energy_multiply_uj"] - plain["energy_multiply_uj"]
    assert extra == pytest.approx(beats * 2 * 3.2e-6)
    assert scaled["weight_bytes"] > plain["weight_bytes"]
    assert scaled["output_bytes_per_cycle"] == 2 < plain["output_bytes_per_cycle"]


def test_what_breaks_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space = small(tmp_path)
    right = evaluation.figures_of

    def broken(layer: Any, engine: EngineSpec, policy: Any) -> Any:
        if layer.channel_multiplier == 2:
            raise ZeroDivisionError("on purpose")
        return right(layer, engine, policy)

    monkeypatch.setattr(evaluation, "figures_of", broken)
    records = records_of(space, points_of(space)[-1])
    assert records["first"]["row"]["status"] == "failed"
    assert "ZeroDivisionError: on purpose" in records["first"]["traceback"]
    assert records["second"]["row"]["status"] == "ok"
    monkeypatch.setattr(evaluation, "area_of", lambda *_: 1 / 0)
    records = records_of(space, points_of(space)[-1])
    assert [record["row"]["status"] for record in records.values()] == ["failed", "failed"]


def test_mobilenet_on_32_lanes_meets_its_bound(tmp_path: Path) -> None:
    """If images of the same layer follow each other, the interval equals the bound."""
    from dwsim.exploration.space import parse_space

    text = 'networks = ["mobilenet_v1"]\n[engine]\nlanes = 32\n[[objective]]\nminimise = "cycles"\n'
    space = parse_space(text, tmp_path / "space.toml")
    (point,) = points_of(space)
    row = records_of(space, point)["mobilenet_v1"]["row"]
    assert row["multipliers"] == 288
    assert row["input_bytes_per_cycle"] == 32
    assert row["steady_cycles"] == row["bound"] == 95_648
    assert row["macs"] == read_network("mobilenet_v1").macs == 17_385_984
    assert row["cycles"] <= 96_500
