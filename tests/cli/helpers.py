"""What the tests of the commands share."""

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
    """For a Python process that is to find dwsim although it runs elsewhere."""
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    return {**inherited, "PYTHONPATH": str(ROOT), **more}


def names(folder: str = ".") -> list[str]:
    """What is in a folder, hidden files too."""
    return sorted(path.name for path in Path(folder).iterdir())


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def error_of(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """What a command says that ends with 2, without a traceback."""
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
