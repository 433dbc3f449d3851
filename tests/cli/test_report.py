"""``dwsim report``, and ``dwsim explore --report --figures``: their files and messages."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dwsim.cli import main
from tests.cli.helpers import error_of, names
from tests.exploration.spaces import write

FIGURES = [
    "front_all_networks",
    *(f"{kind}_{n}" for kind in ("front", "layers", "roofline") for n in ("first", "second")),
]


def test_explore_leaves_what_report_makes_again(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(elsewhere)
    outputs = ["--report", "page.html", "--figures", "figures", "--format", "svg", "png"]
    assert main(["explore", "small.toml", "--workers", "1", "-o", "out", *outputs]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].startswith("report: page.html, ")
    assert lines[-1] == f"figures: figures/: {2 * len(FIGURES)} files"
    assert names("figures") == sorted(
        f"{name}.{form}" for name in FIGURES for form in ("svg", "png")
    )
    assert main(["report", "out"]) == 0
    out, err = capsys.readouterr()
    assert (out.split(",")[0], err) == ("report: out/report.html", "")
    assert Path("page.html").read_bytes() == Path("out/report.html").read_bytes()
    assert main(["report", "out", "--figures", "again"]) == 0
    assert capsys.readouterr().out == f"figures: again/: {len(FIGURES)} files\n"
    for name in names("again"):
        assert Path("again", name).read_bytes() == Path("figures", name).read_bytes()


def test_without_results_it_says_which(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "points.parquet = None: is missing" in error_of(capsys, "report", "nowhere")
    assert names() == []


@pytest.mark.parametrize("command", [("report", "out"), ("explore", "small.toml")])
def test_bad_options_are_named(
    elsewhere: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    write(elsewhere)
    said = error_of(capsys, *command, "--format", "svg")
    assert "--format = ['svg']: needs --figures DIR" in said
    assert "must be named *.html" in error_of(capsys, *command, "--report", "page.txt")
    assert "invalid choice: 'gif'" in error_of(
        capsys, *command, "--figures", "f", "--format", "gif"
    )


def test_a_missing_package_is_named_before_anything_is_explored(
    elsewhere: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(elsewhere)
    before = names()
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    said = error_of(capsys, "explore", "small.toml", "-o", "out", "--report", "page.html")
    assert "vl-convert-python: pip install 'dwsim[report]'" in said
    assert names() == before
