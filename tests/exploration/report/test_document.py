"""The data of the page: numbers equal those of the tables, specs those of the engines."""

from __future__ import annotations

import base64
import gzip
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from dwsim.exploration.explore import ENGINES, explore
from dwsim.exploration.pool import open_pool
from dwsim.exploration.report.columns import pair_columns
from dwsim.exploration.report.document import document, needless_prefix, specs, tier, wants_log
from dwsim.exploration.report.overall import OVERALL, overall_rows
from dwsim.exploration.report.page import page, write_report
from dwsim.exploration.results import Results, read_results
from dwsim.spec.spec_file import parse_spec
from tests.exploration.report import fabricate
from tests.exploration.spaces import SMALL, small

COLUMNS = {column.key: column for column in pair_columns()}


@pytest.fixture(scope="module")
def explored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a small real exploration."""
    folder = tmp_path_factory.mktemp("explored")
    with open_pool(1) as pool:
        explore(small(folder), folder / "out", pool)
    return folder / "out"


def test_rows_are_those_of_the_tables(explored: Path) -> None:
    results = read_results(explored)
    content = document(results)
    for key, values in content["rows"].items():
        for pair, value in zip(results.pairs, values, strict=False):
            wanted = pair.get(key)
            if isinstance(wanted, float):
                assert math.isclose(value, wanted, rel_tol=1e-5), (key, pair)
            elif key in COLUMNS:
                assert value == wanted, (key, pair)
    assert len(content["tiers"]) == len(content["rows"]["engine_id"])


def test_layers_are_those_of_the_tables(explored: Path) -> None:
    results = read_results(explored)
    content = document(results)
    for row in results.layers:
        run = content["runs"][row["network"]][row["engine_id"]]
        assert content["layers"][row["network"]]["names"][row["index"]] == row["layer"]
        assert content["layers"][row["network"]]["macs"][row["index"]] == row["macs"]
        figures = ("cycles", "bound", "ideal", "interleave", "gemm_cycles", "output_bytes")
        for key in (*figures, *content["losses"]):
            assert run[key][row["index"]] == row[key]
        spent = sum(run[key][row["index"]] for key in content["losses"])
        place = content["rows"]["engine_id"].index(row["engine_id"])
        multipliers = content["rows"]["multipliers"][place]
        assert spent == (row["cycles"] + row["wait_cycles"]) * multipliers
    assert content["layers"]["first"]["shapes"][1] == (
        "6x5x12, kernel 3x3, stride 2, channel multiplier 2"
    )


def test_a_memory_gives_its_bytes_to_each_clock(explored: Path) -> None:
    results = read_results(explored)
    rates = document(results)["memory_rates"]
    clocks = {pair["engine_id"]: pair["fmax_mhz"] for pair in results.pairs}
    assert rates == pytest.approx({name: 1e3 / clock for name, clock in clocks.items()})


def test_the_values_of_objectives_are_those_of_the_front(explored: Path) -> None:
    results = read_results(explored)
    content = document(results)
    rows = content["rows"]
    assert content["objectives"] == ["cycles over geomean", "multipliers"]
    place = {rows["engine_id"][i]: i for i, name in enumerate(rows["network"]) if name == OVERALL}
    assert len(results.description.front) > 1
    for one in results.description.front:
        i = place[one["engine_id"]]
        shown = [rows[key][i] for key in content["objectives"]]
        assert shown == pytest.approx(one["values"], rel=1e-5)
        assert content["tiers"][i] == "front"


def test_specs_are_what_explore_writes(explored: Path) -> None:
    """The spec in the page and the spec file describe the same engine."""
    texts = specs(read_results(explored))
    files = list((explored / ENGINES).glob("*.toml"))
    assert files
    for file in files:
        text = texts[file.stem]
        assert parse_spec(text, file).engine == parse_spec(file.read_text(), file).engine


def test_an_engine_that_cannot_run_a_network_has_no_value_over_all() -> None:
    results = fabricate.results()
    bad = {pair["engine_id"] for pair in results.pairs if pair["status"] != "ok"}
    broken = {pair["engine_id"] for pair in results.pairs if pair["status"] == "failed"}
    assert broken < bad
    for row in overall_rows(results):
        values = (row["time_ms over geomean"], row["energy_uj over sum"])
        assert all((value is None) == (row["engine_id"] in bad) for value in values)
        assert (row["status"] == "ok") == (row["engine_id"] not in bad)
        if row["engine_id"] in bad - broken:
            assert row["reason"].startswith("convnext_tiny: layer stage_0: kernel_h")
        # Values that all networks share are kept, others are not.
        assert row["multipliers"] is not None
        assert row["cycles"] is None
    shown = {column["key"] for column in document(results)["columns"] if column["shown"]}
    assert {"status", "reason"} <= shown


def test_one_network_needs_no_row_over_all() -> None:
    results = fabricate.results(networks=1)
    content = document(results)
    assert set(content["rows"]["network"]) == {fabricate.TOO_LARGE}
    assert content["objectives"] == ["time_ms", "lut", "energy_uj"]
    shown = {column["key"] for column in content["columns"] if column["shown"]}
    assert "on_network_front" not in shown
    assert "lanes" in shown


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({"network": OVERALL, "on_front": True, "on_network_front": True}, "front"),
        ({"network": OVERALL, "on_front": False, "on_network_front": True}, "other"),
        ({"network": "a", "on_front": True, "on_network_front": True}, "front"),
        ({"network": "a", "on_front": True, "on_network_front": False}, "elsewhere"),
        ({"network": "a", "on_front": False, "on_network_front": False}, "other"),
    ],
)
def test_what_a_point_is(row: dict[str, Any], wanted: str) -> None:
    assert tier(row | {"violates": ""}) == wanted
    if wanted == "other":
        assert tier(row | {"violates": "dsp"}) == "violates"


def test_a_column_is_logarithmic_where_its_values_differ_by_magnitudes() -> None:
    assert wants_log(COLUMNS["cycles"], [100, None, 10_000])
    assert not wants_log(COLUMNS["cycles"], [100, 200])
    assert not wants_log(COLUMNS["cycles"], [0, 10_000])
    assert not wants_log(COLUMNS["cycles"], [None])
    assert not wants_log(COLUMNS["utilisation"], [0.001, 1.0])


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["conv_dw_1", "conv_dw_2"], 0),
        (["separable_conv_1_normal_left1", "separable_conv_2_normal"], len("separable_conv_")),
        (["a_very_long_name_of_a_layer"], len("a_very_long_name_of_a_")),
        (["one_very_long_name_of_it", "two_very_long_names_of_it"], 0),
    ],
)
def test_labels_leave_out_what_long_names_share(names: list[str], wanted: int) -> None:
    assert needless_prefix(names) == wanted


def test_names_cannot_end_the_page() -> None:
    """Names of spaces and layers cannot inject HTML into the page."""
    results = fabricate.results(engines=4)
    evil = "</script><b>$data"
    results.description.__dict__["space"] = evil
    text = page(results)
    assert evil not in text
    assert "&lt;/script&gt;&lt;b&gt;$data" in text
    assert text.count("</script>") == 3


@pytest.mark.parametrize("bandwidth", [None, 3.2])
def test_the_page_holds_the_document(bandwidth: float | None) -> None:
    results = fabricate.results(engines=4)
    text = page(results, bandwidth)
    (packed,) = re.findall(r'<script id="data" type="text/plain">([^<]*)</script>', text)
    held = json.loads(gzip.decompress(base64.b64decode(packed)))
    assert held.pop("charts").keys() == {"light", "dark"}
    assert held.pop("bandwidth") == bandwidth
    assert held == json.loads(json.dumps(document(results)))


def test_an_empty_front_has_a_page(tmp_path: Path) -> None:
    text = SMALL + "\n[constraints]\nutilisation = { min = 0.9999 }\n"
    with open_pool(1) as pool:
        outcome = explore(small(tmp_path, text), tmp_path / "out", pool)
    assert not outcome.front
    results: Results = read_results(tmp_path / "out")
    ok = [row["status"] == "ok" for row in (*results.pairs, *overall_rows(results))]
    tiers = document(results)["tiers"]
    assert {tier for tier, ran in zip(tiers, ok, strict=True) if ran} == {"violates"}
    write_report(results, tmp_path / "report.html")
