"""Few compile units in place of Verilator's many files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dwsim.errors import ToolError
from dwsim.rtlsim import compile_units
from dwsim.rtlsim.compile_units import write_compile_units
from dwsim.rtlsim.toolchain import find_verilator, verilator_environment
from dwsim.support.processes import run_command

COUNTER = Path(__file__).with_name("counter.v")


def verilate(folder: Path, *options: str) -> None:
    """Writes the C++ files of the counter."""
    command: list[str | Path] = [find_verilator().executable, "--cc", "--prefix", "Vtop"]
    run([*command, *options, "--Mdir", folder, COUNTER], folder)


def run(command: list[str | Path], folder: Path) -> None:
    done = run_command(
        command, seconds=300, environment=verilator_environment(), merge_errors=True, folder=folder
    )
    assert done.exit_code == 0, done.output


def verilate_in_files(folder: Path) -> set[str]:
    """Writes many C++ files: one statement is the limit from which on Verilator splits a file."""
    verilate(folder, "--output-split", "1")
    return {path.stem for path in folder.glob("*.cpp")}


def included(unit: Path) -> list[str]:
    """The files of a unit, without suffix."""
    return re.findall(r'#include "(.*)\.cpp"', unit.read_text())


def test_two_units_have_every_file_and_no_precompiled_header(tmp_path: Path) -> None:
    files = verilate_in_files(tmp_path)
    arguments = write_compile_units(tmp_path, "Vtop")
    fast, slow = tmp_path / "Vtop__fast_0.cpp", tmp_path / "Vtop__slow_0.cpp"
    assert {*included(fast), *included(slow)} == files
    assert all(name.endswith("__Slow") for name in included(slow))
    assert not any(name.endswith("__Slow") for name in included(fast))
    run(["make", "-C", tmp_path, "-f", "Vtop.mk", "Vtop__ALL.a", *arguments], tmp_path)
    assert {path.stem for path in tmp_path.glob("Vtop*.o")} == {fast.stem, slow.stem}
    assert not list(tmp_path.glob("*.gch"))


def test_a_unit_is_not_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = verilate_in_files(tmp_path)
    monkeypatch.setattr(compile_units, "_UNIT_BYTES", 1)
    write_compile_units(tmp_path, "Vtop")
    units = [*tmp_path.glob("Vtop__fast_*.cpp"), *tmp_path.glob("Vtop__slow_*.cpp")]
    assert sorted(included(unit) for unit in units) == sorted([name] for name in files)


def test_a_small_design_stays_one_unit(tmp_path: Path) -> None:
    verilate(tmp_path)
    assert write_compile_units(tmp_path, "Vtop") == []


def test_another_makefile_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Vtop_classes.mk").write_text("VM_PARALLEL_BUILDS = 1\n")
    with pytest.raises(ToolError, match="Verilator's makefile does not set VM_CLASSES_FAST"):
        write_compile_units(tmp_path, "Vtop")
