"""The rows of the two tables of an exploration, from the records of its evaluations."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from dwsim.derive import layer_starts
from dwsim.derive.back_to_back import LayerTimes
from dwsim.derive.gemm import gemm_cycles, gemm_shape
from dwsim.derive.losses import wait_losses
from dwsim.exploration.goals import violated
from dwsim.exploration.layer_figures import LAYER_FACTS, TIMES
from dwsim.exploration.outcome import Outcome, Record
from dwsim.workloads import Network

FAILURES = "failures"
"""The directory of the tracebacks."""


def failure_file(engine_id: str, network: str) -> str:
    """The file with the traceback of a failed evaluation, relative to the result directory."""
    return f"{FAILURES}/{engine_id}-{network}.txt"


def pair_rows(outcome: Outcome) -> list[dict[str, Any]]:
    """The rows of ``points``: those of the records, and the columns that compare engines."""
    rows = []
    for engine_id, mine in outcome.rows.items():
        for network, row in mine.items():
            compared = {
                "violates": violated(outcome.space.constraints, row),
                "on_front": engine_id in outcome.front,
                "on_network_front": engine_id in outcome.network_fronts[network],
            }
            if row["status"] == "pruned":
                compared["violates"] = row["reason"]
            if row["status"] == "failed":
                compared["reason"] = f"{row['reason']}; see {failure_file(engine_id, network)}"
            rows.append(row | compared)
    return rows


def layer_rows(outcome: Outcome) -> list[dict[str, Any]]:
    """The rows of ``layers``."""
    rows: list[dict[str, Any]] = []
    for network in outcome.space.networks:
        shapes = [asdict(layer) | {"macs": layer.macs} for layer in network.layers]
        for engine_id, records in outcome.records.items():
            record = records[network.name]
            if record["row"]["status"] != "ok":
                continue
            known = {"engine_id": engine_id, "network": network.name}
            multipliers = record["row"]["multipliers"]
            gemm = gemm_shape(outcome.points[engine_id].engine)
            for index, (shape, layer) in enumerate(
                zip(shapes, layers_of(network, record), strict=True)
            ):
                share = shape["macs"] / (multipliers * layer["cycles"])
                waits = wait_losses(layer["switch_cycles"], layer["wait_cycles"], multipliers)
                rows.append(
                    shape
                    | layer
                    | known
                    | {"index": index, "layer": shape["name"], "utilisation": share}
                    | {f"loss_{name}": layer[f"loss_{name}"] + n for name, n in waits.items()}
                    | {"gemm_cycles": gemm_cycles(network.layers[index], *gemm)}
                    | _traffic(shape["macs"], layer, record["row"]["param_bytes_per_cycle"])
                )
    return rows


def _traffic(macs: int, layer: dict[str, Any], param_beat_bytes: float) -> dict[str, float]:
    """The bytes of a layer at each port, in all and a cycle."""
    loaded = layer["param_beats"] * param_beat_bytes
    return {
        "param_bytes": loaded,
        "intensity": macs / (layer["input_bytes"] + layer["output_bytes"]),
        "ifmap_rate": (layer["input_bytes"] - loaded) / layer["cycles"],
        "param_rate": loaded / layer["cycles"],
        "output_rate": layer["output_bytes"] / layer["cycles"],
    }


def layers_of(network: Network, record: Record) -> list[dict[str, int]]:
    """The facts of each layer of a network, with its start and the wait of the next layer."""
    different = dict(zip(dict.fromkeys(network.shapes), record["facts"], strict=True))
    facts = [dict(zip(LAYER_FACTS, different[shape], strict=True)) for shape in network.shapes]
    times = [LayerTimes(*(one[name] for name in TIMES)) for one in facts]
    # The first layer of the next inference follows, so that the wait after the last is known.
    starts = layer_starts([*times, times[0]])
    return [
        one | {"start_cycle": start, "wait_cycles": following - start - one["cycles"]}
        for one, start, following in zip(facts, starts, starts[1:], strict=False)
    ]
