"""Carries without readers are disconnected, and no others."""

from __future__ import annotations

from typing import Any

from dwsim.synth.netlist import Port, free_unused_carries, ports_of


def _carry(carry_in: Any, carry_out: Any) -> dict[str, Any]:
    return {
        "type": "CCU2C",
        "port_directions": {"CIN": "input", "COUT": "output"},
        "connections": {"CIN": [carry_in], "COUT": [carry_out]},
    }


def _lut(source: Any) -> dict[str, Any]:
    return {"type": "LUT4", "port_directions": {"A": "input"}, "connections": {"A": [source]}}


def _module() -> dict[str, Any]:
    return {
        "ports": {
            "clk": {"direction": "input", "bits": [2]},
            "sum": {"direction": "output", "bits": [13, 14]},
        },
        "cells": {
            "first": _carry("0", 10),
            "second": _carry(10, 11),  # without a reader
            "read_by_a_lut": _carry("1", 12),
            "lut": _lut(12),
            "read_by_a_port": _carry("0", 13),
        },
    }


def test_only_carries_without_a_reader_are_disconnected() -> None:
    module = _module()
    assert free_unused_carries(module) == 1
    wanted = _module()
    wanted["cells"]["second"]["connections"]["COUT"] = ["x"]
    assert module == wanted


def test_ports() -> None:
    assert ports_of(_module()) == [Port("clk", 1, True), Port("sum", 2, False)]
