"""Netlists in Yosys's JSON: their ports, and carry outputs without a reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_CARRY_CELL, _CARRY_OUT = "CCU2C", "COUT"
_UNCONNECTED = "x"
"""An undefined bit; nextpnr treats the port as unconnected."""


@dataclass(frozen=True)
class Port:
    """One port of a netlist."""

    name: str
    width: int
    is_input: bool


def ports_of(module: Mapping[str, Any]) -> list[Port]:
    """The ports of a module of a netlist."""
    return [
        Port(name, len(port["bits"]), port["direction"] == "input")
        for name, port in module["ports"].items()
    ]


def free_unused_carries(module: dict[str, Any]) -> int:
    """Disconnects the carry outputs of an ECP5 that have no reader; returns their number.

    If the carry output of the last CCU2C of a chain is connected, nextpnr appends one more CCU2C
    (two LUTs) that routes the carry out. Yosys connects all carry outputs.
    """
    read = {
        bit
        for cell in module["cells"].values()
        for port, bits in cell["connections"].items()
        if cell["port_directions"][port] != "output"
        for bit in bits
    }
    read |= {
        bit
        for port in module["ports"].values()
        if port["direction"] != "input"
        for bit in port["bits"]
    }
    freed = 0
    for cell in module["cells"].values():
        if cell["type"] != _CARRY_CELL:
            continue
        if read.isdisjoint(cell["connections"][_CARRY_OUT]):
            cell["connections"][_CARRY_OUT] = [_UNCONNECTED]
            freed += 1
    return freed
