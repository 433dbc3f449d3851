"""ports.h of the C++ bench: the ports of a Verilated top as words of 32 bits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dwsim.codegen.module_ports import ModulePort

_GUARDS = {
    "m_axis_ofmap_tdata": "m_axis_ofmap_tvalid",
    "m_axis_ofmap_tkeep": "m_axis_ofmap_tvalid",
    "m_axis_ofmap_tlast": "m_axis_ofmap_tvalid",
    "s_axil_bresp": "s_axil_bvalid",
    "s_axil_rdata": "s_axil_rvalid",
    "s_axil_rresp": "s_axil_rvalid",
}
"""Payload, and the valid without which it may have any value."""
_OPTIONAL_INPUTS = (
    "cfg_valid",
    *(f"s_axil_{name}valid" for name in ("aw", "w", "ar")),
    *(f"s_axil_{name}" for name in ("awaddr", "araddr", "wdata", "wstrb", "bready", "rready")),
)
_OPTIONAL_OUTPUTS = (
    "cfg_ready",
    *(f"s_axil_{name}ready" for name in ("aw", "w", "ar")),
    *(f"s_axil_{name}" for name in ("bvalid", "rvalid", "rdata")),
)
"""Ports that a top with or without registers does not have."""


def ports_header(top: str, ports: Sequence[ModulePort], netlist: str) -> str:
    """ports.h: the ports as words, and the functions that copy them."""
    inputs = [p for p in ports if p.direction == "in" and p.name != "clk"]
    outputs = [p for p in ports if p.direction == "out"]
    places = _places(inputs) | _places(outputs)
    has_mutants = re.search(r"\binput\b[^;]*\bmutsel\b", netlist) is not None
    chosen = "top.mutsel = mutant;" if has_mutants else "(void)top; (void)mutant;"
    lines = [
        '#pragma once\n#include <cstdint>\n#include "Vtop.h"\nusing Top = Vtop;',
        *_constants(inputs, outputs, places),
        *_output_table(outputs, places),
        *_copies("inline void drive(Top& top, const uint32_t* w)", inputs, places, True),
        *_copies("inline void observe(Top& top, uint32_t* w)", outputs, places, False),
        *_masks(inputs, places),
        f"inline void select_mutant(Top& top, uint32_t mutant) {{ {chosen} }}",
    ]
    return "\n".join(lines) + "\n"


def _words(port: ModulePort) -> int:
    """Words of 32 bits that a port takes."""
    return -(-port.width // 32)


def _places(ports: Sequence[ModulePort]) -> dict[str, int]:
    """The first word of each port."""
    places, word = {}, 0
    for port in ports:
        places[port.name] = word
        word += _words(port)
    return places


def _constants(
    inputs: Sequence[ModulePort], outputs: Sequence[ModulePort], places: Mapping[str, int]
) -> list[str]:
    """Where each port is, and how many words the groups of ports have."""
    config = [p for p in inputs if p.name.startswith("cfg_") and p.name != "cfg_valid"]
    named = {port.name: port for port in (*inputs, *outputs)}
    numbers = {f"IN_{port.name}": places[port.name] for port in inputs}
    numbers |= {f"OUT_{port.name}": places[port.name] for port in outputs}
    numbers |= {f"IN_{name}": -1 for name in _OPTIONAL_INPUTS if name not in named}
    numbers |= {f"OUT_{name}": 0 for name in _OPTIONAL_OUTPUTS if name not in named}
    numbers["IN_config"] = places[config[0].name] if config else 0
    for name, group in (("Input", inputs), ("Output", outputs), ("Config", config)):
        numbers[f"k{name}Words"] = sum(map(_words, group))
    for name, port in (
        ("Param", "s_axis_param_tdata"),
        ("Ifmap", "s_axis_ifmap_tdata"),
        ("Ofmap", "m_axis_ofmap_tdata"),
        ("Keep", "m_axis_ofmap_tkeep"),
    ):
        numbers[f"k{name}Words"] = _words(named[port])
    return [f"constexpr int {name} = {value};" for name, value in numbers.items()]


def _output_table(outputs: Sequence[ModulePort], places: Mapping[str, int]) -> list[str]:
    """The outputs, and for payload the word of its valid."""
    lines = ["struct Port { const char* name; int word, words, guard; };"]
    lines.append("static const Port kOutputs[] = {")
    for port in outputs:
        guard = places[_GUARDS[port.name]] if port.name in _GUARDS else -1
        lines.append(f'    {{"{port.name}", {places[port.name]}, {_words(port)}, {guard}}},')
    return [*lines, "};"]


def _masks(inputs: Sequence[ModulePort], places: Mapping[str, int]) -> list[str]:
    """A function that clears the bits above each input."""
    lines = ["inline void mask_inputs(uint32_t* w) {"]
    for port in inputs:
        if port.width % 32:
            last = places[port.name] + port.width // 32
            lines.append(f"    w[{last}] &= {(1 << port.width % 32) - 1:#x}u;")
    return [*lines, "}"]


def _copies(
    signature: str, ports: Sequence[ModulePort], places: Mapping[str, int], to_top: bool
) -> list[str]:
    """A function that copies ports and words."""
    lines = [f"{signature} {{"]
    for port in ports:
        word = places[port.name]
        if port.width <= 32:
            line = f"top.{port.name} = w[{word}];" if to_top else f"w[{word}] = top.{port.name};"
            lines.append(f"    {line}")
        elif port.width <= 64 and to_top:
            both = f"w[{word}] | static_cast<uint64_t>(w[{word + 1}]) << 32"
            lines.append(f"    top.{port.name} = {both};")
        elif port.width <= 64:
            lines.append(f"    w[{word}] = static_cast<uint32_t>(top.{port.name});")
            lines.append(f"    w[{word + 1}] = static_cast<uint32_t>(top.{port.name} >> 32);")
        else:
            for i in range(_words(port)):
                pair = (f"top.{port.name}[{i}]", f"w[{word + i}]")
                left, right = pair if to_top else pair[::-1]
                lines.append(f"    {left} = {right};")
    return [*lines, "}"]
