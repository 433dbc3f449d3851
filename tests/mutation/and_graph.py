"""And-inverter graphs: netlists that Yosys wrote in AIGER, and the ones that ABC reads.

A literal is twice the number of a node, plus 1 if it is inverted; node 0 is the constant 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path


class Graph:
    """Nodes are leaves or ANDs of two literals; an AND that is there already is not made again."""

    def __init__(self) -> None:
        self._fanins: list[tuple[int, int] | None] = [None]
        self._found: dict[tuple[int, int], int] = {}

    def leaf(self) -> int:
        """A new literal without a function."""
        self._fanins.append(None)
        return 2 * len(self._fanins) - 2

    def conjunction(self, a: int, b: int) -> int:
        """The literal of a AND b."""
        if a > b:
            a, b = b, a
        if a == 0 or a == b ^ 1:
            return 0
        if a in (1, b):
            return b
        node = self._found.get((a, b))
        if node is None:
            self._fanins.append((a, b))
            node = self._found[a, b] = len(self._fanins) - 1
        return 2 * node

    def any_of(self, literals: Iterable[int]) -> int:
        """The literal of their OR."""
        none = 1
        for literal in literals:
            none = self.conjunction(none, literal ^ 1)
        return none ^ 1

    def choice(self, select: int, a: int, b: int) -> int:
        """a if select is 1, else b."""
        return self.any_of((self.conjunction(select, a), self.conjunction(select ^ 1, b)))

    def difference(self, a: int, b: int) -> int:
        """The literal of a XOR b."""
        return self.choice(a, b ^ 1, b)

    def cone(self, literals: Iterable[int], next_of: dict[int, int]) -> list[int]:
        """The nodes on which the literals depend, in order; ``next_of``: nodes of registers."""
        found: set[int] = {0}
        stack = [literal >> 1 for literal in literals]
        while stack:
            node = stack.pop()
            if node in found:
                continue
            found.add(node)
            fanins = (next_of[node],) if node in next_of else self._fanins[node]
            stack += [literal >> 1 for literal in fanins or ()]
        return sorted(found)

    def fanins(self, node: int) -> tuple[int, int] | None:
        """The two literals of an AND, None for a leaf."""
        return self._fanins[node]

    def mark(self) -> int:
        """The state for ``forget``."""
        return len(self._fanins)

    def forget(self, mark: int) -> None:
        """Removes the nodes that were made since the mark."""
        for pair in self._fanins[mark:]:
            if pair is not None:
                del self._found[pair]
        del self._fanins[mark:]


@dataclass(frozen=True)
class Machine:
    """Inputs, registers (literal, next literal) that start at 0, and one output."""

    graph: Graph
    inputs: Sequence[int]
    registers: Sequence[tuple[int, int]]
    output: int

    def write(self, path: Path) -> list[int]:
        """Writes the output's cone in AIGER; returns the literals of its inputs, in order."""
        next_of = {literal >> 1: after for literal, after in self.registers}
        cone = self.graph.cone([self.output], next_of)
        nodes = set(cone)
        inputs = [literal for literal in self.inputs if literal >> 1 in nodes]
        registers = [pair for pair in self.registers if pair[0] >> 1 in nodes]
        ands = [n for n in cone if n not in next_of and self.graph.fanins(n) is not None]
        order = [0, *(lit >> 1 for lit in inputs), *(lit >> 1 for lit, _ in registers), *ands]
        number = {node: index for index, node in enumerate(order)}

        def renamed(literal: int) -> int:
            return 2 * number[literal >> 1] + (literal & 1)

        header = f"aig {len(order) - 1} {len(inputs)} {len(registers)} 1 {len(ands)}"
        lines = [
            header,
            *(str(renamed(after)) for _, after in registers),
            str(renamed(self.output)),
        ]
        content = bytearray("\n".join(lines).encode() + b"\n")
        for node in ands:
            low, high = sorted(map(renamed, self.graph.fanins(node) or ()))
            for delta in (2 * number[node] - high, high - low):
                while delta > 127:
                    content.append(delta & 127 | 128)
                    delta >>= 7
                content.append(delta)
        path.write_bytes(content)
        return inputs

    def run(self, frames: Sequence[dict[int, int]], wanted: Sequence[int]) -> list[int]:
        """The values of the literals in the last frame; a frame has the values of the inputs."""
        next_of = {literal >> 1: after for literal, after in self.registers}
        cone = self.graph.cone(wanted, next_of)
        state = {node: 0 for node in cone if node in next_of}
        values: dict[int, int] = {}

        def value(literal: int) -> int:
            return values[literal >> 1] ^ literal & 1

        for frame in frames:
            values = {literal >> 1: bit for literal, bit in frame.items()} | state
            for node in cone:
                fanins = self.graph.fanins(node)
                if node in next_of:
                    continue
                if fanins is None:
                    values.setdefault(node, 0)
                else:
                    values[node] = value(fanins[0]) & value(fanins[1])
            state = {node: value(next_of[node]) for node in state}
        return [value(literal) for literal in wanted]


@dataclass
class Netlist:
    """A netlist in AIGER with Yosys' map of its names: (signal, bit) of each port."""

    inputs: int
    next_states: list[int]
    outputs: list[int]
    ands: list[tuple[int, int]]
    input_of: dict[tuple[str, int], int] = field(default_factory=dict)
    output_of: dict[tuple[str, int], int] = field(default_factory=dict)
    register_names: dict[int, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Netlist:
        """Reads ``path`` and the map beside it."""
        content = path.read_bytes()
        head, *rest = content.split(b"\n", 1)
        count = [int(word) for word in head.split()[1:6]]
        _, inputs, registers, outputs, ands = count
        *lines, packed = rest[0].split(b"\n", registers + outputs)
        literals = [int(line.split()[0]) for line in lines]
        made = cls(inputs, literals[:registers], literals[registers:], [])
        at = 0

        def delta() -> int:
            nonlocal at
            number = shift = 0
            while packed[at] > 127:
                number |= (packed[at] & 127) << shift
                shift, at = shift + 7, at + 1
            at += 1
            return number | packed[at - 1] << shift

        for index in range(ands):
            high = 2 * (1 + inputs + registers + index) - delta()
            made.ands.append((high, high - delta()))
        for line in path.with_suffix(".map").read_text().splitlines():
            kind, number, bit, name = line.split(" ", 3)
            if kind == "input":
                made.input_of[name, int(bit)] = int(number)
            elif kind == "output":
                made.output_of[name, int(bit)] = int(number)
            else:
                made.register_names.setdefault(int(number), []).append(name)
        return made

    def copy(
        self, graph: Graph, inputs: Sequence[int], states: Sequence[int]
    ) -> tuple[list[int], list[int]]:
        """Puts a copy into the graph: the literals of the next states and of the outputs."""
        values = [0, *inputs, *states]
        for a, b in self.ands:
            values.append(graph.conjunction(values[a >> 1] ^ a & 1, values[b >> 1] ^ b & 1))

        def picked(literals: Sequence[int]) -> list[int]:
            return [values[literal >> 1] ^ literal & 1 for literal in literals]

        return picked(self.next_states), picked(self.outputs)
