"""Compiled functions follow a change in a module that they import."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from dwsim.support.processes import run_command
from dwsim.support.resources import package_dir

LAW = """
from dwsim import EngineSpec, LayerSpec
from dwsim.derive import Plan
layer = LayerSpec(8, 8, 2, 3, 3)
print(Plan(layer, EngineSpec.smallest([layer], 2, dataflow="tap_serial", pixels=2)).cycles)
"""


def cycles(sources: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """The law of a layer, in a process of its own."""
    monkeypatch.setenv("PYTHONPATH", str(sources))
    monkeypatch.setenv("DWSIM_CACHE", str(folder))
    done = run_command([sys.executable, "-c", LAW], seconds=120.0, folder=sources)
    assert done.exit_code == 0, done.tail
    return int(done.output.split()[-1])


def test_a_constant_of_another_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The law calls compiled loops, and reads a constant of ``stages.py`` there."""
    pytest.importorskip("numba")
    sources = tmp_path / "sources"
    shutil.copytree(package_dir(), sources / "dwsim", ignore=shutil.ignore_patterns("__pycache__"))
    before = cycles(sources, tmp_path / "cache", monkeypatch)
    assert cycles(sources, tmp_path / "cache", monkeypatch) == before
    stages = sources / "dwsim" / "derive" / "stages.py"
    text = stages.read_text()
    assert text.count("SERIAL_FETCH_CYCLES = 3\n") == 1
    stages.write_text(text.replace("SERIAL_FETCH_CYCLES = 3\n", "SERIAL_FETCH_CYCLES = 30\n"))
    assert cycles(sources, tmp_path / "cache", monkeypatch) > before
