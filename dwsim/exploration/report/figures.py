"""Writes the charts of the report as files for papers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dwsim.errors import Rules
from dwsim.exploration.report import vega
from dwsim.exploration.report.columns import Column, objective_columns, pair_columns
from dwsim.exploration.report.document import layer_rows, needless_prefix, tier, wants_log
from dwsim.exploration.report.front_chart import front_chart
from dwsim.exploration.report.layers_chart import LOSS_NAMES, layer_step, layers_chart
from dwsim.exploration.report.overall import OVERALL, overall_rows
from dwsim.exploration.report.roofline import ROOFS, UNDER_ROOFS, roof_rows, roofline_chart
from dwsim.exploration.report.theme import FIGURE_FONT, LIGHT, chart_config
from dwsim.exploration.report.vega import keep
from dwsim.exploration.results import Results
from dwsim.support.whole_file import write_whole

_FRONT_SIZE = (380, 300)
_LAYERS_WIDTH = 460


def write_figures(
    results: Results,
    directory: Path,
    formats: Sequence[str] = ("svg",),
    bandwidth: float | None = None,
) -> list[Path]:
    """Writes the charts of an exploration; returns the files.

    ``front_all_networks`` is the front that explore prints, by the first two objectives.
    ``front_NETWORK`` has the same two metrics on each network alone. ``layers_NETWORK`` has the
    utilisation of every layer and its loss stack, on the engine that is best in the first
    objective, and ``roofline_NETWORK`` places them under the roofs of that engine and of a memory
    with ``bandwidth`` in GB/s. The same results give the same bytes.

    Raises:
        SpecError: for a format that is not in ``vega.FORMATS``.
        ToolError: if vl-convert is not installed.
    """
    rules = Rules("figures")
    for form in formats:
        rules.require(
            form in vega.FORMATS, "format", form, f"must be one of {', '.join(vega.FORMATS)}"
        )
    rules.raise_if_any()
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, spec in figures(results, bandwidth).items():
        for form in formats:
            paths.append(directory / f"{name}.{form}")
            write_whole(paths[-1], vega.chart_bytes(spec, form))
    return paths


def figures(results: Results, bandwidth: float | None = None) -> dict[str, dict[str, Any]]:
    """The charts with their data, by file name without suffix."""
    charts = {"front_all_networks": _front(results, OVERALL)}
    networks = list(results.description.networks)
    charts |= {f"front_{network}": _front(results, network) for network in networks}
    if results.description.front:
        best = results.description.front[0]["engine_id"]
        charts |= {f"layers_{network}": _layers(results, best, network) for network in networks}
        charts |= {
            f"roofline_{network}": _roofline(results, best, network, bandwidth)
            for network in networks
        }
    return {name: chart for name, chart in charts.items() if chart is not None}


def _front(results: Results, network: str) -> dict[str, Any] | None:
    """The front of a network; None if no point has both values."""
    x, y = _two_axes(results, network)
    rows = overall_rows(results) if network == OVERALL else results.pairs
    rows = [row for row in rows if row["network"] == network and row["status"] == "ok"]
    points = [
        {"engine": row["engine_id"], "network": network, "tier": tier(row)}
        | {"x": row.get(x.key), "y": row.get(y.key)}
        for row in rows
        if row.get(x.key) is not None and row.get(y.key) is not None
    ]
    if not points:
        return None
    log_x, log_y = (
        wants_log(column, [point[key] for point in points]) for key, column in (("x", x), ("y", y))
    )
    chart = front_chart(x, y, LIGHT, log_x=log_x, log_y=log_y)
    keep(chart["encoding"]["color"]["scale"], {point["tier"] for point in points})
    width, height = _FRONT_SIZE
    return _framed(chart, points, network) | {"width": width, "height": height}


def _two_axes(results: Results, network: str) -> tuple[Column, Column]:
    """The columns of the first two objectives; multipliers replace a missing second one."""
    objectives = objective_columns(results.description)
    columns = {column.key: column for column in (*pair_columns(), *objectives)}
    keys = [column.key for column in objectives]
    if network != OVERALL:
        keys = [table["metric"] for table in results.description.objectives]
    first, second, *_ = dict.fromkeys([*keys, "multipliers", "cycles"])
    return columns[first], columns[second]


def _layers(results: Results, engine_id: str, network: str) -> dict[str, Any] | None:
    rows = layer_rows(results, engine_id, network)
    if not rows:
        return None
    keys = ("layer", "cycles", "wait_cycles", "ideal", "bound", "utilisation", *LOSS_NAMES)
    pairs = (p for p in results.pairs if p["engine_id"] == engine_id)
    multipliers = next(pairs)["multipliers"]
    data = [{key: row[key] for key in keys} | {"multipliers": multipliers} for row in rows]
    prefix = needless_prefix([row["layer"] for row in rows])
    step = layer_step(len(rows))
    chart = layers_chart(LIGHT, width=_LAYERS_WIDTH, prefix=prefix, step=step)
    spent = {key for key in LOSS_NAMES if any(row[key] for row in rows)}
    keep(chart["hconcat"][1]["layer"][0]["encoding"]["color"]["scale"], spent)
    return _framed(chart, data, f"{network} on engine {engine_id}")


def _roofline(
    results: Results, engine_id: str, network: str, bandwidth: float | None
) -> dict[str, Any] | None:
    rows = layer_rows(results, engine_id, network)
    if not rows:
        return None
    pair = next(p for p in results.pairs if p["engine_id"] == engine_id)
    chart = roofline_chart(LIGHT)
    keys = ("layer", "macs", "cycles", "intensity")
    points = [{key: row[key] for key in keys} for row in rows]
    datasets = {ROOFS: roof_rows(rows, pair, bandwidth), UNDER_ROOFS: points}
    config = chart_config(LIGHT, FIGURE_FONT, "white")
    title = f"{network} on engine {engine_id}"
    return chart | {"datasets": datasets, "title": title, "config": config}


def _framed(chart: dict[str, Any], rows: list[dict[str, Any]], title: str) -> dict[str, Any]:
    """The chart with its data, on a white background."""
    return chart | {
        "data": {"values": rows},
        "title": title,
        "config": chart_config(LIGHT, FIGURE_FONT, "white"),
    }
