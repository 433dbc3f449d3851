"""``dwsim explore``: its output, its files, and its errors for bad input."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dwsim.cli import main
from tests.cli.helpers import environment, error_of, names
from tests.exploration.spaces import SMALL, write


def test_the_front_is_printed(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(elsewhere)
    assert main(["explore", "small.toml", "--workers", "1"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert lines[0] == "small: 24 combinations: 24 engines; 48 pairs of engine and network"
    assert lines[1].startswith("area and clock: ")
    titles = next(line for line in lines if line.startswith("engine "))
    assert titles.split()[:6] == [
        "engine",
        "lanes",
        "kernel_h",
        "kernel_w",
        "taps_per_cycle",
        "interleave",
    ]
    assert "cycles (geomean)  multipliers" in titles
    rows = lines[lines.index(titles) + 2 : -2]
    cycles = [float(row.split()[6].replace(",", "")) for row in rows]
    assert cycles == sorted(cycles)
    assert len(rows) > 3
    assert lines[-2].startswith("engines on the front of each network alone: first ")
    assert lines[-1] == (
        "written: dwsim-explore/small/: points and layers (.parquet, .csv), explore.json, engines/"
    )
    assert names("dwsim-explore/small") == [
        ".store.lock",
        "engines",
        "explore.json",
        "layers.csv",
        "layers.parquet",
        "points.csv",
        "points.parquet",
        "store.jsonl",
    ]
    assert main(["explore", "small.toml", "--workers", "1", "-o", "dwsim-explore/small"]) == 0
    again = capsys.readouterr().out.splitlines()
    assert again[0] == lines[0] + "; 48 reused"
    assert again[1:] == lines[1:]


def test_one_networks_own_columns(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(elsewhere, SMALL.replace(', "second.toml"', "").replace("[3, 5]", "3"))
    assert main(["explore", "small.toml", "--workers", "1"]) == 0
    out = capsys.readouterr().out
    titles = next(line for line in out.splitlines() if line.startswith("engine "))
    wanted = "engine lanes taps_per_cycle interleave cycles multipliers utilisation time_ms"
    assert titles.split() == [*wanted.split(), "fmax_mhz", "lut", "dsp", "bram"]
    assert "geomean" not in out
    assert "alone" not in out
    assert " all " in out
    assert " None " not in out


def test_refused_combinations_are_listed(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(elsewhere, SMALL.replace('"row", 1]', "7]"))
    assert main(["explore", "small.toml", "--workers", "1"]) == 0
    out = capsys.readouterr().out
    assert "16 combinations: 8 engines, 8 refused; 16 pairs" in out
    assert "refused combinations:\n  4 x taps_per_cycle = 7: must be at most kernel_w = " in out


def test_an_empty_front_says_why(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(elsewhere, SMALL + "[constraints]\nsteady_cycles = { max = 1 }\n")
    assert main(["explore", "small.toml", "--workers", "1"]) == 2
    out, err = capsys.readouterr()
    assert out.startswith("small: 24 combinations")
    assert err.startswith("dwsim: error: small: the front is empty:\n")
    assert "12 of 24 engines cannot run second, such as" in err
    assert "24 of 24 engines violate steady_cycles { max = 1 }: the values are from " in err
    assert "points.csv" in names("dwsim-explore/small")


def test_bad_spaces_are_refused(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(elsewhere, SMALL.replace("lanes = [2, 4]", "lane = 2"))
    err = error_of(capsys, "explore", "small.toml")
    assert err.startswith("dwsim: error: small.toml:\n  engine.lane = 2: is not known: did you")
    assert "engine.lanes = None: is required" in err
    path.write_bytes(b"\xff")
    assert "is not UTF-8 text" in error_of(capsys, "explore", "small.toml")
    assert "not the name of a ready-made space: " in error_of(capsys, "explore", "nothing")
    assert names() == ["first.toml", "loads.toml", "second.toml", "small.toml"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--workers", "0"], "must be an integer of at least 1, not '0'"),
        (["--confirm", "x"], "must be an integer of at least 1, not 'x'"),
        (["--workers", "2", "--scheduler", "tcp://a:1"], "not allowed with argument"),
    ],
)
def test_bad_arguments(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert said in error_of(capsys, "explore", "mobilenet_v1", *arguments)


def test_a_scheduler_that_is_none(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(elsewhere)
    err = error_of(capsys, "explore", "small.toml", "--scheduler", "nonsense://x")
    assert err.startswith("dwsim: error: no Dask scheduler answers at nonsense://x: ")


@pytest.mark.parametrize(
    ("missing", "option"),
    [
        ("pyarrow", "--workers=1"),
        ("optuna", "--workers=1"),
        ("distributed", "--scheduler=tcp://a:1"),
    ],
)
def test_a_missing_package_says_what_to_install(elsewhere: Path, missing: str, option: str) -> None:
    write(elsewhere, SMALL + '[search]\nmethod = "sample"\nbudget = 3\nsampler = "tpe"\n')
    code = (
        f"import sys; sys.modules[{missing!r}] = None; from dwsim.cli import main;"
        f"sys.exit(main(['explore', 'small.toml', {option!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=False
    )
    assert done.returncode == 2
    assert done.stderr == (
        f"dwsim: error: dwsim explore needs {missing}: python -m pip install 'dwsim[explore]'\n"
    )


def test_a_broken_point_is_reported(
    elsewhere: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dwsim.exploration import evaluate

    right = evaluate.area_of

    def broken(engine, *more):
        return 1 / 0 if engine.lanes == 4 else right(engine, *more)

    monkeypatch.setattr(evaluate, "area_of", broken)
    write(elsewhere)
    assert main(["explore", "small.toml", "--workers", "1"]) == 0
    out, err = capsys.readouterr()
    assert "48 pairs of engine and network; 24 failed" in out
    assert err.count("failed: dwsim-explore/small/failures/") == 24
    file = err.splitlines()[0].removeprefix("failed: ")
    assert "ZeroDivisionError" in Path(file).read_text()
