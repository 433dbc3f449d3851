"""A wheel, built from the tree and installed alone, carries all that dwsim needs."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# One worker, so that one wheel and one venv do.
pytestmark = pytest.mark.xdist_group("wheel")


def _quietly(*command: str | Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.run(
        [str(part) for part in command],
        cwd="/",
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout
    return process.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the tree, by way of its sdist, so that the sdist is complete too."""
    out = tmp_path_factory.mktemp("dist")
    _quietly(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT)
    (found,) = out.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a venv that has the wheel, its dependencies, and nothing else."""
    venv = tmp_path_factory.mktemp("venv")
    _quietly(sys.executable, "-m", "venv", venv)
    python = venv / "bin" / "python"
    _quietly(python, "-m", "pip", "install", "--quiet", wheel)
    return python


def _tree(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_the_wheel_holds_the_package_and_its_resources_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert tops == {"dwsim", wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"}


def test_the_wheel_carries_its_types(installed: Path) -> None:
    code = "from importlib import resources; print(resources.files('dwsim') / 'py.typed')"
    assert Path(_quietly(installed, "-c", code).strip()).is_file()


def test_the_face_works_without_the_extras(installed: Path) -> None:
    """Cycles and Verilog need no optional package; an error names the package that is missing."""
    code = """
import tempfile
import numpy as np
from ml_dtypes import bfloat16
from dwsim import EngineSpec, LayerSpec, depthwise_conv2d, explore, generate, simulate
layer = LayerSpec(4, 4, 2, 3, 3, name="small")
engine = EngineSpec.smallest([layer], lanes=2)
print(simulate(layer, engine, stalls="both").cycles > 0)
print(len(generate(engine, [layer], output=tempfile.mkdtemp() + "/engine")) > 0)
ones = np.ones((1, 2, 2, 1), bfloat16)
print(depthwise_conv2d(ones, ones.reshape(2, 2, 1, 1), (1, 1, 1, 1), "VALID", backend="model"))
try:
    explore("mobilenet_v1", tempfile.mkdtemp())
except Exception as error:
    print(f"{type(error).__name__}: {error}")
"""
    lines = _quietly(installed, "-c", code).splitlines()
    assert lines[:3] == ["True", "True", "[[[[4]]]]"]
    assert lines[3].startswith("ToolError: dwsim explore needs ")
    assert lines[3].endswith(": python -m pip install 'dwsim[explore]'")


@pytest.mark.parametrize(
    ("function", "checkout"),
    [
        ("template_dir", ROOT / "templates"),
        ("rtl_dir", ROOT / "rtl"),
        ("spec_dir", ROOT / "dwsim" / "spec" / "ready"),
        ("network_dir", ROOT / "dwsim" / "workloads" / "networks"),
        ("space_dir", ROOT / "dwsim" / "exploration" / "spaces"),
        ("report_dir", ROOT / "dwsim" / "exploration" / "report" / "assets"),
    ],
)
def test_resources_are_found_in_the_wheel(installed: Path, function: str, checkout: Path) -> None:
    code = f"from dwsim.support import resources; print(resources.{function}())"
    found = Path(_quietly(installed, "-c", code).strip())
    assert found.is_relative_to(installed.parents[1])
    assert _tree(found) == _tree(checkout)


@pytest.mark.parametrize("spec", ["tiny", "mobilenet_v1_8", "edge_5x5"])
def test_the_wheel_generates_the_same_bytes(installed: Path, spec: str, tmp_path: Path) -> None:
    """As in the checkout: Verilog, file list, spec and README, with nothing but the wheel."""
    from dwsim.cli import main

    _quietly(installed.with_name("dwsim"), "generate", spec, "-o", tmp_path / "wheel")
    assert main(["generate", spec, "-o", str(tmp_path / "checkout")]) == 0
    generated = _tree(tmp_path / "wheel")
    assert any(name.endswith(".v") for name in generated)
    assert generated == _tree(tmp_path / "checkout")


def test_resources_are_found_in_the_checkout() -> None:
    from dwsim.support import resources

    assert resources.template_dir() == ROOT / "templates"
    assert resources.rtl_dir() == ROOT / "rtl"
