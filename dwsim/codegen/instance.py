"""Prints the instance of a Verilog module: each parameter and each port once, by its name.

The names come from the text of the module itself. A port is connected to the signal of its own
name unless the caller names another signal, so that only the exceptions have to be written down.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_MODULE = re.compile(
    r"^module\s+(\w+)(?:\s*#\((.*?)\n\))?\s*\((.*?)\n\);", re.MULTILINE | re.DOTALL
)
_PARAMETER = re.compile(r"^\s*parameter\s+(\w+)\s*=", re.MULTILINE)
_PORT = re.compile(
    r"^\s*(?:input|output)\s+(?:wire|reg)\s*(?:\[[^\]]*\])?\s*(\w+)\s*,?$", re.MULTILINE
)
_DERIVED = re.compile(r"^\s*// derived\b", re.MULTILINE)
_COMMENT = re.compile(r"[ ]*//[^\n]*")


@dataclass(frozen=True)
class ModuleHeader:
    """The names in the head of a module; parameters under ``// derived`` are left out."""

    name: str
    parameters: tuple[str, ...]
    ports: tuple[str, ...]


def module_header(text: str) -> ModuleHeader:
    """Reads the head of the module in ``text``, which is written in this project's style."""
    found = _MODULE.search(text)
    assert found is not None, "no module in this style"
    name, parameters, ports = found.groups()
    given = _DERIVED.split(parameters or "")[0]
    names = _PORT.findall(_COMMENT.sub("", ports))
    return ModuleHeader(name, tuple(_PARAMETER.findall(given)), tuple(names))


@dataclass(frozen=True)
class Instance:
    """One instance; ``str`` prints it, indented by two blanks.

    Attributes:
        module: the head of the module.
        label: name of the instance.
        parameters: a value for each parameter of the module that is not derived.
        connections: expressions for the ports that are not connected to a signal of their own name.

    Raises:
        ValueError: for a parameter that the module lacks or that has no value, and for a
            connection of a port that the module lacks.
    """

    module: ModuleHeader
    label: str
    parameters: Mapping[str, int]
    connections: Mapping[str, str]

    def __post_init__(self) -> None:
        wrong = set(self.parameters) ^ set(self.module.parameters)
        wrong |= self.connections.keys() - set(self.module.ports)
        if wrong:
            raise ValueError(
                f"instance {self.label} of {self.module.name}: {', '.join(sorted(wrong))}"
                " must be a parameter with exactly one value, or a port, of the module"
            )

    def __str__(self) -> str:
        ports = {port: self.connections.get(port, port) for port in self.module.ports}
        values = {name: str(self.parameters[name]) for name in self.module.parameters}
        head = f"  {self.module.name} "
        if values:
            head += f"#(\n{_list(values)}\n  ) "
        return f"{head}{self.label} (\n{_list(ports)}\n  );"


def _list(named: Mapping[str, str]) -> str:
    """``.name(value)`` lines, their parentheses below each other."""
    width = max(map(len, named))
    return ",\n".join(f"      .{name:{width}}({value})" for name, value in named.items())
