"""One row for each engine, with the objectives over all networks."""

from __future__ import annotations

from typing import Any

from dwsim.exploration.goals import Objective
from dwsim.exploration.report.columns import objective_key
from dwsim.exploration.results import Results
from dwsim.exploration.results_schema import NETWORK_METRICS, PAIR_FIELDS

OVERALL = "all networks"
"""The value of the column ``network`` in these rows."""

_OF_A_NETWORK = {*NETWORK_METRICS, "layers", "macs"}


def overall_rows(results: Results) -> list[dict[str, Any]]:
    """A row for each engine, in the order of the pairs; empty if there is only one network.

    Columns that depend on the engine alone keep their values, and columns measured on a network are
    null, except for the sum of the cut layers. In addition, there is a value for each objective. An
    engine that cannot run some network has no value for an objective over all networks.
    """
    if len(results.description.networks) == 1:
        return []
    by_engine: dict[str, list[dict[str, Any]]] = {}
    for pair in results.pairs:
        by_engine.setdefault(pair["engine_id"], []).append(pair)
    return [_overall(pairs, results) for pairs in by_engine.values()]


def _overall(pairs: list[dict[str, Any]], results: Results) -> dict[str, Any]:
    fine = [pair for pair in pairs if pair["status"] == "ok"]
    row = {
        field.name: None if field.name in _OF_A_NETWORK else _common(fine or pairs, field.name)
        for field in PAIR_FIELDS
    }
    bad = [pair for pair in pairs if pair["status"] != "ok"]
    row |= {
        "network": OVERALL,
        "status": bad[0]["status"] if bad else "ok",
        "reason": "; ".join(f"{pair['network']}: {pair['reason']}" for pair in bad),
        "violates": "; ".join(dict.fromkeys(p["violates"] for p in fine if p["violates"])),
        # A sum, so that the rows over all networks mark engines that cut layers.
        "cut_layers": sum(pair["cut_layers"] for pair in fine),
        "on_network_front": any(pair["on_network_front"] for pair in pairs),
    }
    by_network = {pair["network"]: pair for pair in pairs}
    for table in results.description.objectives:
        objective = Objective(**table)
        row[objective_key(objective, list(results.description.networks))] = objective.value(
            by_network
        )
    return row


def _common(rows: list[dict[str, Any]], key: str) -> Any:
    values = {row.get(key) for row in rows}
    return values.pop() if len(values) == 1 else None
