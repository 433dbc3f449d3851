"""The ports of a generated top module, read from its Verilog: no second list can differ from it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PORT = re.compile(
    r"^\s*(?P<direction>input|output)\s+(?:wire|reg)?\s*"
    r"(?:\[(?P<range>\d+(?:-1)?):0\]\s*)?(?P<name>\w+)\s*,?\s*(?://.*)?$"
)
STREAMS = ("s_axis_param", "s_axis_ifmap", "m_axis_ofmap")
"""Names of the AXI4-Stream interfaces."""
AXIL = "s_axil"
"""Name of the AXI4-Lite interface."""


@dataclass(frozen=True)
class ModulePort:
    """One port: its name, ``in`` or ``out``, and its bits."""

    name: str
    direction: str
    width: int

    @property
    def interface(self) -> str:
        """The bus interface that it belongs to, or nothing."""
        for interface in (*STREAMS, AXIL):
            if self.name.startswith(f"{interface}_"):
                return interface
        return ""


def module_ports(module: str, text: str) -> tuple[ModulePort, ...]:
    """The ports of a module, in order.

    Args:
        module: its name.
        text: its Verilog, with one port a line.

    Raises:
        ValueError: when a line of the header is no port.
    """
    found = re.search(rf"^module {module} \(\n(.*?)^\);", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"{module}: no module header of one port a line")
    ports = []
    for line in found[1].splitlines():
        if not line.strip() or line.lstrip().startswith("//"):
            continue
        port = _PORT.match(line)
        if port is None:
            raise ValueError(f"{module}: no port in the line {line!r}")
        ports.append(
            ModulePort(port["name"], port["direction"].removesuffix("put"), _width(port["range"]))
        )
    return tuple(ports)


def _width(high: str | None) -> int:
    """Bits of a port with the range ``[high:0]``; ``high`` is a number or a number less 1."""
    if high is None:
        return 1
    return int(high.removesuffix("-1")) if high.endswith("-1") else int(high) + 1
