"""Both dataflows in one space: their engines, losses, limits of the part, and pruning."""

from __future__ import annotations

from pathlib import Path

import pytest

from dwsim import SpecError
from dwsim.derive import Plan
from dwsim.exploration.report.document import document
from dwsim.exploration.results import read_results
from dwsim.exploration.results_schema import LOSS_FIELDS
from tests.exploration.spaces import run, small

BOTH = """
networks = ["first.toml", "loads.toml"]

[[engine]]
lanes = [2, 4]
taps_per_cycle = ["all", "row"]

[[engine]]
dataflow = "tap_serial"
lanes = 4
pixels = [2, 3]
ifmap_pixels = [1, 2]

[[objective]]
minimise = "cycles"

[[objective]]
minimise = "multipliers"
"""


def test_one_space_has_the_engines_of_both(tmp_path: Path) -> None:
    outcome = run(small(tmp_path, BOTH), tmp_path / "out")
    assert outcome.space.combinations == len(outcome.points) == 8
    flows = [point.engine.dataflow for point in outcome.points.values()]
    assert flows == ["tap_parallel"] * 4 + ["tap_serial"] * 4
    assert {point.engine.requantise for point in outcome.points.values()} == {"double"}
    for name, point in outcome.points.items():
        for network in outcome.space.networks:
            row = outcome.rows[name][network.name]
            assert row["status"] == "ok"
            whole = row["cycles"] * point.engine.multipliers
            assert sum(row[field.name] for field in LOSS_FIELDS) == whole
            useful = row["loss_useful"] + row["loss_masked_taps"]
            assert useful == network.macs == round(row["utilisation"] * whole)
            assert row["ideal"] == -(-network.macs // point.engine.multipliers)
            cycles = sum(Plan(x, point.engine).cycles for x in network.layers)
            assert row["cycles"] >= cycles
    assert {outcome.points[name].engine.dataflow for name in outcome.front} <= set(flows)


@pytest.mark.parametrize(
    ("formats", "requantise"),
    [("", "double"), ("ifmap_width = 16", "single"), ("weight_width = 4", "none")],
)
def test_engines_requantise_where_they_can(tmp_path: Path, formats: str, requantise: str) -> None:
    text = BOTH.replace("lanes = [2, 4]\n", f"lanes = 2\n{formats}\n")
    outcome = run(small(tmp_path, text), tmp_path / "out")
    first = next(iter(outcome.points.values()))
    assert first.engine.requantise == requantise


def test_requantisers_count(tmp_path: Path) -> None:
    """A requantiser of an ECP5 takes four multiplier blocks."""
    outcome = run(small(tmp_path, BOTH), tmp_path / "out")
    for name, point in outcome.points.items():
        engine, row = point.engine, outcome.rows[name]["first"]
        serial = -(-engine.lanes * (engine.pixels or 0) // 9)
        requantisers = serial if engine.dataflow == "tap_serial" else engine.lanes
        assert row["dsp"] == engine.multipliers + 4 * requantisers


def test_engines_beyond_the_part_stay_off_the_front(tmp_path: Path) -> None:
    text = BOTH.replace("lanes = [2, 4]", "lanes = [4, 16]")
    outcome = run(small(tmp_path, text), tmp_path / "out")
    beyond = {name for name in outcome.points if outcome.rows[name]["first"]["beyond_part"]}
    assert {outcome.points[name].engine.lanes for name in beyond} == {16}
    assert outcome.front
    assert not beyond & set(outcome.front)
    asked = run(small(tmp_path, "beyond_part = true\n" + text), tmp_path / "out")
    assert beyond & set(asked.front)


def test_constraints_prune_before_the_evaluation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A multiplier count, and a latency that no engine with so few multipliers reaches."""
    from dwsim.exploration import evaluate

    planned = set()
    right = evaluate.figures_of

    def watched(layer, engine, policy):  # type: ignore[no-untyped-def]
        planned.add(engine.multipliers)
        return right(layer, engine, policy)

    monkeypatch.setattr(evaluate, "figures_of", watched)
    alone = BOTH.replace(', "loads.toml"', "")
    network = small(tmp_path, alone).networks[0]
    limit = network.macs // 10
    text = alone + f"[constraints]\nmultipliers = {{ max = 20 }}\ncycles = {{ max = {limit} }}\n"
    outcome = run(small(tmp_path, text), tmp_path / "out")
    rows = [outcome.rows[name]["first"] for name in outcome.points]
    pruned = {row["multipliers"] for row in rows if row["status"] == "pruned"}
    assert pruned == {6, 8, 36}
    assert planned == {12, 18}
    for row in rows:
        if row["multipliers"] == 36:
            assert row["reason"].startswith("multipliers { max = 20 }: 36")


def test_the_report_of_both(tmp_path: Path) -> None:
    run(small(tmp_path, BOTH), tmp_path / "out")
    content = document(read_results(tmp_path / "out"))
    shown = {column["key"] for column in content["columns"] if column["shown"]}
    assert {"dataflow", "taps_per_cycle", "pixels", "ifmap_pixels", "ideal"} <= shown
    for text in content["specs"].values():
        assert ("pixels = " in text) == ('dataflow = "tap_serial"' in text)


def test_an_interleave_does_not_belong_to_a_tap_serial_engine(tmp_path: Path) -> None:
    text = BOTH.replace("pixels = [2, 3]", 'pixels = 2\ninterleave = "nhwc"')
    outcome = run(small(tmp_path, text), tmp_path / "out")
    assert len(outcome.refused) == 2
    assert "interleave = 'nhwc': must be plane" in outcome.refused[0].reason


def test_a_grid_is_named_in_its_errors(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"engine\[1\].pixels = 100"):
        small(tmp_path, BOTH.replace("pixels = [2, 3]", "pixels = 100"))
