"""The register map, the files generated from it, the driver, and the geometry check by itself."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from dwsim.codegen.register_files import axil_verilog, register_header, register_markdown
from dwsim.derive import numbers_of
from dwsim.host.driver import DeviceError, Driver
from dwsim.host.geometry_rules import check_limits, check_width, geometry_rules
from dwsim.host.register_map import ADDRESS_WIDTH, register_map
from dwsim.host.register_types import ACCESS, KINDS
from dwsim.rtlsim import toolchain
from dwsim.rtlsim.build import build_simulator
from dwsim.rtlsim.simulator_run import run_simulator
from dwsim.spec.engine_spec import EngineSpec
from dwsim.support.resources import rtl_dir
from tests.codegen.test_lint import ENGINES, write
from tests.host.faults import with_faults
from tests.host.layers import FLOAT, QUANTISED, RAW, SERIAL, random_work
from tests.host.serial_faults import SERIAL_FAULTS

DOUBLE = replace(
    QUANTISED,
    max_channel_groups=5,
    max_interleave=3,
    requantise="double",
    name="axil_double",
)


@pytest.mark.parametrize("spec", [RAW, *ENGINES], ids=lambda spec: spec.name)
def test_registers_lie_apart_and_fields_fit(spec: EngineSpec) -> None:
    offsets = set()
    for register in register_map(numbers_of(spec)).registers:
        assert register.offset % 4 == 0
        assert 0 <= register.offset < 1 << ADDRESS_WIDTH
        assert register.offset not in offsets, register.name
        offsets.add(register.offset)
        assert register.access in ACCESS
        taken = 0
        for field in register.fields:
            assert field.kind in KINDS
            assert field.mask < 1 << 32, field.name
            assert field.reset < 1 << field.width, field.name
            assert not taken & field.mask, field.name
            taken |= field.mask


def test_offsets_are_the_same_in_every_build() -> None:
    offsets: dict[str, int] = {}
    for spec in (RAW, QUANTISED, FLOAT, SERIAL, *ENGINES):
        for register in register_map(numbers_of(spec)).registers:
            assert offsets.setdefault(register.name, register.offset) == register.offset


@pytest.mark.parametrize("spec", [RAW, QUANTISED, FLOAT, SERIAL], ids=lambda spec: spec.name)
def test_the_c_compiler_reads_the_map_from_the_header(spec: EngineSpec, tmp_path: Path) -> None:
    prefix = spec.name.upper()
    registers = register_map(numbers_of(spec)).registers
    (tmp_path / "registers.h").write_text(register_header(spec))
    wanted, prints = [], []
    for register in registers:
        names = {f"{prefix}_{register.name.upper()}": register.offset}
        for field in register.fields:
            stem = f"{prefix}_{register.signal(field).upper()}"
            names |= {f"{stem}_LSB": field.lsb, f"{stem}_MASK": field.mask}
            if field.kind == "constant":
                names[f"{stem}_BUILD"] = field.reset
        for name, value in names.items():
            wanted.append(f"{name} {value}")
            prints.append(f'printf("{name} %lu\\n", (unsigned long)({name}));')
    for rule in geometry_rules(numbers_of(spec)):
        name = f"{prefix}_RULE_{rule.name.upper()}"
        wanted.append(f"{name} {rule.code}")
        prints.append(f'printf("{name} %lu\\n", (unsigned long)({name}));')
    source = tmp_path / "main.c"
    body = "\n".join(prints)
    source.write_text(
        '#include <stdio.h>\n#include "registers.h"\n#include "registers.h"\n'
        f"int main(void) {{\n{body}\nreturn 0;\n}}\n"
    )
    program = tmp_path / "main"
    command = ["cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-o", program, source]
    subprocess.run(command, check=True)
    said = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    assert said.splitlines() == wanted


@pytest.mark.parametrize("spec", [RAW, QUANTISED, FLOAT, SERIAL], ids=lambda spec: spec.name)
def test_the_table_has_every_register_field_and_rule(spec: EngineSpec) -> None:
    text = register_markdown(spec)
    for register in register_map(numbers_of(spec)).registers:
        rows = [
            line for line in text.splitlines() if line.startswith(f"| `0x{register.offset:03X}` |")
        ]
        assert len(rows) == len(register.fields)
        for row, field in zip(rows, register.fields, strict=True):
            assert f"`{register.name}`" in row
            assert field.meaning in row
    for rule in geometry_rules(numbers_of(spec)):
        assert f"| {rule.code} | `{rule.name}` |" in text


def test_the_same_spec_gives_the_same_text() -> None:
    for text_of in (axil_verilog, register_header, register_markdown):
        for spec in (QUANTISED, FLOAT, SERIAL):
            assert text_of(spec) == text_of(replace(spec))


class FakeDevice:
    """Registers in a dictionary; a start sets those in ``after_start``."""

    def __init__(self, spec: EngineSpec) -> None:
        self.map = register_map(numbers_of(spec))
        self.words = {register.offset: register.reset_word for register in self.map.registers}
        self.words[self.map["status"].offset] = 1
        self.after_start: dict[str, int] = {}

    def read(self, offset: int) -> int:
        return self.words[offset]

    def write(self, offset: int, value: int) -> None:
        self.words[offset] = value
        if offset == self.map["control"].offset:
            for name, word in self.after_start.items():
                self.words[self.map[name].offset] = word

    def driver(self, spec: EngineSpec) -> Driver:
        return Driver(spec, self.read, self.write, polls=10)


def test_the_plain_driver_needs_no_event_loop() -> None:
    device, plan = FakeDevice(QUANTISED), random_work(QUANTISED, 3).plan
    driver = device.driver(QUANTISED)
    driver.check()
    driver.configure(plan)
    for register in device.map.geometry:
        value = plan.config[register.config]
        number = value[register.element] if isinstance(value, list) else value
        assert register.fields[0].extract(driver.read(register.name)) == number
    driver.start(load=False)
    assert driver.read("control") == 1
    driver.wait_done()
    assert driver.errors() == ()
    assert driver.counters().cycles == 0


def test_another_engine_is_named_with_every_difference() -> None:
    driver = FakeDevice(RAW).driver(replace(RAW, lanes=4, weight_width=5, name="other"))
    with pytest.raises(DeviceError) as caught:
        driver.check()
    message = str(caught.value)
    assert "engine other" in message
    assert "array_lanes (lanes of a beat): hardware 2, spec 4" in message
    assert "formats_weight_width (bits of a weight): hardware 8, spec 5" in message
    assert message.count("\n") == 3, message  # the ofmap's width follows


@pytest.mark.parametrize(
    ("register", "word", "said"),
    [("magic", 0, "no dwsim engine here"), ("version", 9 << 24, "register map 9")],
)
def test_no_engine_and_another_map_are_told_apart(register: str, word: int, said: str) -> None:
    device = FakeDevice(RAW)
    device.words[device.map[register].offset] = word
    with pytest.raises(DeviceError, match=said):
        device.driver(RAW).check()


def test_a_refused_start_and_a_hanging_one_are_errors() -> None:
    device = FakeDevice(RAW)
    driver = device.driver(RAW)
    device.after_start = {"errors": 14 << 16 | 1 << 8}
    with pytest.raises(
        DeviceError, match="rule lag demands: at most max_lag, and with lead at least 1"
    ):
        driver.start()
    wrong_limits = FakeDevice(FLOAT)
    wrong_limits.after_start = {"errors": 24 << 16 | 1 << 8}
    with pytest.raises(
        DeviceError,
        match="rule activation demands: act_min is at most act_max, as numbers of the format,"
        " and neither is NaN or a subnormal number",
    ):
        wrong_limits.driver(FLOAT).start()
    device.after_start = {"errors": 0, "status": 0b1110}
    with pytest.raises(DeviceError, match="timed out waiting for the check"):
        driver.start()
    with pytest.raises(DeviceError, match="timed out waiting for a start"):
        driver.configure(random_work(RAW, 1).plan)
    with pytest.raises(DeviceError, match="timed out waiting for the streams"):
        driver.wait_done()


def test_the_plain_driver_refuses_async_callables() -> None:
    import asyncio

    async def read(_offset: int) -> int:
        await asyncio.sleep(0)
        return 0

    with pytest.raises(TypeError, match="AsyncDriver"):
        Driver(RAW, read, lambda offset, value: None).check()


def test_the_check_names_the_first_rule_broken(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    toolchain.require("icarus")
    numbers = numbers_of(DOUBLE)
    module = "dw_geometry_check"
    parameters = {
        "WIDTH": check_width(numbers),
        "KERNEL_H": DOUBLE.kernel_h,
        "KERNEL_W": DOUBLE.kernel_w,
        "REQUANTISES": 1,
        **check_limits(numbers),
    }
    sources = [rtl_dir() / f"{name}.v" for name in (module, "dw_rule_walk")]
    build = build_simulator("icarus", module, sources, parameters=parameters)
    result = run_simulator(
        build,
        "tests.host.check_bench",
        toplevel=module,
        log=tmp_path / "simulation.log",
        environment={"DWSIM_AXIL": json.dumps({"engine": asdict(DOUBLE), "seed": seed})},
        seed=seed,
    )
    assert result.passed, result.failures[0].message


def test_the_serial_check_accepts_layers_alone(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    toolchain.require("icarus")
    top = f"{SERIAL.name}_geometry_check"
    files = axil_verilog(SERIAL)
    wanted = [f"{top}.v", "dw_serial_rules.v", "dw_serial_check.v"]
    files = with_faults({name: files[name] for name in wanted}, SERIAL_FAULTS)
    sources = write(files, tmp_path)
    result = run_simulator(
        build_simulator("icarus", top, sources),
        "tests.host.serial_check_bench",
        toplevel=top,
        log=tmp_path / "simulation.log",
        environment={"DWSIM_AXIL": json.dumps({"engine": asdict(SERIAL), "seed": seed})},
        seed=seed,
    )
    assert result.passed, result.failures[0].message
