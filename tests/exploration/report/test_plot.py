"""The plot of the report: networks, filters, axes, the line of the best, choosing a point."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from dwsim.exploration.results import Results
from tests.exploration.report.conftest import Opened
from tests.exploration.report.plot import staircase
from tests.exploration.report.reading import FIRST_NETWORK, column, ok_pairs


def test_a_network_changes_plot_and_table(opened: Opened, results: Results, tmp_path: Path) -> None:
    page = opened.page
    drawn = opened.redrawn(lambda: page.select_option("#network", FIRST_NETWORK))
    assert drawn == len(ok_pairs(results, FIRST_NETWORK)) < 24
    assert len(opened.plot(tmp_path).points) == drawn
    assert page.inner_text("#count") == "24 rows, 24 engines"
    every = sum(len(ok_pairs(results, network)) for network in results.description.networks)
    assert opened.redrawn(lambda: page.select_option("#network", "")) == every
    assert len(opened.plot(tmp_path).points) == every
    assert page.inner_text("#count") == "72 rows, 24 engines"


def test_a_filter_changes_plot_and_table(opened: Opened, results: Results, tmp_path: Path) -> None:
    page = opened.page
    opened.redrawn(lambda: page.select_option("#network", FIRST_NETWORK))
    axes = opened.plot(tmp_path).texts("axis-label")
    wanted = [
        pair
        for pair in ok_pairs(results, FIRST_NETWORK)
        if pair["lanes"] >= 8 and pair["dsp"] < 200 and pair["interleave"] == "nhwc"
    ]
    assert 0 < len(wanted) < 24
    drawn = opened.redrawn(lambda: page.fill("#query", "lanes >= 8 dsp<200 NHWC"))
    assert drawn == len(wanted)
    plot = opened.plot(tmp_path)
    assert len(plot.points) == len(wanted)
    assert plot.texts("axis-label") == axes, "a filter moved the axes"
    assert page.inner_text("#count").startswith(f"{len(wanted)} rows")
    assert set(column(page, "engine_id")) == {pair["engine_id"] for pair in wanted}


def test_a_reader_may_be_faster_than_the_plot(
    opened: Opened, results: Results, tmp_path: Path
) -> None:
    """Several changes at once: the final plot shows the last choice."""
    page = opened.page
    wanted = ok_pairs(results, FIRST_NETWORK)[-1]["engine_id"]
    page.evaluate(
        """([network, query]) => {
            const set = (id, value, happened) => {
                document.getElementById(id).value = value;
                document.getElementById(id).dispatchEvent(new Event(happened));
            };
            set("network", "", "change");
            set("x", "dsp", "change");
            set("network", network, "change");
            set("query", query, "input");
            const row = document.querySelector("#grid tr[data-id]");
            row.click();
        }""",
        [FIRST_NETWORK, wanted],
    )
    opened.chosen(wanted)
    plot = opened.plot(tmp_path)
    assert len(plot.points) == 1
    assert len(plot.marks("symbol")) == 2, "the point and its ring"
    assert plot.texts("axis-title") == ["DSP", "LUT"]


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("lines>=8", "no column is named “lines”"),
        ("lanes>=many", "“lanes>=many” has no valid value"),
    ],
)
def test_a_filter_says_what_it_cannot_read(opened: Opened, query: str, complaint: str) -> None:
    opened.redrawn(lambda: opened.page.fill("#query", query))
    assert complaint in opened.page.inner_text("#query-note")


def test_front_only(opened: Opened, results: Results) -> None:
    page = opened.page
    opened.redrawn(lambda: page.select_option("#network", FIRST_NETWORK))
    drawn = opened.redrawn(lambda: page.check("#front-only"))
    front = {p["engine_id"] for p in ok_pairs(results, FIRST_NETWORK) if p["on_network_front"]}
    assert drawn == len(front) < 24
    assert set(column(page, "engine_id")) == front


def test_within_constraints_only(opened: Opened, results: Results) -> None:
    page = opened.page
    opened.redrawn(lambda: page.select_option("#network", FIRST_NETWORK))
    drawn = opened.redrawn(lambda: page.check("#allowed-only"))
    allowed = [pair for pair in ok_pairs(results, FIRST_NETWORK) if not pair["violates"]]
    assert drawn == len(allowed) < 24


@pytest.mark.parametrize(
    ("control", "value", "titles", "role"),
    [
        ("#x", "dsp", ["DSP", "LUT"], "axis-title"),
        ("#y", "utilisation", ["time (ms)", "utilisation"], "axis-title"),
        ("#y", "energy_uj", ["time (ms)", "energy (µJ)"], "axis-title"),
        ("#colour", "lanes", ["lanes"], "legend-title"),
        ("#colour", "requantise", ["requantise"], "legend-title"),
    ],
)
def test_axes_and_colour_change_the_plot(
    opened: Opened, control: str, value: str, titles: list[str], role: str, tmp_path: Path
) -> None:
    page = opened.page
    opened.redrawn(lambda: page.select_option("#network", FIRST_NETWORK))
    before = opened.plot(tmp_path)
    assert before.texts(role) != titles
    opened.redrawn(lambda: page.select_option(control, value))
    after = opened.plot(tmp_path)
    assert after.texts(role) == titles
    changed = [before.order(i) != after.order(i) for i in range(2)]
    assert changed == [control == "#x", control == "#y"]


@pytest.mark.parametrize("axis", ["x", "y"])
def test_a_logarithmic_axis_changes_the_plot(opened: Opened, axis: str, tmp_path: Path) -> None:
    page, before = opened.page, opened.plot(tmp_path)
    box = page.locator(f"#{axis}-log")
    opened.redrawn(lambda: box.set_checked(not box.is_checked()))
    after = opened.plot(tmp_path)
    place = "xy".index(axis)
    assert sorted(p[place] for p in after.points) != sorted(p[place] for p in before.points)
    assert sorted(p[1 - place] for p in after.points) == sorted(p[1 - place] for p in before.points)


def test_the_line_joins_the_best_of_the_axes(
    opened: Opened, results: Results, tmp_path: Path
) -> None:
    """The line of utilisation (more is better) against LUTs, read from the saved SVG."""
    page = opened.page
    opened.redrawn(lambda: page.select_option("#network", FIRST_NETWORK))
    opened.redrawn(lambda: page.select_option("#x", "inferences_per_s"))
    opened.redrawn(lambda: page.select_option("#y", "lut"))
    allowed = [pair for pair in ok_pairs(results, FIRST_NETWORK) if not pair["violates"]]
    wanted = staircase([(-pair["inferences_per_s"], pair["lut"]) for pair in allowed])
    assert len(wanted) > 3
    assert len(opened.plot(tmp_path).joined()) == len(wanted)


def test_every_numeric_column_can_be_an_axis(opened: Opened) -> None:
    page = opened.page
    opened.redrawn(lambda: page.select_option("#network", FIRST_NETWORK))
    keys = page.locator("#x option").evaluate_all("options => options.map(o => o.value)")
    assert {"cycles", "time_ms", "lut", "ff", "dsp", "bram", "energy_uj", "lanes"} <= set(keys)
    for key in keys:
        assert opened.redrawn(lambda key=key: page.select_option("#x", key)) > 0, key


def test_a_point_chooses_its_engine(opened: Opened, results: Results) -> None:
    """A tooltip locates the point to click."""
    page = opened.page
    opened.redrawn(lambda: page.select_option("#network", FIRST_NETWORK))
    opened.redrawn(lambda: page.fill("#query", ok_pairs(results, FIRST_NETWORK)[-1]["engine_id"]))
    wanted = ok_pairs(results, FIRST_NETWORK)[-1]["engine_id"]
    assert wanted not in page.inner_text("#engine-title + p")
    x, y = find_point(page)
    assert wanted in page.inner_text("#tip")
    page.mouse.click(x, y)
    opened.chosen(wanted)
    assert wanted in page.locator("#grid tr[aria-selected=true]").inner_text()


def find_point(page: Page) -> tuple[float, float]:
    """The position at which the tooltip of a point appears."""
    page.locator("#plot canvas").scroll_into_view_if_needed()
    box = page.locator("#plot canvas").bounding_box()
    for y in range(0, int(box["height"]), 12):
        for x in range(0, int(box["width"]), 12):
            page.mouse.move(box["x"] + x, box["y"] + y)
            if page.locator("#tip").is_visible():
                return box["x"] + x, box["y"] + y
    raise AssertionError("there is no point that has a tooltip")
