"""Figures for papers: their names, their content, and their reproducibility."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from dwsim.errors import SpecError, ToolError
from dwsim.exploration.report import vega
from dwsim.exploration.report.figures import figures, write_figures
from dwsim.exploration.report.layers_chart import LOSS_NAMES
from dwsim.exploration.report.page import write_report
from dwsim.exploration.report.roofline import ROOFS, UNDER_ROOFS, roofs
from dwsim.exploration.report.vega import chart_bytes
from dwsim.exploration.results import Results, read_results
from tests.cli.helpers import environment
from tests.exploration.report import fabricate
from tests.exploration.spaces import run, small

SVG = "{http://www.w3.org/2000/svg}"
STARTS = {"svg": b"<svg", "png": b"\x89PNG\r\n"}
SCRIPT = """
import sys
from pathlib import Path
from dwsim.exploration.report.figures import write_figures
from dwsim.exploration.report.page import write_report
from tests.exploration.report import fabricate
there, results = Path(sys.argv[1]), fabricate.results(engines=8, networks=2)
write_figures(results, there, ("svg", "png"))
write_report(results, there / "report.html")
"""


@pytest.fixture(scope="module")
def results() -> Results:
    return fabricate.results(engines=8, networks=2)


def test_there_is_a_figure_for_each_front_and_network(tmp_path: Path, results: Results) -> None:
    paths = write_figures(results, tmp_path / "new", tuple(STARTS))
    names = [
        "front_all_networks",
        "front_mobilenet_v1",
        "front_convnext_tiny",
        "layers_mobilenet_v1",
        "layers_convnext_tiny",
        "roofline_mobilenet_v1",
        "roofline_convnext_tiny",
    ]
    assert sorted(paths) == sorted((tmp_path / "new").iterdir())
    assert sorted(path.name for path in paths) == sorted(
        f"{name}.{form}" for name in names for form in STARTS
    )
    for path in paths:
        assert path.read_bytes().startswith(STARTS[path.suffix[1:]]), path


def test_a_front_has_the_points_of_its_network(results: Results) -> None:
    charts = figures(results)
    for network in results.description.networks:
        ran = [p for p in results.pairs if p["network"] == network and p["status"] == "ok"]
        points = charts[f"front_{network}"]["data"]["values"]
        assert [(point["x"], point["y"]) for point in points] == [
            (pair["time_ms"], pair["lut"]) for pair in ran
        ]
        front = {point["engine"] for point in points if point["tier"] == "front"}
        assert front == set(results.description.network_fronts[network])


def test_every_point_is_drawn(tmp_path: Path, results: Results) -> None:
    write_figures(results, tmp_path)
    points = len(figures(results)["front_mobilenet_v1"]["data"]["values"])
    svg = ElementTree.parse(tmp_path / "front_mobilenet_v1.svg")
    groups = [g for g in svg.iter(f"{SVG}g") if "mark-symbol role-mark" in g.get("class", "")]
    assert sum(len(group.findall(f"{SVG}path")) for group in groups) == points
    texts = {text.text for text in svg.iter(f"{SVG}text")}
    assert {"mobilenet_v1", "time (ms)", "LUT", "on the front"} <= texts


def test_the_breakdown_has_every_cycle_of_the_best_engine(results: Results) -> None:
    best = results.description.front[0]["engine_id"]
    chart = figures(results)["layers_mobilenet_v1"]
    rows = chart["data"]["values"]
    assert len(rows) == fabricate.NETWORK_LAYERS["mobilenet_v1"]
    assert best in chart["title"]
    for row in rows:
        cycles = row["cycles"] + row["wait_cycles"]
        assert sum(row[key] for key in LOSS_NAMES) == cycles * row["multipliers"]


def test_without_a_front_there_are_no_layers(results: Results) -> None:
    empty = fabricate.results(engines=8, networks=2)
    empty.description.front.clear()
    assert not any(name.startswith(("layers", "roofline")) for name in figures(empty))
    assert "front_mobilenet_v1" in figures(empty)


def test_the_same_results_give_the_same_bytes(tmp_path: Path, results: Results) -> None:
    """After other charts in this process, the bytes equal those of a new process."""
    here = write_figures(results, tmp_path / "here", tuple(STARTS))
    here.append(tmp_path / "here" / "report.html")
    write_report(results, here[-1])
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "there")]
    subprocess.run(command, check=True, env=environment(), cwd=tmp_path)
    for path in here:
        assert path.read_bytes() == (tmp_path / "there" / path.name).read_bytes(), path.name


def test_an_unknown_format_is_refused(tmp_path: Path, results: Results) -> None:
    with pytest.raises(SpecError, match="format = 'pdf': must be one of svg, png"):
        write_figures(results, tmp_path / "figures", ("svg", "pdf"))
    assert not (tmp_path / "figures").exists()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    vega.javascript.cache_clear()
    for call in (vega.require, vega.javascript, lambda: vega.chart_bytes({}, "svg")):
        with pytest.raises(ToolError, match=r"vl-convert-python: pip install 'dwsim\[report\]'"):
            call()


def test_no_layer_lies_above_a_roof(tmp_path: Path) -> None:
    run(small(tmp_path), tmp_path / "out")
    results = read_results(tmp_path / "out")
    best = results.description.front[0]["engine_id"]
    pair = next(p for p in results.pairs if p["engine_id"] == best)
    limits = roofs(pair, 4.0)
    assert list(limits) == ["multipliers", "ports", "memory, 4 GB/s"]
    assert limits["memory, 4 GB/s"][1] == pytest.approx(4e9 / (pair["fmax_mhz"] * 1e6))
    chart = figures(results, 4.0)["roofline_first"]
    rows = [r for r in results.layers if r["engine_id"] == best and r["network"] == "first"]
    assert [line["roof"] for line in chart["datasets"][ROOFS]] == list(limits)
    assert [point["macs"] for point in chart["datasets"][UNDER_ROOFS]] == [r["macs"] for r in rows]
    for row in rows:
        for name in ("multipliers", "ports"):
            most, per_byte = limits[name]
            assert row["macs"] / row["cycles"] <= min(most, per_byte * row["intensity"]), name
    lines, points = drawn(chart_bytes(chart, "svg").decode())
    assert len(lines) == len(limits)
    assert len(points) == len(rows)
    # Pixels count downwards. The memory is a roof only for a slower engine.
    for (left, top), (right, end) in lines[:2]:
        for x, y in points:
            assert left < x < right
            assert y >= top + (end - top) * (x - left) / (right - left)
    (_, flat), (_, still_flat) = lines[0]
    assert flat == still_flat


def drawn(svg: str) -> tuple[list[list[tuple[float, ...]]], list[tuple[float, ...]]]:
    """The ends of each line of a chart in pixels, and the centres of its points."""
    number = r"([0-9.]+)"
    lines = re.findall(rf'd="M{number},{number}L{number},{number}" stroke="#', svg)
    points = re.findall(rf'transform="translate\({number},{number}\)" d="M[^"]*A', svg)
    ends = [[float(x) for x in line] for line in lines]
    centres = [tuple(float(x) for x in point) for point in points]
    return [[(a, b), (c, d)] for a, b, c, d in ends], centres
