"""Builds, caches and runs simulators of a counter."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dwsim.errors import ToolError
from dwsim.rtlsim import build, toolchain
from dwsim.rtlsim.build import build_simulator
from dwsim.rtlsim.simulator_run import random_reset, run_simulator

COUNTER = Path(__file__).with_name("counter.v")
BENCH = "tests.rtlsim.counter_bench"

needs_icarus = pytest.mark.skipif(
    not toolchain.icarus_available() and "CI" not in os.environ,
    reason="Icarus Verilog is not installed",
)
simulators = pytest.mark.parametrize(
    "simulator", ["verilator", pytest.param("icarus", marks=needs_icarus)]
)


@pytest.fixture(scope="session")
def counter() -> Path:
    """The counter, built with Verilator."""
    return build_simulator("verilator", "counter", [COUNTER])


@simulators
def test_a_passing_test_passes(simulator: str, tmp_path: Path) -> None:
    built = build_simulator(simulator, "counter", [COUNTER])
    log = tmp_path / "run.log"
    result = run_simulator(built, BENCH, toplevel="counter", log=log)
    assert result.passed
    assert result.failures == ()
    assert "counts_enabled_cycles" in log.read_text()


@simulators
def test_parameters_reach_the_design(simulator: str, tmp_path: Path) -> None:
    built = build_simulator(simulator, "counter", [COUNTER], parameters={"WIDTH": 3})
    result = run_simulator(built, BENCH, toplevel="counter", log=tmp_path / "run.log")
    assert result.passed


@simulators
def test_waves_are_written_where_asked(simulator: str, tmp_path: Path) -> None:
    built = build_simulator(simulator, "counter", [COUNTER], waves=True)
    waves = tmp_path / "deep" / "counter.fst"
    result = run_simulator(built, BENCH, toplevel="counter", log=tmp_path / "run.log", waves=waves)
    assert result.passed
    counts = _values(waves, "counter.count")
    known = [int(value, 2) for value in counts if set(value) <= {"0", "1"}]
    assert known[-18:] == list(range(known[-1] - 17, known[-1] + 1))
    assert {"0", "1"} <= set(_values(waves, "counter.clk"))


def _values(waves: Path, name: str) -> list[str]:
    """The values of a signal in an FST file, one for each change."""
    from pylibfst import ffi, fstReaderIterBlocks, get_scopes_signals2, lib, string

    fst = lib.fstReaderOpen(str(waves).encode())
    assert fst != ffi.NULL, f"{waves} is no FST file"
    _, signals = get_scopes_signals2(fst)
    (handle,) = {s.handle for key, s in signals.by_name.items() if f"{name} " in f"{key} "}
    values: list[str] = []

    def note(_data, _time, facidx, value):
        if facidx == handle:
            values.append(string(value))

    lib.fstReaderSetFacProcessMaskAll(fst)
    fstReaderIterBlocks(fst, note)
    lib.fstReaderClose(fst)
    return values


def test_a_failing_test_is_reported_with_its_message(counter: Path, tmp_path: Path) -> None:
    result = run_simulator(
        counter,
        BENCH,
        toplevel="counter",
        log=tmp_path / "run.log",
        environment={"COUNTER_WRONG": "1"},
    )
    assert not result.passed
    (failure,) = result.failures
    assert failure.name == f"{BENCH}.is_wrong"
    assert "a counter of 99 bits was wanted" in failure.message


def test_a_crash_is_an_error_with_the_end_of_the_log(counter: Path, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="last words"):
        run_simulator(
            counter,
            BENCH,
            toplevel="counter",
            log=tmp_path / "run.log",
            environment={"COUNTER_CRASH": "1"},
        )


def test_a_missing_test_module_is_an_error(counter: Path, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no_such_module"):
        run_simulator(counter, "no_such_module", toplevel="counter", log=tmp_path / "run.log")


def test_a_simulation_without_end_is_ended(counter: Path, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="did not end within 2 s and was stopped"):
        run_simulator(
            counter,
            BENCH,
            toplevel="counter",
            log=tmp_path / "run.log",
            environment={"COUNTER_HANG": "1"},
            timeout=2,
        )


def test_waves_need_a_build_with_waves(counter: Path, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="without waves"):
        run_simulator(
            counter,
            BENCH,
            toplevel="counter",
            log=tmp_path / "run.log",
            waves=tmp_path / "counter.fst",
        )


def test_the_environment_of_the_call_wins(
    counter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTER_CYCLES", "not a number")
    monkeypatch.setenv("WAVES", "1")
    result = run_simulator(
        counter,
        BENCH,
        toplevel="counter",
        log=tmp_path / "run.log",
        environment={"COUNTER_CYCLES": "5"},
    )
    assert result.passed


def _report(counter: Path, directory: Path, name: str, *, seed: int) -> str:
    report = directory / name
    run_simulator(
        counter,
        BENCH,
        toplevel="counter",
        log=directory / f"{name}.log",
        environment={"COUNTER_REPORT": str(report)},
        plusargs=random_reset(seed),
        seed=seed,
    )
    return report.read_text()


def test_a_seed_gives_the_same_start_again_and_another_one_another(
    counter: Path, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(3) as pool:  # and runs at the same time do not meet
        runs = [
            pool.submit(_report, counter, tmp_path, name, seed=seed)
            for name, seed in (("first", 7), ("again", 7), ("other", 8))
        ]
    first, again, other = (run.result().split() for run in runs)
    assert first == again
    assert first[0] != other[0], "registers start alike"
    assert first[1] != other[1], "Python's random starts alike"


def test_the_second_build_is_the_first(counter: Path) -> None:
    before = (counter / "build.json").stat().st_mtime_ns
    assert build_simulator("verilator", "counter", [COUNTER]) == counter
    assert (counter / "build.json").stat().st_mtime_ns == before


@needs_icarus
def test_a_changed_source_is_built_anew(tmp_path: Path) -> None:
    source = tmp_path / "counter.v"
    source.write_bytes(COUNTER.read_bytes())
    built = build_simulator("icarus", "counter", [source])
    assert built == build_simulator("icarus", "counter", [COUNTER]), "the place does not matter"
    source.write_text(source.read_text().replace("count + 1'b1", "count - 1'b1"))
    changed = build_simulator("icarus", "counter", [source])
    assert changed != built
    result = run_simulator(changed, BENCH, toplevel="counter", log=tmp_path / "run.log")
    assert not result.passed


@needs_icarus
def test_parameters_and_waves_make_builds_of_their_own() -> None:
    builds = {
        build_simulator("icarus", "counter", [COUNTER]),
        build_simulator("icarus", "counter", [COUNTER], parameters={"WIDTH": 3}),
        build_simulator("icarus", "counter", [COUNTER], waves=True),
    }
    assert len(builds) == 3


@simulators
def test_a_broken_source_is_an_error_with_the_log_and_leaves_nothing(
    simulator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DWSIM_CACHE", str(tmp_path / "cache"))
    source = tmp_path / "broken.v"
    source.write_text("module broken (input wire a);\n    assign b = ;\nendmodule\n")
    with pytest.raises(ToolError, match=r"broken\.v:2.*syntax error|syntax error.*"):
        build_simulator(simulator, "broken", [source])
    assert list((tmp_path / "cache" / "builds").iterdir()) == []


@needs_icarus
@pytest.mark.parametrize("moment", ["runner.build(", "shutil.rmtree(directory", "scratch.rename("])
def test_a_killed_build_is_repeated(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL before the build, before the old one goes, and before the new one moves."""
    monkeypatch.setenv("DWSIM_CACHE", str(tmp_path))
    code = (
        "import inspect, pathlib\n"
        "from dwsim.rtlsim import build\n"
        "text = inspect.getsource(build)\n"
        f"assert text.count({moment!r}) == 1\n"
        f"text = text.replace({moment!r}, 'os.kill(os.getpid(), 9), ' + {moment!r})\n"
        "exec(compile(text, build.__file__, 'exec'), vars(build))\n"
        f"build.build_simulator('icarus', 'counter', [pathlib.Path({str(COUNTER)!r})])\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    )
    assert killed.returncode == -9
    built = build_simulator("icarus", "counter", [COUNTER])
    assert run_simulator(built, BENCH, toplevel="counter", log=tmp_path / "run.log").passed


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage(tmp_path)._replace(free=100)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: full)
    message = str(build.tool_error("it cannot build", tmp_path / "build.log"))
    assert message.startswith(f"it cannot build (the disk of {tmp_path} is full); the end of")


@needs_icarus
def test_two_processes_build_once(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from dwsim.rtlsim import build\n"
        "real = build._build\n"
        "def counted(*args):\n"
        "    print('built')\n"
        "    real(*args)\n"
        "build._build = counted\n"
        f"build.build_simulator('icarus', 'counter', [Path({str(COUNTER)!r})])\n"
    )
    environment = os.environ | {
        "DWSIM_CACHE": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    outputs = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert sorted(outputs) == ["", "", "built\n"]


def test_a_cache_directory_with_a_blank_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DWSIM_CACHE", str(tmp_path / "my cache"))
    assert build.cache_root() == tmp_path / "my cache"
    with pytest.raises(ToolError, match="DWSIM_CACHE"):
        build_simulator("verilator", "counter", [COUNTER])
