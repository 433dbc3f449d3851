"""Helpers for the tests of the commands."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dwsim.cli import main
from dwsim.golden import ofmap as golden

ROOT = Path(__file__).resolve().parents[2]


def environment(**more: str) -> dict[str, str]:
    """The environment with which a Python process in another folder finds dwsim."""
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    return {**inherited, "PYTHONPATH": str(ROOT), **more}


def names(folder: str = ".") -> list[str]:
    """The names of the files in a folder, hidden ones included."""
    return sorted(path.name for path in Path(folder).iterdir())


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def error_of(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """The error message of a command that exits with 2 and prints no traceback."""
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err


def json_of(capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, Any]:
    assert main([*argv, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    document: dict[str, Any] = json.loads(out)
    return document


def break_golden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the golden model wrong in one value."""
    right = golden.depthwise

    def wrong(*args: Any) -> np.ndarray:
        ofmap = right(*args).copy()
        ofmap[0, 0, 0, 0] += 1
        return ofmap

    monkeypatch.setattr(golden, "depthwise", wrong)
