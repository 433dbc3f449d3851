"""A tap-serial engine whose numbers were edited to impossible ones stops every tool."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dwsim.codegen.verilog import engine_verilog, static_name
from tests.codegen.test_lint import write
from tests.codegen.test_snapshots import LAYERS, SERIAL
from tests.leaf.test_parameter_rules import TOOLS, Tool, run_tool

STATIC = static_name(SERIAL, LAYERS["serial"][1])
EDITS = {
    "no requantiser": ("dw_drain", "VALUES", 0, "dw_drain_VALUES_must_be_at_least_1"),
    "a shallow ring": (
        "dw_ring_writer",
        "ADDR_W",
        2,
        "dw_ring_writer_KERNEL_PIXELS_must_be_less_than_the_pixels_of_the_ring",
    ),
    "a wide ifmap": (STATIC, "IFMAP_W", 7, f"{STATIC}_IFMAP_W_must_be_at_most_6"),
    "many channels": (STATIC, "IMAGE_PLANES", 2, f"{STATIC}_IMAGE_PLANES_must_be_at_most_1"),
}
"""A module, a parameter of its instance or a constant in it, a value, and the rule it breaks."""


def edited(files: dict[str, str], module: str, name: str, value: int) -> dict[str, str]:
    """The files with another value of one parameter or constant."""
    if module == STATIC:
        file, parts = f"{STATIC}.v", ["", files[f"{STATIC}.v"]]
        old, new = rf"localparam {name} = \d+;", f"localparam {name} = {value};"
    else:
        file = "serial.v"
        parts = files[file].split(f"  {module} #(")
        old, new = rf"\.{name}( *)\(\d+\)", rf".{name}\1({value})"
    head, tail = parts
    tail, count = re.subn(old, new, tail, count=1)
    assert count == 1, f"{file} has no {old}"
    middle = f"  {module} #(" if head else ""
    return files | {file: head + middle + tail}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.__name__)
def test_every_tool_stops_at_the_rule(tool: Tool, tmp_path: Path) -> None:
    around = f"module top ();\n  {STATIC} u_static ();\nendmodule\n"
    files = engine_verilog(SERIAL, LAYERS["serial"][1:]) | {"top.v": around}
    write(files, tmp_path)
    code, said = run_tool(tool, tmp_path)
    assert code == 0, said
    for name, (module, parameter, value, rule) in EDITS.items():
        write(edited(files, module, parameter, value), tmp_path)
        code, said = run_tool(tool, tmp_path)
        assert code != 0, f"{name}: is elaborated"
        assert rule in said, f"{name}: {said}"
