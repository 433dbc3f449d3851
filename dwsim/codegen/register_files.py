"""Writes the files of the register map: the AXI4-Lite top, a C header, a Markdown table."""

from __future__ import annotations

from dataclasses import dataclass

from dwsim.codegen.library import GENERIC, host_modules
from dwsim.codegen.verilog import (
    Origin,
    axis_bytes_verilog,
    context,
    engine_verilog,
    environment,
    plain_origin,
    sized,
    wrapped,
)
from dwsim.derive import numbers_of
from dwsim.derive.signals import Numbers
from dwsim.host.geometry_rules import (
    check_cycles,
    check_limits,
    check_width,
    geometry_rules,
    rounding_registers,
)
from dwsim.host.register_map import ADDRESS_WIDTH, RegisterMap, register_map
from dwsim.host.register_types import ACCESS, Field, Register
from dwsim.spec.engine_spec import EngineSpec
from dwsim.support.resources import rtl_dir

_INSIDE = ("errors_start_while_pending", "errors_write_while_pending", "errors_bad_value")
"""Flags that refused writes set, inside the register file."""

_UNCHECKED = ("lead", "ifmap_zero_point", "ofmap_zero_point", "float_rounding")
"""Ports without a rule of their own; float_rounding is checked together with single_rounding."""

_FLOAT_LIMITS = {"act_min": "limits_least", "act_max": "limits_most"}
"""The integers that the check compares in place of limits in floating point."""


@dataclass(frozen=True)
class Signal:
    """A field as the templates see it: its Verilog name, bits and reset literal."""

    signal: str
    register: str
    lsb: int
    width: int
    reset: str
    external: bool


@dataclass(frozen=True)
class Decoded:
    """A register as the templates see it, with the expressions of its fields."""

    name: str
    word: str
    locked: bool
    is_geometry: bool
    fits: str
    read: str


@dataclass(frozen=True)
class Wide:
    """A geometry register, extended to the bits that the check computes in."""

    name: str
    wide: str


@dataclass(frozen=True)
class Port:
    """A cfg port of the core and the expression that drives it."""

    name: str
    expression: str


def axil_name(engine: EngineSpec) -> str:
    """Module name of an engine with its AXI4-Lite port."""
    return f"{engine.name}_axil"


def axil_verilog(
    engine: EngineSpec,
    origin: Origin | None = None,
    in_bytes: bool = True,
    target: str = GENERIC,
) -> dict[str, str]:
    """All Verilog of an engine with an AXI4-Lite port: file name to text, the top last.

    Args:
        engine: the engine.
        origin: named by the headers; by default the engine without layers.
        in_bytes: the top has byte streams.
        target: of the hand-written modules of the core.
    """
    origin = origin or plain_origin(engine)
    files = engine_verilog(engine, origin=origin, target=target)
    if in_bytes:
        files |= axis_bytes_verilog(engine, origin)
    return files | host_verilog(engine, origin, in_bytes)


def host_verilog(engine: EngineSpec, origin: Origin, in_bytes: bool) -> dict[str, str]:
    """The Verilog that an AXI4-Lite port adds to an engine; the top is last."""
    files = {
        path.name: path.read_text()
        for path in sorted(rtl_dir().glob("*.v"))
        if path.stem in host_modules(engine)
    }
    env, values = environment(), register_context(engine, origin) | wrapped(engine, in_bytes)
    templates = {f"{engine.name}_registers": "registers.v.j2"}
    if engine.dataflow == "tap_serial":
        templates[f"{engine.name}_geometry_check"] = "geometry_check.v.j2"
    templates[axil_name(engine)] = "axil.v.j2"
    for module, template in templates.items():
        files[f"{module}.v"] = env.get_template(template).render(values)
    return files


def register_header(engine: EngineSpec, origin: Origin | None = None) -> str:
    """The C header of an engine's registers."""
    values = register_context(engine, origin or plain_origin(engine))
    return environment().get_template("registers.h.j2").render(values)


def register_markdown(engine: EngineSpec, origin: Origin | None = None) -> str:
    """The documentation of an engine's registers."""
    values = register_context(engine, origin or plain_origin(engine))
    return environment().get_template("registers.md.j2").render(values)


def register_context(engine: EngineSpec, origin: Origin) -> dict[str, object]:
    """The values that the templates of the registers see."""
    numbers = numbers_of(engine)
    registers = register_map(numbers)
    decoded = [_decoded(register) for register in registers.registers]
    writable = [
        view
        for view, register in zip(decoded, registers.registers, strict=True)
        if register.access != "ro"
    ]
    return context(engine, origin) | {
        "map": registers,
        "registers": decoded,
        "writable": writable,
        "values": _signals(registers, "value"),
        "actions": _signals(registers, "action"),
        "flags": _signals(registers, "flag"),
        "status": _signals(registers, "status"),
        "checked": _checked(registers, numbers),
        "check_inputs": _check_inputs(registers, numbers),
        "ports": _ports(registers, numbers),
        "check_width": check_width(numbers),
        "check_limits": _check_limits(numbers),
        "checks_limits": numbers.formats.requantises or numbers.formats.has_epilogue,
        "check_cycles": check_cycles(numbers),
        "address_width": ADDRESS_WIDTH,
        "word_width": ADDRESS_WIDTH - 2,
        "access": ACCESS,
        "rules": geometry_rules(numbers),
        "prefix": engine.name.upper(),
    }


def _signals(registers: RegisterMap, kind: str) -> list[Signal]:
    return [
        Signal(
            signal=(signal := register.signal(field)),
            register=register.name,
            lsb=field.lsb,
            width=field.width,
            reset=sized(field.width, field.reset),
            external=signal not in _INSIDE,
        )
        for register in registers.registers
        for field in register.fields
        if field.kind == kind
    ]


def _decoded(register: Register) -> Decoded:
    return Decoded(
        name=register.name,
        word=sized(ADDRESS_WIDTH - 2, register.offset // 4),
        locked=register.locked,
        is_geometry=bool(register.config),
        fits=_fits(register),
        read=_read(register),
    )


def _fits(register: Register) -> str:
    """The expression that is true if ``write_data`` fits the fields, or is sign-extended."""
    first = register.fields[0]
    if first.signed:
        above = f"write_data[31:{first.width - 1}]"
        return f"(&{above} || !(|{above}))"
    outside = 0xFFFFFFFF & ~sum(field.mask for field in register.fields)
    return f"((write_data & {sized(32, outside)}) == 32'd0)" if outside else "1'b1"


def _read(register: Register) -> str:
    """The expression of the 32 bits that a read gives."""
    parts: list[str] = []
    top = 32
    for field in sorted(register.fields, key=lambda field: -field.lsb):
        above = top - field.lsb - field.width
        if above:
            sign = f"{register.signal(field)}[{field.width - 1}]" if field.signed else "1'b0"
            parts.append(f"{{{above}{{{sign}}}}}")
        parts.append(_readable(register, field))
        top = field.lsb
    if top:
        parts.append(f"{top}'d0")
    return f"{{{', '.join(parts)}}}"


def _readable(register: Register, field: Field) -> str:
    if field.kind in ("constant", "action"):
        return sized(field.width, field.reset)
    return register.signal(field)


def _checked(registers: RegisterMap, numbers: Numbers) -> list[Wide]:
    """The registers that the geometry check reads; it has no rule for zero points."""
    width = check_width(numbers)
    wide = []
    for register in registers.geometry:
        if register.config in _UNCHECKED:
            continue
        field = register.fields[0]
        name, signed = register.name, field.signed
        if numbers.formats.has_epilogue and name in _FLOAT_LIMITS:
            name, signed = _FLOAT_LIMITS[name], True
        sign = f"{name}[{field.width - 1}]" if signed else "1'b0"
        names = [name]
        if register.name == "single_rounding":
            names = list(rounding_registers(numbers.spec))
        bits = field.width + len(names) - 1
        extended = f"{{{{{width - bits}{{{sign}}}}}, {', '.join(names)}}}"
        wide.append(Wide(register.name, extended))
    kept = f"{{{{{width - numbers.counters.sets_width}{{1'b0}}}}, kept_sets}}"
    return [*wide, Wide("kept_sets", kept)]


def _check_inputs(registers: RegisterMap, numbers: Numbers) -> list[Register]:
    """The registers on the ports of the check of a tap-serial engine."""
    roundings = rounding_registers(numbers.spec)
    return [r for r in registers.geometry if r.config not in _UNCHECKED or r.name in roundings]


def _ports(registers: RegisterMap, numbers: Numbers) -> list[Port]:
    ports = []
    for field in numbers.config_fields:
        names = [r.name for r in reversed(registers.geometry) if r.config == field.name]
        if names:
            ports.append(Port(field.name, f"{{{', '.join(names)}}}"))
    return ports


def _check_limits(numbers: Numbers) -> dict[str, str]:
    """The limits of the check, as literals of its width."""
    width = check_width(numbers)
    return {name: sized(width, value) for name, value in check_limits(numbers).items()}
