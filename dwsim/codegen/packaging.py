"""Writes the files by which other tools take an engine: FuseSoC, IP-XACT, SDC, an instance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dwsim.codegen.ipxact import ipxact_component
from dwsim.codegen.module_ports import module_ports
from dwsim.codegen.verilog import Origin, context, environment
from dwsim.host.register_map import RegisterMap
from dwsim.spec.engine_spec import EngineSpec
from dwsim.version import __version__


@dataclass(frozen=True)
class Package:
    """The names that the packaging files list.

    Attributes:
        tops: module names of the tops, the one for an integrator last.
        verilog: texts of the Verilog by file name, in compile order.
        testbenches: module names of testbenches, that of the integrator's top last.
        primitives: names of files that only a simulation needs.
        vector_files: names of the files that testbenches read.
        registers: of the last top, if it has an AXI4-Lite port.
    """

    tops: Sequence[str]
    verilog: Mapping[str, str]
    testbenches: Sequence[str]
    primitives: Sequence[str]
    vector_files: Sequence[str]
    registers: RegisterMap | None = None


def package_files(engine: EngineSpec, package: Package, origin: Origin) -> dict[str, str]:
    """The files of a package: texts by name.

    ``NAME.core`` is for FuseSoC, ``TOP.xml`` an IP-XACT component, ``TOP.vh`` an instance,
    ``TOP.sdc`` the constraints of the integrator's top.
    """
    env, values = environment(), context(engine, origin)
    files = {}
    top = package.tops[-1]
    for module in package.tops:
        ports = module_ports(module, package.verilog[f"{module}.v"])
        shown = values | {"module": module, "ports": ports}
        files[f"{module}_instance.vh"] = env.get_template("instance.vh.j2").render(shown)
        registers = package.registers if module == top else None
        files[f"{module}.xml"] = ipxact_component(module, ports, package.verilog, registers)
    ports = module_ports(top, package.verilog[f"{top}.v"])
    sdc = f"{top}.sdc"
    values |= {
        "top": top,
        "sdc": sdc,
        "vlnv": f"dwsim:generated:{engine.name}:{__version__}",
        "verilog": list(package.verilog),
        "testbenches": package.testbenches,
        "primitives": package.primitives,
        "vector_files": package.vector_files,
        "inputs": [port.name for port in ports if port.direction == "in" and port.name != "clk"],
        "outputs": [port.name for port in ports if port.direction == "out"],
    }
    files[sdc] = env.get_template("constraints.sdc.j2").render(values)
    files[f"{engine.name}.core"] = env.get_template("fusesoc.core.j2").render(values)
    return files
