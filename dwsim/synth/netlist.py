"""Netlists in Yosys's JSON: their ports, and carries that nobody reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_CARRY_CELL, _CARRY_OUT = "CCU2C", "COUT"
_OPEN = "x"
"""An undefined bit: nextpnr takes it for no connection."""


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
    """Disconnects the carry outputs of an ECP5 that nothing reads; returns how many those are.

    Behind the last CCU2C of a carry chain nextpnr puts another one, two LUTs, that brings the
    carry out, unless the output is not connected; Yosys connects all of them.
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
            cell["connections"][_CARRY_OUT] = [_OPEN]
            freed += 1
    return freed
