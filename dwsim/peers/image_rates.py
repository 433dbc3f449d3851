"""Images per second of whole networks on an ECP5-85k: the fastest engine of each kind that fits.

Cycles are exact, by the timing law. The clock is nextpnr's for the engines of
``dwsim/synth/table.csv``, and fitted to that table for all others.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from dwsim.derive import Plan, interval_cycles
from dwsim.errors import DwsimError, SpecError
from dwsim.peers.two_arrays import ARRAYS, IFMAP_PIXELS
from dwsim.spec.dataflow_rules import MAX_CELLS, RINGS
from dwsim.spec.engine_spec import EngineSpec
from dwsim.support.number_format import share_text
from dwsim.support.text_table import Column, text_table
from dwsim.synth.capacity import CAPACITY, beyond
from dwsim.synth.estimate import estimate, fitted
from dwsim.synth.table import Measured, outdated, read_table
from dwsim.synth.targets import ECP5
from dwsim.workloads.network import Network, read_network, ready_networks

CELLS = ("lut", "ff", "dsp", "bram")
REQUANTISE = "double"
MULTIPLIERS = CAPACITY[ECP5.name, ECP5.default_device]["dsp"]

KINDS = (("tap_parallel", RINGS[0]), *(("tap_serial", rings) for rings in RINGS))
"""Dataflow and rings of the engines that stand beside each other."""

COLUMNS = [
    Column("network", "network", "text"),
    Column("array", "array", "text"),
    Column("engine", "lanes x cells", "text"),
    Column("dsp", "DSP"),
    Column("bram", "block RAM"),
    Column("cycles", "cycles"),
    Column("utilisation", "utilisation", "share"),
    Column("fmax", "Fmax, MHz", "number"),
    Column("source", "Fmax from", "text"),
    Column("rate", "images/s", "number"),
]


@dataclass(frozen=True)
class Clocked:
    """An engine that fits the part, with its cells and its clock in MHz."""

    engine: EngineSpec
    cells: dict[str, int]
    fmax_mhz: float
    measured: bool
    """True if the clock is nextpnr's worst of three seeds, false if it is fitted."""

    @property
    def source(self) -> str:
        """The source of the clock; for a fit its error, if that is known for such an engine."""
        if self.measured:
            return f"nextpnr ({self.engine.name})"
        errors = fitted(self.engine.dataflow)[1]
        if self.engine.multipliers > errors.multipliers:
            return "fit, extrapolated"
        return f"fit, within {share_text(errors.fmax)}"


@dataclass(frozen=True)
class Rate:
    """A network on an engine; ``cycles`` are those from an image to the next."""

    network: Network
    clocked: Clocked
    cycles: int

    @property
    def row(self) -> dict[str, Any]:
        """The figures by the keys of ``COLUMNS``."""
        engine = self.clocked.engine
        return {
            "network": self.network.name,
            "array": ARRAYS[engine.dataflow]
            + (", copied rings" if engine.rings == "copied" else ""),
            "engine": f"{engine.lanes} x {engine.lane_multipliers}",
            "cycles": self.cycles,
            "utilisation": self.network.macs / (engine.multipliers * self.cycles),
            "fmax": self.clocked.fmax_mhz,
            "source": self.clocked.source,
            "rate": self.images_per_s,
            **self.clocked.cells,
        }

    @property
    def images_per_s(self) -> float:
        """Images per second, back to back."""
        return self.clocked.fmax_mhz * 1e6 / self.cycles


def fastest(network: Network, dataflow: str, rings: str = RINGS[0]) -> list[Rate]:
    """The engine of a dataflow, with these rings, with the most images per second.

    If its clock is fitted, the fastest engine with a measured clock follows, if there is one.
    """
    best = _best(network, _estimated(network, dataflow, rings))
    measured = _best(network, _measured(network, dataflow, rings))
    found = [rate for rate in (best, measured) if rate is not None]
    if len(found) == 2 and found[1].images_per_s >= found[0].images_per_s:
        return found[1:]
    return found


def _best(network: Network, engines: Sequence[Clocked]) -> Rate | None:
    """The fastest of these engines, by the most that each could reach; None if none can run it."""

    def most(one: Clocked) -> float:
        return one.fmax_mhz * 1e6 * one.engine.multipliers / network.macs

    best: Rate | None = None
    for one in sorted(engines, key=most, reverse=True):
        if best is not None and most(one) <= best.images_per_s:
            break
        rate = Rate(network, one, network_interval(network, one.engine))
        if best is None or rate.images_per_s > best.images_per_s:
            best = rate
    return best


def network_interval(network: Network, engine: EngineSpec) -> int:
    """Cycles from an image to the next, the layers one after the other.

    Raises:
        SpecError: if a layer does not fit the engine.
    """
    plans = {shape: Plan(shape, engine) for shape in dict.fromkeys(network.shapes)}
    return interval_cycles([plans[shape].times for shape in network.shapes])


def _estimated(network: Network, dataflow: str, rings: str) -> list[Clocked]:
    """Engines made for a network that fit the part, with fitted cells and clock."""
    choices = _serial_choices if dataflow == "tap_serial" else _parallel_choices
    kind = {"dataflow": dataflow, "rings": rings}
    found = (
        _first_that_fits(network, [kind | fields for fields in group]) for group in choices(network)
    )
    return [one for one in found if one is not None]


def _first_that_fits(network: Network, choices: Sequence[Mapping[str, Any]]) -> Clocked | None:
    """The first of these engines that fits the part."""
    for fields in choices:
        try:
            engine = EngineSpec.smallest(network.layers, requantise=REQUANTISE, **fields)
            made = estimate(engine)
        except SpecError:
            continue
        cells = {name: getattr(made, name) for name in CELLS}
        if not beyond(ECP5.name, cells):
            return Clocked(engine, cells, made.fmax_mhz, measured=False)
    return None


def _parallel_choices(network: Network) -> Iterator[list[dict[str, Any]]]:
    """Every array whose multipliers alone fit the part."""
    rows = max(layer.kernel_h for layer in network.layers)
    cols = max(layer.kernel_w for layer in network.layers)
    for taps in sorted({*range(1, cols + 1), *(cols * row for row in range(1, rows + 1))}):
        for lanes in range(1, MULTIPLIERS // taps + 1):
            yield [{"lanes": lanes, "taps_per_cycle": taps}]


def _serial_choices(network: Network) -> Iterator[list[dict[str, Any]]]:
    """Every array, first with enough requantisers for the smallest kernel, then with fewer."""
    taps = min(layer.kernel_h * layer.kernel_w for layer in network.layers)
    for pixels in range(1, min(MAX_CELLS, MULTIPLIERS) + 1):
        for lanes in range(1, MULTIPLIERS // pixels + 1):
            array = {"lanes": lanes, "pixels": pixels, "ifmap_pixels": IFMAP_PIXELS}
            yield [
                array | {"requantisers": count}
                for count in range(-(-lanes * pixels // taps), 0, -1)
            ]


def _measured(network: Network, dataflow: str, rings: str) -> list[Clocked]:
    """Engines of the table that requantise and run every layer of a network."""
    found = []
    for line in measured_lines():
        if (line.engine.dataflow, line.engine.rings) != (dataflow, rings):
            continue
        try:
            network_interval(network, line.engine)
        except SpecError:
            continue
        assert line.fmax_worst is not None
        cells = {name: getattr(line, name) for name in CELLS}
        found.append(Clocked(line.engine, cells, line.fmax_worst, measured=True))
    return found


@cache
def measured_lines() -> tuple[Measured, ...]:
    """Lines of the table for this part, of engines with this requantisation."""
    old = outdated()
    return tuple(
        line
        for line in read_table()
        if line.target == ECP5.name
        and line.engine.requantise in (REQUANTISE, "both")
        and f"{line.engine.name} ({line.target})" not in old
    )


def rate_table(networks: Sequence[Network]) -> str:
    """The fastest engines of each network, and the errors of the fitted clocks."""
    rates = [rate for network in networks for kind in KINDS for rate in fastest(network, *kind)]
    errors = []
    for dataflow, words in ARRAYS.items():
        known = fitted(dataflow)[1]
        errors.append(
            f"{words} {share_text(known.fmax)} ({known.engines} engines of up to"
            f" {known.multipliers} multipliers)"
        )
    return (
        f"{text_table(COLUMNS, [rate.row for rate in rates])}\n"
        f"Largest error of a fitted clock on held-out engines: {', '.join(errors)}.\n"
        "The error of an extrapolated one, on a larger engine, is not known. Cycles are those from"
        " an image to the next.\n"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the table; returns the exit code."""
    parser = argparse.ArgumentParser(prog="image_rates", description=__doc__)
    parser.add_argument(
        "networks",
        nargs="*",
        metavar="NETWORK",
        help=f"a file, or one of: {', '.join(ready_networks())} (default: all of these)",
    )
    arguments = parser.parse_args(argv)
    try:
        networks = [read_network(name) for name in arguments.networks or ready_networks()]
        print(rate_table(networks), end="")
    except DwsimError as error:
        print(f"image_rates: error: {error}", file=sys.stderr)
        return 2
    return 0
