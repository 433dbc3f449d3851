"""The float units against this processor's arithmetic; ``tests.float.exhaustive`` takes more."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from dwsim.support.resources import rtl_dir
from tests.float.units import Unit, build

SAMPLE = (Unit("multiply", "bfloat16", "float32"), Unit("add", "float32", "float32"))
RANDOM_PAIRS = 1_000_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all builds, one after the other."""
    return tmp_path_factory.mktemp("float_units")


def run(bench: Path, *arguments: object) -> tuple[int, str]:
    done = subprocess.run(
        [bench, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=False
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("unit", SAMPLE, ids=str)
def test_a_unit_equals_the_processor(unit: Unit, seed: int, folder: Path) -> None:
    bench = build(unit, folder)
    code, said = run(bench, "corners")
    assert code == 0, said
    code, said = run(bench, "random", RANDOM_PAIRS, seed)
    assert (code, said) == (0, f"pairs {RANDOM_PAIRS} differences 0\n"), f"seed {seed}: {said}"
    if unit.pairs == 1 << 32:
        assert run(bench, "all", 0x3F80, 0x3F81) == (0, "pairs 65536 differences 0\n")


def test_a_difference_is_printed(folder: Path, tmp_path: Path) -> None:
    rtl = tmp_path / "rtl"
    shutil.copytree(rtl_dir(), rtl)
    file = rtl / "dw_float_adder.v"
    text = file.read_text()
    assert text.count("moved[0] || lost") == 1
    file.write_text(text.replace("moved[0] || lost", "moved[0]"))
    code, said = run(build(SAMPLE[1], folder, rtl), "corners")
    assert code == 1
    assert " + " in said.splitlines()[0]
    assert ": expected " in said.splitlines()[0]
