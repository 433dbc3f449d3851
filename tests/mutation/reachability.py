"""Proves that a mutant never differs at a port, in the states that an engine can reach.

Both netlists start in the same state: that after a reset, with any values in the registers that no
reset clears. They get the same inputs, and the engine has a geometry that its contract permits
while it is busy. Two netlists that have been equal so far share their registers, so one
copy of the state is enough: ABC's property directed reachability proves that no reachable state
lets an output or the next value of a register differ. If a register can differ, it gets a copy of
its own in the mutant, and the proof is tried again: it may be a register that nothing reads then.

A proof is tried first with the registers of the mutant's own module, then with those of the
modules around it. All others, except the geometry and the state of the engine, have any value in
any cycle: a proof for these holds for the engine, and finds its reason in a small part of it.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dwsim.errors import ToolError
from dwsim.support.command_threads import CommandThreads
from dwsim.support.processes import TimeLimitError, run_command
from tests.mutation.and_graph import Graph, Machine, Netlist
from tests.mutation.builds import Build
from tests.mutation.contract import BUSY, LEGAL
from tests.mutation.invariants import INVARIANT
from tests.mutation.legal_netlist import legal_netlist
from tests.mutation.netlist import Mutant, listed_mutants

_SECONDS = 900.0
_ADDED = (LEGAL, BUSY, INVARIANT)
_KEPT = ("u_config.", "u_control.")
_PROOF_SECONDS = 60
_MOST_OWN = 12
"""Registers of which the mutant has a copy, at most: a difference in more spreads to the ports."""
_MOST_WIDENED = 16
_MOST_PARTS = 3


def unreachable_mutants(
    build: Build, folder: Path, numbers: Iterable[int], jobs: int = 1
) -> set[int]:
    """The mutants among ``numbers`` that are proven; ``folder`` has ``flat.il``, ``mutants.ys``.

    Raises:
        ToolError: if a tool is missing or fails.
    """
    numbers = list(numbers)
    if not numbers:
        return set()
    _find_abc()
    netlist = legal_netlist(build, folder, numbers)
    prover = _Prover(netlist, folder, always_legal=build.engine.dataflow == "tap_serial")
    if not prover.proves_invariants():
        raise ToolError(f"{build.top}: the invariants are not proven")
    mutants = listed_mutants(folder)
    parts = {number: _parts(mutants[number - 1], build) for number in numbers}

    def work(share: Sequence[int]) -> set[int]:
        proven = set[int]()
        for part in sorted({p for n in share for p in parts[n]}, key=_from_the_inside):
            left = [n for n in share if part in parts[n] and n not in proven]
            if left:
                prover = _Prover(netlist, folder, part, build.engine.dataflow == "tap_serial")
                proven |= {n for n in left if prover.proves(numbers.index(n) + 1, n)}
        return proven

    with CommandThreads(jobs) as threads:
        return set().union(*threads.map(work, [numbers[n::jobs] for n in range(jobs)]))


def _parts(mutant: Mutant, build: Build) -> list[str]:
    """The parts of the netlist in which a mutant may be decided: prefixes of names."""
    path = mutant.instance.split(".") if mutant.instance else []
    modules = [n for n, name in enumerate(path, 1) if name.startswith("u_")]
    parts = [".".join(path[:n]) + "." for n in modules[-_MOST_PARTS:]]
    # The registers of a host are free in a first attempt: any host may be there.
    return list(dict.fromkeys([*parts, *(("u_engine.",) if build.axil else ()), ""]))


def _from_the_inside(part: str) -> tuple[int, str]:
    return -part.count("."), part


@dataclass
class _Prover:
    """The sound netlist as a machine; ``proves`` adds one mutant at a time.

    Registers of which no name begins with ``prefix`` are inputs: they have any value in any
    cycle. The geometry and the state of the engine stay registers. ``always_legal``: the geometry
    keeps its contract in an idle engine, too.
    """

    netlist: Netlist
    folder: Path
    prefix: str = ""
    always_legal: bool = False
    graph: Graph = field(default_factory=Graph)
    registers: list[tuple[int, int]] = field(default_factory=list)
    starts: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        net, graph = self.netlist, self.graph
        self.inputs = [graph.leaf() for _ in range(net.inputs)]
        self.anything = [graph.leaf() for _ in net.next_states]
        self.reset_values = {k: v for k, v in enumerate(self._after_reset(0)) if v < 2}
        self.begun = graph.leaf()  # 0 in the first cycle
        own = [graph.leaf() for _ in net.next_states]
        self.states = [self._state(k, literal) for k, literal in enumerate(own)]
        self.next_states, self.outputs = net.copy(graph, self._selected(0), self.states)
        self.registers += [
            (literal, self.next_states[k] ^ self.reset_values.get(k, 0))
            for k, literal in enumerate(own)
            if not self._is_free(k)
        ]
        was_illegal = graph.leaf()
        self.legal = was_illegal ^ 1
        free = 0 if self.always_legal else self.outputs[net.output_of[BUSY, 0]] ^ 1
        rules = graph.any_of((free, self.outputs[net.output_of[LEGAL, 0]]))
        self.legal = graph.conjunction(self.legal, rules)
        self.legal = graph.conjunction(self.legal, self._invariants(self.outputs))
        self.registers += [(self.begun, 1), (was_illegal, self.legal ^ 1)]
        self.ports = [i for (name, _), i in net.output_of.items() if name not in _ADDED]

    def _invariants(self, outputs: Sequence[int]) -> int:
        """1 if nothing is stated of the engine."""
        output = self.netlist.output_of.get((INVARIANT, 0))
        return 1 if output is None else outputs[output]

    def proves_invariants(self) -> bool:
        """True if they hold after a reset, and after every cycle before which they held."""
        graph = self.graph

        def holds(states: Sequence[int]) -> int:
            return self._invariants(self.netlist.copy(graph, self._selected(0), states)[1])

        after, outputs = self.netlist.copy(graph, self._selected(0), self.anything)
        broken = graph.any_of(
            graph.conjunction(before, holds(states) ^ 1)
            for before, states in ((1, self._after_reset(0)), (self._invariants(outputs), after))
        )
        if broken == 0:
            return True
        inputs = [*self.inputs, *self.anything]
        Machine(graph, inputs, [], broken).write(self.folder / "invariants.aig")
        script = "read_aiger invariants.aig; strash; sat"
        done = run_command([_find_abc(), "-c", script], seconds=_SECONDS, folder=self.folder)
        return "UNSATISFIABLE" in done.output

    def proves(self, selector: int, number: int) -> bool:
        """True if the mutant is proven; ``number`` names its files."""
        mark = self.graph.mark()
        reset = self._after_reset(selector)
        own = {k for k, value in self.reset_values.items() if reset[k] != value}
        widened = False
        try:
            while len(own) <= _MOST_OWN and not any(map(self._is_free, own)):
                differ = self._attempt(selector, number, own, reset)
                if differ is None and not widened:
                    widened, differ = True, self._touched(selector, own)
                if not differ:
                    return differ == set()
                if -1 in differ:
                    return False
                own |= differ
                self.graph.forget(mark)
            return False
        finally:
            self.graph.forget(mark)

    def _attempt(
        self, selector: int, number: int, own: set[int], reset: Sequence[int]
    ) -> set[int] | None:
        """Empty if the proof succeeds; registers that can differ (-1: a port); None if it ends."""
        graph = self.graph
        states, more, inputs = list(self.states), [], [*self.inputs, *self.starts.values()]
        for k in sorted(own):
            literal = graph.leaf()
            known = k in self.reset_values and reset[k] < 2
            start = reset[k] if known else self.starts.get(k) or graph.leaf()
            states[k] = graph.choice(self.begun, literal, start)
            inputs += [] if known else [start]
            more.append((k, literal))
        after, differences = self._differences(selector, states, own)
        seen = graph.conjunction(graph.any_of(differences.values()), self.legal)
        was_seen = graph.leaf()  # a cycle later the contract tells if that geometry was legal
        registers = [*self.registers, *((literal, after[k]) for k, literal in more)]
        registers.append((was_seen, seen))
        output = graph.conjunction(was_seen, self.legal)
        free = [lit for k, lit in enumerate(self.states) if self._is_free(k)]
        machine = Machine(graph, [*dict.fromkeys([*inputs, *free])], registers, output)
        name = f"reach_{number}_{self.prefix.count('.')}"
        names = machine.write(self.folder / f"{name}.aig")
        frames = self._counterexample(name, names)
        if not frames:
            return None if frames is None else set()
        values = machine.run(frames[:-1], list(differences.values()))
        return {k for k, bit in zip(differences, values, strict=True) if bit}

    def _counterexample(self, name: str, inputs: Sequence[int]) -> list[dict[int, int]] | None:
        """Runs ABC: the inputs of each cycle; empty if there are none, None if it gives up."""
        trace = self.folder / f"{name}.cex"
        trace.unlink(missing_ok=True)
        proof = f"strash; pdr -T {_PROOF_SECONDS}"
        script = f"read_aiger {name}.aig; {proof}; write_cex -a {trace.name}"
        try:
            done = run_command(
                [_find_abc(), "-c", script], seconds=8.0 * _PROOF_SECONDS, folder=self.folder
            )
        except TimeLimitError:
            return None
        finally:
            (self.folder / f"{name}.aig").unlink()
        if "Property proved" in done.output:
            return []
        found = re.search(r"was asserted in frame (\d+)", done.output)
        if found is None:
            return None
        rows = re.findall(r"^[01x]+$", trace.read_text(), re.MULTILINE)[-int(found[1]) - 1 :]
        trace.unlink()
        return [dict(zip(inputs, (int(bit == "1") for bit in row), strict=True)) for row in rows]

    def _differences(
        self, selector: int, states: Sequence[int], own: set[int]
    ) -> tuple[list[int], dict[int, int]]:
        """The mutant's next states; where it can differ: by register, and -1, -2, ... for ports."""
        after, outputs = self.netlist.copy(self.graph, self._selected(selector), states)
        found = {
            k: self.graph.difference(a, b)
            for k, (a, b) in enumerate(zip(self.next_states, after, strict=True))
            if a != b and k not in own
        }
        ports = [(self.outputs[i], outputs[i]) for i in self.ports]
        found[-1] = self.graph.any_of(self.graph.difference(a, b) for a, b in ports if a != b)
        return after, {k: literal for k, literal in found.items() if literal != 0}

    def _touched(self, selector: int, own: set[int]) -> set[int] | None:
        """The registers that the mutant can touch at all, if they are few and no ports."""
        states = [self.graph.leaf() if k in own else lit for k, lit in enumerate(self.states)]
        _, differences = self._differences(selector, states, own)
        few = -1 not in differences and len(differences) <= _MOST_WIDENED
        return set(differences) if few and differences else None

    def _state(self, k: int, literal: int) -> int:
        """The present value of a register: after a reset it has its constant, or any value."""
        if self._is_free(k):
            return literal
        if k in self.reset_values:
            return literal ^ self.reset_values[k]
        self.starts[k] = self.graph.leaf()
        return self.graph.choice(self.begun, literal, self.starts[k])

    def _is_free(self, k: int) -> bool:
        names = self.netlist.register_names.get(k, [self.prefix])
        engine = "u_engine." if self.prefix.startswith("u_engine.") else ""
        kept = (self.prefix, *(engine + name for name in _KEPT))
        return not any(name.startswith(kept) for name in names)

    def _selected(self, selector: int, rst: int | None = None) -> list[int]:
        """The inputs, with a mutant."""
        values = list(self.inputs)
        for (name, bit), index in self.netlist.input_of.items():
            if name == "mutsel":
                values[index] = selector >> bit & 1
            elif name == "rst" and rst is not None:
                values[index] = rst
        return values

    def _after_reset(self, selector: int) -> list[int]:
        """The states after a cycle of reset from any state."""
        return self.netlist.copy(self.graph, self._selected(selector, rst=1), self.anything)[0]


def _find_abc() -> Path:
    """The ABC that comes with pyosys.

    Raises:
        ToolError: if it is not installed.
    """
    found = importlib.util.find_spec("pyosys")
    if found is None or found.origin is None:
        raise ToolError("ABC is missing: pip install pyosys")
    return Path(found.origin).parent / "yosys-abc"
