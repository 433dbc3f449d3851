"""Every example runs, in time, and prints the result that it demonstrates."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
MOST_SECONDS = 60
"""Processor time of an example and its simulator builds: 30 s on two cores. Elapsed time would
depend on the tests that run at the same time."""

SCRIPTS = {
    "one_layer.py": ("rtl     shape (1, 2, 2, 2)  values [10, 14, 14, 20, 18, 26, 22, 32]", []),
    "engine_for_a_network.py": ("files in out, among them mobilenet_engine.v", ["README.md"]),
    "verify_with_stalls.py": ("RTL = model = golden", ["plane-major.fst", "NHWC.fst"]),
    "explore_a_space.py": ("smallest: ", ["explore.json", "engines"]),
}
"""Each script: a part of its output, and files that it writes into the directory ``out``."""


def test_every_script_is_tested() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_runs(name: str, tmp_path: Path) -> None:
    shown, files = SCRIPTS[name]
    before = processor_seconds()
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), "out"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert shown in done.stdout
    assert [file for file in files if not (tmp_path / "out" / file).exists()] == []
    assert processor_seconds() - before < MOST_SECONDS


def processor_seconds() -> float:
    """Processor time of this process's finished children, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_uses_the_public_face(name: str) -> None:
    """Of dwsim it imports the face, and the networks that the face has no function for."""
    source = (EXAMPLES / name).read_text()
    modules = re.findall(r"^\s*(?:from|import) (dwsim[.\w]*)", source, re.MULTILINE)
    assert modules != []
    assert set(modules) <= {"dwsim", "dwsim.workloads"}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.ipynb")), ids=lambda path: path.name)
def test_a_notebook_shows_what_it_computes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The outputs that are kept in the file are those of a run."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    kept = nbformat.read(path, as_version=4)
    nbformat.validate(kept)
    run = nbformat.read(path, as_version=4)
    for cell in run.cells:
        cell.pop("outputs", None)
        if cell.cell_type == "code":
            cell.outputs = []
    NotebookClient(run, timeout=120, resources={"metadata": {"path": str(ROOT)}}).execute()
    assert [outputs(cell) for cell in run.cells] == [outputs(cell) for cell in kept.cells]
    assert any(outputs(cell) for cell in kept.cells)


def outputs(cell: nbformat.NotebookNode) -> str:
    """The printed text of a cell, its chunks joined."""
    return "".join(output.text for output in cell.get("outputs", []) if "text" in output)
