"""Where the beats of a tap-parallel engine are, in every state that it can reach, as Verilog.

``tests/formal/properties/core.sv`` proves the same of a small build. ``reachability`` proves it of
each netlist before it relies on it: few mutants of the FIFO and of the credit can be decided
without it, and a solver does not find a sum over registers that are far apart.
"""

from __future__ import annotations

import re

from dwsim import EngineSpec
from dwsim.derive import EngineNumbers

INVARIANT = "contract_invariant"
"""The output that ``with_invariants`` adds to the top module."""


def with_invariants(netlist: str, top: str, engine: EngineSpec, prefix: str) -> tuple[str, str]:
    """Adds the invariants to the text of a flat netlist (RTLIL).

    Args:
        netlist: the text.
        top: the name of its module.
        engine: of either array; of a tap-serial one nothing is stated.
        prefix: of the engine's wires: "" or the instance with a dot.

    Returns:
        the netlist, and the text of the Verilog module that it instantiates, which may be empty.
    """
    if engine.dataflow == "tap_serial":
        return netlist, ""
    names = {port: prefix + wire for port, wire in _WIRES.items()}
    widths = {}
    for port, wire in names.items():
        found = re.search(rf"^  wire (?:width (\d+) )?\\{re.escape(wire)}$", netlist, re.M)
        assert found is not None, wire
        widths[port] = int(found[1] or 1)
    ports = "".join(f"    connect \\{port} \\{wire}\n" for port, wire in names.items())
    text = (
        f"  wire output 9003 \\{INVARIANT}\n"
        f"  cell \\invariants \\the_invariants\n{ports}    connect \\holds \\{INVARIANT}\n  end\n"
    )
    end = netlist.index("\nend\n", netlist.index(f"module \\{top}\n")) + 1
    return netlist[:end] + text + netlist[end:], _module(engine, widths)


_WIRES = {
    "credits": "u_credit.credits",
    "available": "u_credit.available",
    "claims": "u_group_tag.claims",
    "valid_q": "u_group_tag.valid_q",
    "stages": "u_output_stage.u_valid.g_stages.stages",
    "entries": "u_output_stage.u_output_fifo.entries",
    "not_empty": "u_output_stage.u_output_fifo.not_empty",
}


def _module(engine: EngineSpec, widths: dict[str, int]) -> str:
    """A credit is free, or claimed by passes that go on, or by a beat on its way or in the FIFO.

    None is lost, either; but that no stream ends between the passes of a beat is a longer proof.
    """
    ports = "".join(f"input [{width - 1}:0] {port}, " for port, width in widths.items())
    flying = " + ".join(f"stages[{n}]" for n in range(widths["stages"]))
    depth = EngineNumbers(engine).timing.fifo_depth
    terms = (
        f"32'd0 + credits + !claims + valid_q + {flying} + entries <= {depth}",
        "available == (credits != 0)",
        "not_empty == (entries != 0)",
    )
    holds = "\n      && ".join(f"({term})" for term in terms)
    return f"module invariants({ports}output holds);\n  assign holds = {holds};\nendmodule\n"
