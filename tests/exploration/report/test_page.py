"""The report in a browser: the actions of a reader and their effects."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from dwsim.cli import main
from dwsim.exploration.report.document import layer_rows
from dwsim.exploration.report.overall import OVERALL, overall_rows
from dwsim.exploration.results import Results
from tests.exploration.report import fabricate
from tests.exploration.report.conftest import Opened
from tests.exploration.report.reading import FIRST_NETWORK, canvas, column, ok_pairs


def numbers(texts: list[str]) -> list[float]:
    return [float(text.replace(",", "")) for text in texts]


def test_it_loads_alone(opened: Opened, report: Path, results: Results) -> None:
    """The fixture checks for errors; this test checks that only the file itself is read."""
    assert opened.requests == [report.as_uri()]
    assert opened.page.title() == "made_up · dwsim explore"
    assert opened.page.inner_text("h1") == "made_up"
    front = len(results.description.front)
    assert f"24 engines on 3 networks, 72 pairs, {front} engines on the front." in (
        opened.page.inner_text("#summary")
    )
    whole = {p["engine_id"] for p in results.pairs if p["status"] != "ok"}
    assert opened.drawn() == 24 - len(whole)


def test_the_browser_itself_forbids_to_fetch(opened: Opened) -> None:
    refused = opened.page.evaluate(
        "fetch('http://127.0.0.1:9/').then(() => 'fetched', (error) => error.name)"
    )
    assert refused == "TypeError"
    assert any("Content Security Policy" in text for text in opened.complaints)
    opened.complaints.clear()


def test_every_column_sorts_both_ways(opened: Opened) -> None:
    page = opened.page
    opened.redrawn(lambda: page.select_option("#network", FIRST_NETWORK))
    for key in page.locator("#grid th").evaluate_all("cells => cells.map(c => c.dataset.key)"):
        head = page.locator(f"#grid th[data-key='{key}']")
        orders = {}
        for _ in range(2):
            head.locator("button").click()
            orders[head.get_attribute("aria-sort")] = column(page, "engine_id")
        assert set(orders) == {"ascending", "descending"}, key


@pytest.mark.parametrize("key", ["lut", "cycles"])
def test_sorting_sorts(opened: Opened, key: str, results: Results) -> None:
    page = opened.page
    opened.redrawn(lambda: page.select_option("#network", FIRST_NETWORK))
    values = sorted(pair[key] for pair in ok_pairs(results, FIRST_NETWORK))
    opened.redrawn(lambda: page.fill("#query", "status=ok"))
    button = page.locator(f"#grid th[data-key='{key}'] button")
    button.click()
    up = numbers(column(page, key))
    button.click()
    down = numbers(column(page, key))
    assert {tuple(up), tuple(down)} == {tuple(values), tuple(reversed(values))}


def test_a_row_chooses_its_engine(opened: Opened, results: Results) -> None:
    page, before = opened.page, canvas(opened.page)
    pair = ok_pairs(results, "convnext_tiny")[-1]
    page.locator("#grid tr[data-id]", has_text=pair["engine_id"]).click()
    shown = page.locator("#networks tr[data-network]")
    assert shown.count() == len(results.description.networks)
    assert f"{pair['cycles']:,}" in page.inner_text("#networks tr[data-network=convnext_tiny]")
    chosen = page.locator("#grid tr[aria-selected=true]")
    assert pair["engine_id"] in chosen.inner_text()
    opened.chosen(pair["engine_id"])
    assert canvas(page) != before, "the plot does not ring the chosen engine"


def test_arrows_go_through_the_table(opened: Opened) -> None:
    page = opened.page
    engines = column(page, "engine_id")
    page.locator("#grid tr[data-id]").first.click()
    page.focus("#grid")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    opened.chosen(engines[2])


def test_layers_are_those_of_the_engine_and_network(opened: Opened, results: Results) -> None:
    page = opened.page
    engine = results.description.front[0]["engine_id"]
    page.locator("#grid tr[data-id]", has_text=engine).click()
    page.locator("#networks tr[data-network=mobilenet_v2]").click()
    assert page.inner_text("#layers-title") == "Layers of mobilenet_v2"
    rows = layer_rows(results, engine, "mobilenet_v2")
    labels = page.locator("#layers .role-axis-label text")
    page.wait_for_function(
        "count => document.querySelectorAll('#layers text').length > count", arg=17
    )
    assert {row["layer"] for row in rows} <= set(labels.all_text_contents())
    bars = page.locator("#layers .mark-rect.role-mark path")
    spent = sum(1 for row in rows for key in ("loss_useful", "loss_fill", "loss_drain") if row[key])
    assert bars.count() >= len(rows) + spent


def test_shares_redraw_the_breakdown(opened: Opened) -> None:
    page = opened.page
    page.wait_for_selector("#layers svg.marks")
    before = page.inner_html("#layers svg.marks")
    page.click("button:text-is('shares')")
    page.wait_for_function(
        "old => document.querySelector('#layers svg.marks').innerHTML !== old", arg=before
    )
    assert page.locator("#layers svg.marks", has_text="100%").count() == 1


def test_a_layer_has_a_tooltip(opened: Opened, results: Results) -> None:
    page = opened.page
    page.wait_for_selector("#layers svg.marks")
    page.locator("#layers .mark-rect.role-mark path").first.hover()
    row = layer_rows(results, results.description.front[0]["engine_id"], FIRST_NETWORK)[0]
    assert row["layer"] in page.inner_text("#tip")
    assert f"{row['cycles']:,}" in page.inner_text("#tip")


def test_the_table_of_layers_has_bytes_and_the_baseline(opened: Opened, results: Results) -> None:
    page = opened.page
    engine = results.description.front[0]["engine_id"]
    pair = next(p for p in ok_pairs(results, FIRST_NETWORK) if p["engine_id"] == engine)
    rows = layer_rows(results, engine, FIRST_NETWORK)
    assert f"{pair['gemm_cycles']:,}" in page.inner_text(f"tr[data-network={FIRST_NETWORK}]")
    page.click("#layer-table summary")

    def cells(layer: str) -> dict[str, float]:
        found = page.locator(f"#layer-table tr[data-layer='{layer}'] td[data-key]")
        texts = found.evaluate_all("cells => cells.map(c => [c.dataset.key, c.innerText])")
        return {key: float(text.replace(",", "")) for key, text in texts if text}

    for row in rows:
        taken, loaded = row["cycles"], row["param_bytes"]
        entered = row["input_bytes"] - loaded
        assert cells(row["layer"]) == pytest.approx(
            {
                key: row[key]
                for key in ("streams", "cycles", "gemm_cycles", "output_bytes", "intensity")
            }
            | {"ifmap_bytes": entered, "param_bytes": loaded, "ifmap_rate": entered / taken}
            | {"param_rate": loaded / taken, "output_rate": row["output_bytes"] / taken},
            rel=1e-3,
        )
    image = cells("one image")
    assert image["ifmap_bytes"] + image["param_bytes"] == pair["input_bytes"]
    assert image["output_bytes"] == pair["output_bytes"]
    assert image["output_rate"] == pytest.approx(pair["output_bytes"] / pair["cycles"], rel=1e-3)
    assert cells("most at the port")["param_rate"] == pair["param_bytes_per_cycle"]


def test_engines_that_cut_layers_are_marked(opened: Opened, results: Results) -> None:
    page = opened.page
    mine = [p for p in ok_pairs(results, FIRST_NETWORK) if p["cut_layers"]]
    others = [p for p in ok_pairs(results, FIRST_NETWORK) if not p["cut_layers"]]
    cut = sum(p["cut_layers"] for p in results.pairs if p.get("cut_layers"))
    assert 0 < len(mine) < cut
    page.locator("#grid tr[data-id]", has_text=mine[0]["engine_id"]).click()
    opened.chosen(mine[0]["engine_id"])
    row = next(p for p in overall_rows(results) if p["engine_id"] == mine[0]["engine_id"])
    assert f"cuts {row['cut_layers']} layer" in page.inner_text("#engine-title + p")
    assert "cut layers" in page.inner_text("#networks thead")
    assert page.locator("#grid th[data-key=cut_layers]").count() == 1
    page.locator("#grid tr[data-id]", has_text=others[0]["engine_id"]).click()
    opened.chosen(others[0]["engine_id"])
    assert "cuts" not in page.inner_text("#engine-title + p")
    assert "cut layers" not in page.inner_text("#networks thead")


def test_a_memory_has_a_roof(opened: Opened) -> None:
    page = opened.page
    page.click("#roofline summary")
    chart = page.locator("#roofline-chart")
    page.wait_for_selector("#roofline-chart svg.marks")
    points = chart.locator(".mark-symbol.role-mark path[fill]:not([fill=none])")
    assert points.count() >= fabricate.NETWORK_LAYERS[FIRST_NETWORK]
    assert "memory" not in chart.inner_text()
    page.fill("#bandwidth", "3.2")
    page.press("#bandwidth", "Enter")
    page.wait_for_function(
        "document.querySelector('#roofline-chart').textContent.includes('memory, 3.2 GB/s')"
    )
    assert chart.locator(".mark-line.role-mark path").count() == 3


def test_the_command_makes_the_engines_verilog(
    opened: Opened, results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The saved spec and the shown command give the Verilog of the engine in the table."""
    page = opened.page
    pair = results.pairs[0]
    page.locator("#grid tr[data-id]", has_text=pair["engine_id"]).click()
    program, *arguments = page.inner_text("#command").split()
    assert program == "dwsim"
    with page.expect_download() as download:
        page.click("a[download$='.toml']")
    monkeypatch.chdir(tmp_path)
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert saved.read_text() == page.inner_text("#spec") + "\n"
    assert main(arguments) == 0
    (made,) = (path for path in tmp_path.iterdir() if path.is_dir())
    assert list(made.glob("*.v"))
    engine = tomllib.loads((made / "spec.toml").read_text())["engine"]
    assert {key: pair[key] for key in engine if key != "name"} == {
        key: value for key, value in engine.items() if key != "name"
    }


def test_light_and_dark(opened: Opened) -> None:
    page = opened.page
    page.wait_for_selector("#layers svg.marks")
    background = "getComputedStyle(document.body).backgroundColor"
    light, plot = page.evaluate(background), canvas(page)
    opened.redrawn(lambda: page.click("#scheme"))
    assert page.evaluate(background) != light
    assert canvas(page) != plot
    opened.redrawn(lambda: page.click("#scheme"))
    assert page.evaluate(background) == light


def test_columns_can_be_added(opened: Opened) -> None:
    page = opened.page
    assert page.locator("#grid th[data-key=max_batch]").count() == 0
    page.click("#columns summary")
    page.locator("#columns label", has_text="max batch").click()
    assert page.locator("#grid th[data-key=max_batch]").count() == 1


def test_the_table_as_csv(opened: Opened, tmp_path: Path, results: Results) -> None:
    page = opened.page
    opened.redrawn(lambda: page.select_option("#network", FIRST_NETWORK))
    with page.expect_download() as download:
        page.click("#csv")
    download.value.save_as(tmp_path / "points.csv")
    head, *lines = (tmp_path / "points.csv").read_text().splitlines()
    assert "engine_id" in head.split(",")
    assert len(lines) == 24


def test_the_notes_say_what_the_figures_are(opened: Opened, results: Results) -> None:
    notes = opened.page.inner_text("#notes")
    assert f"Failed: {len(results.description.failed)}" in notes
    assert "13 layers of this exploration ran in RTL; all have the cycles of the model." in notes
    assert "confirmed in RTL" in opened.page.inner_text("#engine")
    for part in (
        "Cycles are exact",
        "are estimates",
        "held out error",
        "lut 0.06, engines 6",
        f"dsp at most {fabricate.MOST_DSP}",
    ):
        assert part in notes
    said = opened.page.inner_text("#exactness")
    assert "Cycles are exact. Area and clock: made up, LUT within 6.0%." in said
    assert OVERALL == "all networks"
