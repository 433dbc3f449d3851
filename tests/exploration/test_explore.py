"""Whole explorations: their files, failures and empty fronts."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.csv
import pyarrow.parquet
import pytest

from dwsim import EngineSpec, SpecError
from dwsim.exploration import evaluate as evaluation
from dwsim.exploration.explore import explore
from dwsim.exploration.pool import open_pool
from dwsim.exploration.results import read_results
from dwsim.exploration.results_schema import ACTIVITY_FIELDS, LAYER_FIELDS, PAIR_FIELDS
from dwsim.spec.spec_file import read_spec
from tests.exploration.spaces import SMALL, WITH_LOADS, run, small

ONLY_FIRST = SMALL.replace('["first.toml", "second.toml"]', '["first.toml"]')


@pytest.mark.parametrize("module", ["parquet", "csv"])
def test_a_table_is_written_whole_or_not_at_all(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer fails in the middle, as on a full disk; the tables of the first run stay."""
    space, out = small(tmp_path, ONLY_FIRST), tmp_path / "out"
    run(space, out)
    before = {path.name: path.read_bytes() for path in out.glob("points.*")}

    def fails(table: Any, sink: Any) -> None:
        with pyarrow.output_stream(sink) if isinstance(sink, Path) else sink as opened:
            opened.write(b"half")
        raise OSError(28, "No space left on device")

    name = {"parquet": "write_table", "csv": "write_csv"}[module]
    monkeypatch.setattr(getattr(pyarrow, module), name, fails)
    with pytest.raises(OSError, match="No space left"):
        run(space, out)
    assert {path.name: path.read_bytes() for path in out.glob("points.*")} == before


def test_results_are_what_was_found(tmp_path: Path) -> None:
    outcome = run(small(tmp_path), tmp_path / "out")
    results = read_results(tmp_path / "out")
    assert len(results.pairs) == 24 * 2
    for pair in results.pairs:
        assert list(pair) == [field.name for field in PAIR_FIELDS]
        row = outcome.rows[pair["engine_id"]][pair["network"]]
        assert {key: row.get(key) for key in pair if key in row} == {
            key: value for key, value in pair.items() if key in row
        }
        assert pair["on_front"] == (pair["engine_id"] in outcome.front)
        front = outcome.network_fronts[pair["network"]]
        assert pair["on_network_front"] == (pair["engine_id"] in front)
    # No engine of 3x3 runs the second network.
    assert {pair["status"] for pair in results.pairs} == {"ok", "cannot_run"}
    described = results.description
    assert [entry["engine_id"] for entry in described.front] == list(outcome.front)
    assert [entry["values"] for entry in described.front] == list(outcome.front.values())
    assert described.network_fronts == outcome.network_fronts
    assert described.toml == SMALL
    assert described.counts["engines"] == 24
    assert described.networks["first"] == {"layers": 3, "macs": 6264, "source": "first.toml"}
    assert described.objectives[0] == {"metric": "cycles", "goal": "minimise", "over": "geomean"}


def test_layers_add_up_to_their_networks(tmp_path: Path) -> None:
    outcome = run(small(tmp_path, WITH_LOADS), tmp_path / "out")
    layers = read_results(tmp_path / "out").layers
    assert [list(layer) for layer in layers[:1]] == [[field.name for field in LAYER_FIELDS]]
    for engine_id, rows in outcome.rows.items():
        for network in outcome.space.networks:
            mine = [
                x for x in layers if (x["engine_id"], x["network"]) == (engine_id, network.name)
            ]
            row = rows[network.name]
            if row["status"] != "ok":
                assert mine == []
                continue
            assert [layer["layer"] for layer in mine] == [x.name for x in network.layers]
            assert [layer["index"] for layer in mine] == list(range(len(mine)))
            assert [layer["ifmap_w"] for layer in mine] == [x.ifmap_w for x in network.layers]
            assert mine[-1]["start_cycle"] + mine[-1]["cycles"] == row["cycles"]
            for key in ("macs", "bound", "steady_cycles"):
                assert sum(layer[key] for layer in mine) == row[key]
            took = sum(layer["cycles"] + layer["wait_cycles"] for layer in mine)
            assert took == row["interval_cycles"]
            for layer, following in itertools.pairwise(mine):
                ends = layer["start_cycle"] + layer["cycles"] + layer["wait_cycles"]
                assert ends == following["start_cycle"]
            for layer in mine:
                assert sum(layer[name] for name in ACTIVITY_FIELDS) == layer["cycles"]
                share = layer["macs"] / layer["cycles"] / row["multipliers"]
                assert layer["utilisation"] == pytest.approx(share)


def test_an_engine_that_two_combinations_give_counts_once(tmp_path: Path) -> None:
    outcome = run(small(tmp_path, ONLY_FIRST.replace('"row", 1', "9, 25")), tmp_path / "out")
    counts = outcome.counts
    assert (counts["combinations"], counts["engines"], counts["duplicates"]) == (24, 8, 8)
    assert counts["refused"] == 8


def test_the_csv_is_the_parquet(tmp_path: Path) -> None:
    run(small(tmp_path), tmp_path / "out")
    results = read_results(tmp_path / "out")
    for name, rows in (("points", results.pairs), ("layers", results.layers)):
        with (tmp_path / "out" / f"{name}.csv").open() as file:
            read = list(csv.DictReader(file))
        assert len(read) == len(rows)
        for text, row in zip(read, rows, strict=True):
            for key, value in row.items():
                if isinstance(value, float):
                    assert float(text[key]) == value
                else:
                    wanted = str(value).lower() if isinstance(value, bool) else value
                    assert text[key] == ("" if wanted is None else str(wanted))


def test_the_fronts_engines_are_spec_files(tmp_path: Path) -> None:
    outcome = run(small(tmp_path), tmp_path / "out")
    written = {path.stem for path in (tmp_path / "out" / "engines").iterdir()}
    assert written == {*outcome.front, *(x for xs in outcome.network_fronts.values() for x in xs)}
    for name in written:
        spec = read_spec(tmp_path / "out" / "engines" / f"{name}.toml")
        assert spec.engine == outcome.points[name].engine
    # The engines of the front of an earlier run are deleted.
    one = run(
        small(tmp_path, ONLY_FIRST + "[constraints]\nlanes = { max = 2 }\n"), tmp_path / "out"
    )
    assert {path.stem for path in (tmp_path / "out" / "engines").iterdir()} == set(one.front)


def test_a_failed_point_is_reported_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evaluated: list[Any]
) -> None:
    right = evaluation.figures_of

    def broken(layer: Any, engine: EngineSpec, policy: Any) -> Any:
        if engine.lanes == 4 and policy == "nhwc" and layer.channel_multiplier == 2:
            raise ZeroDivisionError("on purpose")
        return right(layer, engine, policy)

    with monkeypatch.context() as patched:
        patched.setattr(evaluation, "figures_of", broken)
        outcome = run(small(tmp_path), tmp_path / "out")
    failed = {
        name
        for name, point in outcome.points.items()
        if point.engine.lanes == 4 and point.policy == "nhwc"
    }
    assert outcome.counts["failed"] == len(failed) == 6
    assert outcome.front
    assert failed.isdisjoint(outcome.front)
    results = read_results(tmp_path / "out")
    for entry in results.description.failed:
        assert entry["engine_id"] in failed
        assert entry["network"] == "first"
        text = (tmp_path / "out" / entry["traceback"]).read_text()
        assert "ZeroDivisionError: on purpose" in text
    rows = [row for row in results.pairs if row["status"] == "failed"]
    assert {row["engine_id"] for row in rows} == failed
    for row in rows:
        where = f"failures/{row['engine_id']}-first.txt"
        assert row["reason"] == f"ZeroDivisionError: on purpose; see {where}"
        assert row["cycles"] is None
    evaluated.clear()
    repaired = run(small(tmp_path), tmp_path / "out")
    assert sorted(evaluated) == sorted((name, ("first",)) for name in failed)
    assert repaired.counts["failed"] == 0
    assert list((tmp_path / "out" / "failures").iterdir()) == []


def test_an_empty_front_leaves_its_tables(tmp_path: Path) -> None:
    text = SMALL + "[constraints]\nmultipliers = { max = 1 }\n"
    outcome = run(small(tmp_path, text), tmp_path / "out")
    assert outcome.front == {}
    assert outcome.why_empty()[-1] == (
        "24 of 24 engines violate multipliers { max = 1 }: the values are from 2 to 100"
    )
    results = read_results(tmp_path / "out")
    assert {row["violates"] for row in results.pairs if row["multipliers"] == 2} == {
        "multipliers { max = 1 }: 2"
    }
    assert not any(row["on_front"] for row in results.pairs)


def test_workers_give_the_same_tables(tmp_path: Path) -> None:
    run(small(tmp_path), tmp_path / "one")
    with open_pool(2) as pool:
        explore(small(tmp_path), tmp_path / "two", pool)
    for name in ("points.csv", "layers.csv"):
        one, two = ((tmp_path / place / name).read_bytes() for place in ("one", "two"))
        assert one == two


def test_results_of_another_format_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="points.parquet = None: is missing: run dwsim explore"):
        read_results(tmp_path)
    run(small(tmp_path), tmp_path / "out")
    described = json.loads((tmp_path / "out" / "explore.json").read_text())
    described["format"] = 0
    (tmp_path / "out" / "explore.json").write_text(json.dumps(described))
    with pytest.raises(SpecError, match="format = 0: must be 8, the format of this version"):
        read_results(tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "changed", "rule"),
    [
        (
            "explore.json",
            lambda data: data[:-9],
            r"explore.json = None: is not JSON .*: run",
        ),
        ("explore.json", lambda data: b"[]", "format = None: must be 8"),
        ("explore.json", lambda data: data.replace(b'"cycles"', b'"fmax_mhz"'), "digest = "),
        ("explore.json", lambda data: b"\xff" + data, "explore.json = .*: is not UTF-8 text"),
        ("points.parquet", lambda data: data[:-3], "digest = .* not as dwsim explore wrote them"),
        ("layers.parquet", lambda data: data[:200] + b"x" + data[201:], "digest = "),
    ],
)
def test_changed_results_are_refused(
    tmp_path: Path, name: str, changed: Callable[[bytes], bytes], rule: str
) -> None:
    run(small(tmp_path), tmp_path / "out")
    path = tmp_path / "out" / name
    before = path.read_bytes()
    path.write_bytes(changed(before))
    assert path.read_bytes() != before
    with pytest.raises(SpecError, match=rule):
        read_results(tmp_path / "out")
