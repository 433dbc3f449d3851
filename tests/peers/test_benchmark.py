"""The parts of `make bench` on tiny layers, and the files for SCALE-Sim without SCALE-Sim."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import Plan
from dwsim.errors import ToolError
from dwsim.peers import benchmark, scalesim
from dwsim.peers.benchmark import Timing, main, speed_table
from dwsim.peers.two_arrays import BUILD
from dwsim.spec.spec_file import SpecFile, read_spec

TINY = read_spec("tiny")
CYCLES = sum(Plan(layer, TINY.engine).cycles for layer in TINY.layers)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "REPETITIONS", 1)


def test_each_way_finds_the_cycles() -> None:
    plain, outputs, raw, int8, stalled = benchmark.time_fast(TINY, 1)
    for timing in (plain, outputs, raw, benchmark.time_steppable(TINY, 1)):
        assert (timing.cycles, timing.seconds > 0) == (CYCLES, True), timing
    slower = replace(TINY.engine, requantise="both")
    assert int8.cycles == sum(Plan(layer, slower).cycles for layer in TINY.layers)
    assert stalled.cycles > CYCLES
    serial, raw, values = benchmark.time_serial(TINY, 1)
    engine = EngineSpec.smallest(TINY.layers, **BUILD)
    assert serial.cycles == sum(Plan(layer, engine).cycles for layer in TINY.layers)
    assert raw.cycles == serial.cycles
    slower = replace(engine, requantise="both")
    assert values.cycles == sum(Plan(layer, slower).cycles for layer in TINY.layers)


def test_rtl_finds_the_cycles(capsys: pytest.CaptureFixture[str]) -> None:
    assert benchmark.time_rtl(TINY, 1).cycles == CYCLES
    total = capsys.readouterr().out.splitlines()[-2].split()
    ideal, bound = (
        sum(getattr(Plan(layer, TINY.engine), name) for layer in TINY.layers)
        for name in ("ideal", "bound")
    )
    assert total[:5] == ["all", str(CYCLES), str(CYCLES), str(ideal), str(bound)]


def test_every_port_agrees_in_cpp() -> None:
    assert benchmark.time_lockstep(TINY, 1).cycles == CYCLES


def test_the_table_tells_ratios() -> None:
    timings = [Timing("one", 1000, 0.001), Timing("other", 1000, 0.005), Timing("third", 9, 2.0)]
    lines = speed_table(timings).splitlines()
    assert lines[2].split() == ["one", "1,000", "1.00", "ms", "1,000,000", "1.0"]
    assert lines[3].split() == ["other", "1,000", "5.00", "ms", "200,000", "5.0"]
    assert lines[4].split() == ["third", "9", "2.0", "s", "4", "2,000"]


def test_a_peer_that_fails_does_not_hide_the_others(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(spec: SpecFile, seed: int) -> Timing:
        raise ToolError("there is none")

    monkeypatch.setitem(benchmark.PEERS, "scalesim", fail)
    left_out = ("rtl", "lockstep", "arrays")
    rest = ["--spec", "tiny", *(word for name in left_out for word in ("--without", name))]
    assert main(rest) == 2
    out, err = capsys.readouterr()
    assert "steppable model" in out
    assert err == "bench: error: there is none\n"
    assert main([*rest, "--without", "scalesim"]) == 0


# -- SCALE-Sim -----------------------------------------------------------------------------------

STAND_IN = '''
"""A stand-in for SCALE-Sim: the same files, and 100 cycles per channel plus the stride."""
import configparser, csv, pathlib

class scalesim:
    def __init__(self, save_disk_space, verbose, config, topology, layout):
        assert save_disk_space and not verbose
        parser = configparser.ConfigParser()
        parser.read(config)
        array = parser["architecture_presets"]
        assert (array["ArrayHeight"], array["ArrayWidth"], array["Dataflow"]) == ("9", "2", "ws")
        rows = [line[:-1] for line in csv.reader(open(topology))][1:]
        assert len(rows) == len(open(layout).readlines()) - 1
        assert all(row[0].startswith("DP") for row in rows)
        self.sizes = [[int(size) for size in row[1:]] for row in rows]
        assert self.sizes == SIZES

    def run_scale(self, top_path):
        lines = ["LayerID, Total Cycles (incl. prefetch), Total Cycles, Stall Cycles,"]
        for *_, channels, filters, stride in self.sizes:
            lines += [f"{len(lines)}, 999, {100 + stride}, 0," for _ in range(channels)]
        folder = pathlib.Path(top_path) / "run"
        folder.mkdir(parents=True)
        (folder / "COMPUTE_REPORT.csv").write_text("\\n".join(lines) + "\\n")
'''
LAYERS = [
    LayerSpec(5, 6, 3, 3, 3),
    LayerSpec(7, 8, 2, 3, 3, pad_top=1, pad_left=2, pad_right=1, stride_h=2, stride_w=2),
]
SIZES = [[5, 6, 3, 3, 3, 1, 1], [8, 11, 3, 3, 2, 1, 2]]
"""Ifmap with its padding, kernel, channels, filters, stride."""
SCALESIM_CYCLES = 3 * 101 + 2 * 102


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    package = tmp_path / "scalesim"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "scale_sim.py").write_text(f"SIZES = {SIZES}\n{text}")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_scalesim_gets_the_layers_and_its_cycles_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, STAND_IN)
    run = scalesim.run(LAYERS, 9, 2, Path(sys.executable))
    macs = sum(layer.macs for layer in LAYERS)
    assert (run.cycles, run.utilisation) == (SCALESIM_CYCLES, macs / (18 * SCALESIM_CYCLES))
    assert run.array == "9x2 multipliers, weight stationary"
    assert run.seconds > 0


def test_scalesim_failing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "raise ValueError('no such array')")
    with pytest.raises(ToolError, match="(?s)SCALE-Sim ended with exit code 1:.*no such array"):
        scalesim.run(LAYERS, 9, 2, Path(sys.executable))


def test_scalesim_reporting_too_little_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, STAND_IN.replace("range(channels)", "range(1)"))
    with pytest.raises(ToolError, match="SCALE-Sim reports 2 channels, expected 5"):
        scalesim.run(LAYERS, 9, 2, Path(sys.executable))


def test_layers_that_scalesim_does_not_know() -> None:
    layer = replace(LAYERS[0], batch=2, stride_w=3, name="wide")
    with pytest.raises(SpecError) as caught:
        scalesim.run([layer], 9, 2, Path(sys.executable))
    message = str(caught.value)
    assert "SCALE-Sim on layer wide" in message
    assert "batch = 2: must be 1" in message
    assert "stride_w = 3: must be stride_h = 1" in message


def test_scalesim_that_cannot_be_installed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DWSIM_CACHE", str(tmp_path))
    monkeypatch.setattr(scalesim, "REQUIREMENTS", ("--no-index", "scalesim==3.0.0"))
    with pytest.raises(ToolError, match="cannot be installed into .*--without scalesim"):
        scalesim.environment()
