"""The data of a page as one JSON document: rows, layers and specs."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from dwsim.exploration.report.columns import AXES, SHOWN, Column, objective_columns, pair_columns
from dwsim.exploration.report.front_chart import axis, sign
from dwsim.exploration.report.layers_chart import LOSS_NAMES, LOSS_TITLES, layer_step
from dwsim.exploration.report.overall import OVERALL, overall_rows
from dwsim.exploration.report.roofline import memory_roof, roofs
from dwsim.exploration.results import Results
from dwsim.exploration.results_schema import ENGINE_FIELDS
from dwsim.spec.canonical import canonical_toml
from dwsim.spec.engine_spec import EngineSpec

_DIGITS = 6
"""Significant digits of a number that is not an integer; plots and tables show fewer."""

_MAGNITUDES = 30
_LONG_NAME = 22

_RUN = (
    "interleave",
    "streams",
    "cycles",
    "wait_cycles",
    "ideal",
    "bound",
    "utilisation",
    "gemm_cycles",
    "input_bytes",
    "param_bytes",
    "output_bytes",
    "intensity",
    *LOSS_NAMES,
)
"""The columns of a layer on an engine; the others are stored once for each network."""


def document(results: Results) -> dict[str, Any]:
    """All data of the page.

    Tables are stored by column, ``rows[key][i]``: first each engine on each network, then each
    engine on all networks (``overall_rows``). ``layers[network]`` has the names, shapes and
    multiply-adds of the layers, ``runs[network][engine_id]`` the columns of ``_RUN`` in the same
    order. ``memory_rates`` are bytes a cycle for 1 GB/s.
    """
    rows = [*results.pairs, *overall_rows(results)]
    objectives = objective_columns(results.description)
    columns = list({column.key: column for column in (*pair_columns(), *objectives)}.values())
    present = [column for column in columns if any(row.get(column.key) is not None for row in rows)]
    shown = _shown(results, rows) | {column.key for column in objectives}
    return {
        "description": asdict(results.description),
        "overall": OVERALL,
        "objectives": [column.key for column in objectives],
        "columns": [column_json(column, rows, column.key in shown) for column in present],
        "rows": {c.key: [_brief(row.get(c.key)) for row in rows] for c in present},
        "tiers": [tier(row) for row in rows],
        "losses": LOSS_TITLES,
        "layers": _layers(results),
        "memory_rates": _memory_rates(results),
        "runs": _runs(results),
        "specs": specs(results),
    }


def specs(results: Results) -> dict[str, str]:
    """The TOML text of every engine for ``dwsim generate``, by engine id."""
    first = {pair["engine_id"]: pair for pair in reversed(results.pairs)}
    return {engine_id: canonical_toml(engine(pair)) for engine_id, pair in first.items()}


def engine(pair: dict[str, Any]) -> EngineSpec:
    """The engine of a row of ``points``, with its name in the spec files of explore."""
    values = {field.name: pair[field.name] for field in ENGINE_FIELDS}
    return EngineSpec(**values, name=f"explored_{pair['engine_id']}")


def layer_rows(results: Results, engine_id: str, network: str) -> list[dict[str, Any]]:
    """The rows of ``layers`` of one engine on one network, in the order of the network."""
    rows = [
        row for row in results.layers if row["engine_id"] == engine_id and row["network"] == network
    ]
    return sorted(rows, key=lambda row: row["index"])


def column_json(column: Column, rows: Sequence[dict[str, Any]], shown: bool) -> dict[str, Any]:
    """A column as JSON for the page, with its axes; ``shown``: the table shows it at first."""
    values = {row.get(column.key) for row in rows}
    numeric = column.kind in ("integer", "number", "share")
    return column.as_json() | {
        "shown": shown,
        "varies": len(values) > 1,
        "numeric": numeric,
        "log": numeric and wants_log(column, values),
        "sign": sign(column),
        "axes": {
            name: {"linear": axis(name, column, False), "log": axis(name, column, True)}
            for name in ("x", "y")
            if numeric
        },
    }


def _shown(results: Results, rows: Sequence[dict[str, Any]]) -> set[str]:
    """The columns that the table shows at first."""
    grids = tomllib.loads(results.description.toml).get("engine", {})
    explored = set().union(*(grids if isinstance(grids, list) else [grids]))
    if "kernel" in explored:
        explored |= {"kernel_h", "kernel_w"}
    # Fitted maxima vary too, but the space does not explore them.
    varied = {key for key in explored & set(AXES) if len({row.get(key) for row in rows}) > 1}
    alone = {"on_network_front"} if len(results.description.networks) == 1 else set()
    fine = all(row["status"] == "ok" for row in rows)
    cut = {"cut_layers"} if any(row.get("cut_layers") for row in rows) else set()
    return set(SHOWN - alone) | varied | cut | (set() if fine else {"status", "reason"})


def wants_log(column: Column, values: Iterable[Any]) -> bool:
    """True if the values span orders of magnitude, so that a logarithmic axis suits them."""
    known = [value for value in values if value is not None]
    if column.kind == "share" or not known or min(known) <= 0:
        return False
    return bool(max(known) / min(known) > _MAGNITUDES)


def tier(row: dict[str, Any]) -> str:
    """The tier of the point of a row in a plot of its network: one of ``TIERS``."""
    if row["network"] == OVERALL:
        if row["on_front"]:
            return "front"
    elif row["on_network_front"]:
        return "front"
    elif row["on_front"]:
        return "elsewhere"
    if row["violates"]:
        return "violates"
    return "beyond" if row.get("beyond_part") else "other"


def _memory_rates(results: Results) -> dict[str, float]:
    """Bytes a cycle that 1 GB/s gives, for each engine with a clock."""
    rates = {}
    for pair in results.pairs:
        if pair["status"] == "ok" and pair["fmax_mhz"] is not None:
            rates[pair["engine_id"]] = roofs(pair, 1.0)[memory_roof(1.0)][1]
    return rates


def _layers(results: Results) -> dict[str, dict[str, Any]]:
    by_network: dict[str, dict[int, tuple[str, str, int]]] = {}
    for row in results.layers:
        layers = by_network.setdefault(row["network"], {})
        if row["index"] not in layers:
            layers[row["index"]] = (row["layer"], _shape(row), row["macs"])
    return {
        network: {
            "names": [layers[index][0] for index in sorted(layers)],
            "shapes": [layers[index][1] for index in sorted(layers)],
            "macs": [layers[index][2] for index in sorted(layers)],
            "step": layer_step(len(layers)),
            "prefix": needless_prefix([layer[0] for layer in layers.values()]),
        }
        for network, layers in by_network.items()
    }


def needless_prefix(names: Sequence[str]) -> int:
    """The length of the common prefix of long layer names, up to an underscore; charts omit it."""
    if max(map(len, names)) <= _LONG_NAME:
        return 0
    first, last = min(names), max(names)
    shared = [a == b for a, b in zip(first, last, strict=False)]
    length = shared.index(False) if False in shared else len(shared)
    return first[:length].rfind("_") + 1


def _shape(row: dict[str, Any]) -> str:
    text = f"{row['ifmap_h']}x{row['ifmap_w']}x{row['channels']}"
    text += f", kernel {row['kernel_h']}x{row['kernel_w']}"
    for name, neutral in (("stride", 1), ("dilation", 1)):
        h, w = row[f"{name}_h"], row[f"{name}_w"]
        if (h, w) != (neutral, neutral):
            text += f", {name} {h}" if h == w else f", {name} {h}x{w}"
    if row["channel_multiplier"] > 1:
        text += f", channel multiplier {row['channel_multiplier']}"
    return text


def _runs(results: Results) -> dict[str, dict[str, dict[str, list[Any]]]]:
    pairs: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in sorted(results.layers, key=lambda row: row["index"]):
        pairs.setdefault((row["network"], row["engine_id"]), []).append(row)
    runs: dict[str, dict[str, dict[str, list[Any]]]] = {}
    for (network, engine_id), rows in pairs.items():
        columns = {key: [_brief(row[key]) for row in rows] for key in _RUN}
        runs.setdefault(network, {})[engine_id] = columns
    return runs


def _brief(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    # Bytes are whole numbers mostly, which stay exact.
    return int(value) if value.is_integer() else float(f"{value:.{_DIGITS}g}")
