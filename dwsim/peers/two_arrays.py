"""Both arrays on eight networks, by the timing law: the best engine of each budget, and one build.

The useful share of an engine is its multiply-accumulates over multipliers and cycles; the
multipliers are those of the budget, so that an engine that leaves some of them out loses them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from dwsim.derive import Plan
from dwsim.errors import SpecError
from dwsim.spec.dataflow_rules import MAX_CELLS
from dwsim.spec.engine_spec import MAX_LANES, EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.place_raster import PlaceRaster
from dwsim.support.text_table import Column, text_table
from dwsim.workloads.network import Network, read_network, ready_networks

BUDGETS = (64, 144, 288, 576)
"""Multipliers of the arrays that are compared."""

IFMAP_PIXELS = 4
BUILD: dict[str, Any] = {
    "lanes": 16,
    "dataflow": "tap_serial",
    "pixels": 7,
    "ifmap_pixels": IFMAP_PIXELS,
}
"""The build that runs all networks."""


@dataclass(frozen=True)
class Best:
    """The engine with the fewest cycles for a network, of those with at most ``budget``
    multipliers."""

    network: Network
    budget: int
    engine: EngineSpec
    cycles: int

    @property
    def share(self) -> float:
        """Useful share of the budget's multiplier cycles."""
        return self.network.macs / (self.budget * self.cycles)


def best_engine(network: Network, budget: int, dataflow: str) -> Best:
    """The engine of a dataflow that takes the fewest cycles for a network, by the law.

    Beats have one pixel with all taps at once, and ``IFMAP_PIXELS`` with taps in series; engines
    requantise with double rounding.
    """
    best: Best | None = None
    for least, fields in sorted(_candidates(network, budget, dataflow), key=lambda found: found[0]):
        if best is not None and best.cycles <= least:
            break
        try:
            engine = EngineSpec.smallest(network.layers, requantise="double", **fields)
        except SpecError:
            continue
        cycles = network_cycles(network.layers, engine)
        if best is None or cycles < best.cycles:
            best = Best(network, budget, engine, cycles)
    assert best is not None, "an engine of one lane and one multiplier runs every network"
    return best


def network_cycles(layers: Sequence[LayerSpec], engine: EngineSpec) -> int:
    """Cycles of all layers back to back, their parameters loaded ahead."""
    return sum(_cycles(layer, engine) for layer in layers)


@cache
def _cycles(layer: LayerSpec, engine: EngineSpec) -> int:
    return Plan(layer, engine).cycles


def _candidates(
    network: Network, budget: int, dataflow: str
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Fields of engines within the budget, each with a lower bound of the network's cycles."""
    if dataflow == "tap_serial":
        for pixels in range(1, min(MAX_CELLS, budget) + 1):
            lanes = min(budget // pixels, MAX_LANES)
            fields = {"lanes": lanes, "pixels": pixels, "ifmap_pixels": IFMAP_PIXELS}
            yield _serial_least(network, lanes, pixels), {"dataflow": dataflow, **fields}
        return
    rows = max(layer.kernel_h for layer in network.layers)
    cols = max(layer.kernel_w for layer in network.layers)
    for taps in sorted({*range(1, cols + 1), *(cols * row for row in range(1, rows + 1))}):
        lanes = min(budget // taps, MAX_LANES)
        if lanes:
            beats = sum(
                layer.batch * layer.channel_groups(lanes) * layer.ifmap_h * layer.ifmap_w
                for layer in network.layers
            )
            yield beats, {"lanes": lanes, "taps_per_cycle": taps}


def _serial_least(network: Network, lanes: int, pixels: int) -> int:
    """Taps of all groups of cells, or beats of a layer: no array with these cells is faster."""
    total = 0
    for layer in network.layers:
        sets = layer.batch * layer.channel_groups(lanes)
        groups = -(-PlaceRaster(layer).places // pixels) * layer.channel_multiplier
        beats = -(-layer.ifmap_h * layer.ifmap_w // IFMAP_PIXELS)
        total += sets * max(groups * layer.kernel_h * layer.kernel_w, beats)
    return total


def geometric_mean(values: Sequence[float]) -> float:
    """The geometric mean of positive numbers."""
    product = 1.0
    for value in values:
        product *= value
    return float(product ** (1 / len(values)))


ARRAYS = {"tap_parallel": "taps at once", "tap_serial": "taps in series"}
"""The words of the tables for the dataflows."""

ALONE = "mobilenet_v1"
"""The network whose own shares the first table shows, too."""

BUDGET_COLUMNS = [
    Column("budget", "multipliers"),
    *(Column(name, name, "share") for name in ARRAYS.values()),
    *(Column(f"{ALONE}, {name}", f"{ALONE}, {name}", "share") for name in ARRAYS.values()),
]

BUILD_COLUMNS = [
    Column("network", "network", "text"),
    Column("cycles", "cycles"),
    Column("steady", "image after image"),
    Column("bound", "bound"),
    Column("ideal", "ideal"),
    Column("share", "utilisation", "share"),
]


def budget_rows(networks: Sequence[Network]) -> list[dict[str, Any]]:
    """A row for each budget: the geometric mean of each array, and the shares of ``ALONE``."""
    rows = []
    for budget in BUDGETS:
        row: dict[str, Any] = {"budget": budget}
        for dataflow, name in ARRAYS.items():
            shares = {
                network.name: best_engine(network, budget, dataflow).share for network in networks
            }
            row[name] = geometric_mean(list(shares.values()))
            row[f"{ALONE}, {name}"] = shares.get(ALONE)
        rows.append(row)
    return rows


def build_rows(networks: Sequence[Network]) -> list[dict[str, Any]]:
    """A row for each network on the build that runs all of them."""
    layers = [layer for network in networks for layer in network.layers]
    engine = EngineSpec.smallest(layers, requantise="double", **BUILD)
    rows = []
    for network in networks:
        plans = [Plan(layer, engine) for layer in network.layers]
        cycles = sum(plan.cycles for plan in plans)
        row = {
            "network": network.name,
            "cycles": cycles,
            "steady": sum(plan.steady_cycles for plan in plans),
            "bound": sum(plan.bound for plan in plans),
            "ideal": sum(plan.ideal for plan in plans),
            "share": network.macs / (engine.multipliers * cycles),
        }
        rows.append(row)
    return rows


def every_network() -> list[Network]:
    """The networks that come with dwsim."""
    return [read_network(name) for name in ready_networks()]


def print_arrays() -> None:
    """Prints both tables."""
    networks = every_network()
    print(
        "Useful share of the multiplier cycles by the law: the best engine of each network within"
        f" a budget,\ngeometric mean of {len(networks)} networks:\n"
    )
    print(text_table(BUDGET_COLUMNS, budget_rows(networks)))
    rows = build_rows(networks)
    mean = geometric_mean([row["share"] for row in rows])
    print(
        f"One build of {BUILD['lanes']} lanes x {BUILD['pixels']} pixels, taps in series, by the"
        " law (make networks runs MobileNetV1\nand EfficientNet-B0 on it in RTL):\n"
    )
    print(text_table(BUILD_COLUMNS, rows))
    print(f"Geometric mean of the utilisations: {mean:.1%}\n")
