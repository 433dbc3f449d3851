"""The bench passes the sound example engine, and finds each planted bug, with the place named."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dwsim.bench import BenchTest
from dwsim.errors import MismatchError
from dwsim.rtlsim import toolchain
from tests.needs import end_without

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "foreign_engine" / "test_one_mult.py"
MOST_LINES = 80

PLANTED = {
    1: ("padding value", "each of them has taps on padding; values without are right"),
    2: ("remainder of the stride", "the others are right; surplus beats: "),
    3: ("lost beat", "those that came are right without the lost beats: "),
    4: ("rounding", "got - expected is -1 in each of them"),
}
"""Each bug, and the line of the report that leads to its cause."""


@pytest.fixture(scope="module")
def bench() -> BenchTest:
    """The test of the example."""
    if not toolchain.icarus_available():
        end_without("Icarus Verilog is not installed")
    spec = importlib.util.spec_from_file_location("foreign_example", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: BenchTest = module.test_values.bench
    return found


@pytest.mark.parametrize("simulator", ["verilator", "icarus"])
def test_the_sound_engine_passes(bench: BenchTest, simulator: str, seed: int) -> None:
    table = bench.run(simulator, seed=seed, plusargs=())
    assert "stride x stalls     6    6  none" in table


@pytest.mark.parametrize("number", PLANTED)
def test_a_planted_bug_is_found_and_explained(
    bench: BenchTest, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MismatchError) as caught:
        bench.run("icarus", seed=1, plusargs=[f"+planted={number}"])
    report = str(caught.value)
    assert PLANTED[number][1] in report
    # Only the lost beat breaks the rule that data hold until ready.
    assert ("rule:     cycle" in report) is (number == 3)
    layer = re.search(r"differ in layer (\d+) ", report)
    assert layer is not None
    place = re.search(
        r"where: +beat \d+ = ofmap\[image (\d+), row (\d+), column (\d+), channel (\d+)\], cycle",
        report,
    )
    assert place is not None, report
    case = list(bench.cases(1))[int(layer[1])]
    index = tuple(int(text) for text in place.groups())
    assert f"\nexpected: {case.ofmap[index]} (sum {case.sums[index]}, bias " in report
    got = re.search(r"\ngot: +(-?\d+)\n", report)
    assert got is not None
    assert int(got[1]) != case.ofmap[index]
    assert str(case.layer) in report
    waves = re.search(r"waveform: (.*)$", report)
    assert waves is not None
    assert (tmp_path / waves[1]).stat().st_size > 0


def test_the_replay_command_fails_again_and_writes_junit(tmp_path: Path, bench: BenchTest) -> None:
    """The command of the report, with pytest's option for JUnit."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--junitxml=out.xml"]
    done = subprocess.run(
        [*command, f"{EXAMPLE}::test_values[icarus]"],
        cwd=tmp_path,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "DWSIM_SEED": "1", "DWSIM_PLUSARGS": "+planted=4"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    (case,) = ElementTree.parse(tmp_path / "out.xml").getroot().iter("testcase")
    (failure,) = case.findall("failure")
    assert case.get("name") == "test_values[icarus]"
    said = f"{failure.get('message')}{failure.text}"
    assert "where:    beat" in said
    assert "replay:   DWSIM_SEED=1 DWSIM_PLUSARGS=+planted=4 python -m pytest" in said


def test_the_example_is_short() -> None:
    assert len(EXAMPLE.read_text().splitlines()) < MOST_LINES
