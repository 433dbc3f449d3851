"""The mutants of Python: they differ, they reach the running functions, and tests kill them."""

from __future__ import annotations

import ast
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dwsim import EngineSpec
from dwsim.derive.counters import Counters
from tests.python_mutants.in_place import put
from tests.python_mutants.mutants import ROOT, Mutant, _changes, all_mutants, mutated

COUNTERS = "dwsim/derive/counters.py"


def changed(text: str) -> list[str]:
    """The text with each change."""
    found = []
    for number in range(len(list(_changes(ast.parse(text))))):
        tree = ast.parse(text)
        list(_changes(tree))[number].apply()
        found.append(ast.unparse(ast.fix_missing_locations(tree)))
    return found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = a < b", ["x = a <= b"]),
        ("x = a not in b", ["x = a in b"]),
        ("x = a + b", ["x = a - b"]),
        ("x <<= b", ["x >>= b"]),
        ("x = a and b", ["x = a or b"]),
        ("x = not a", ["x = not not a"]),
        ("x = -a", ["x = +a"]),
        ("x = 7", ["x = 8", "x = 6"]),
        ("x = True", ["x = False"]),
        ("x = min(a)", ["x = max(a)"]),
        ("if a:\n    pass", ["if not a:\n    pass"]),
        ("def f() -> int:\n    return a", ["def f() -> int:\n    return None"]),
        ("raise SpecError(f'{a + 1}')", []),
        ("x: Literal[3] = a", []),
        ("x = 'text'", []),
    ],
)
def test_a_change_is_of_its_kind(text: str, wanted: list[str]) -> None:
    assert changed(text) == wanted


def test_every_mutant_differs_and_compiles(seed: int) -> None:
    for mutant in random.Random(seed).sample(all_mutants(), 100):
        tree = mutated(mutant)
        compile(tree, mutant.file, "exec")
        assert ast.dump(tree) != ast.dump(ast.parse((ROOT / mutant.file).read_text())), mutant
        assert mutant.first <= mutant.line <= mutant.last, mutant


def in_fork(call: Callable[[], bool]) -> bool:
    """True if the call is true in a process of its own."""
    child = os.fork()
    if child == 0:
        code = 2
        try:
            code = int(not call())
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0


def test_a_mutant_changes_functions_that_are_already_imported() -> None:
    counters = Counters(EngineSpec(1, 1, 1, 8, 8, max_batch=3, max_channel_groups=5))
    assert counters.max_planes == 15
    mutant = next(m for m in all_mutants() if m.file == COUNTERS and "max_batch" in source_line(m))
    assert mutant.text in ("Mult becomes FloorDiv", "returns None")
    assert in_fork(lambda: put(mutant) and counters.max_planes != 15)
    assert counters.max_planes == 15


def source_line(mutant: Mutant) -> str:
    return (ROOT / mutant.file).read_text().splitlines()[mutant.line - 1]


@pytest.mark.long
def test_mutants_are_killed_by_tests_that_reach_them(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.python_mutants", "--only", COUNTERS, "--mutants", "400"]
    command += ["--reach", str(tmp_path / "reach.json"), "--tests", "tests/derive/test_counters.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert lines[-1].startswith("mutate-python: "), done.stdout
    killed, total = (int(word) for word in lines[-1].split()[1:4:2])
    alive = [line for line in lines if line.startswith(("survived", "not reached"))]
    assert 0 < killed < total
    assert killed + len(alive) == total, done.stdout
