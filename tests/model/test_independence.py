"""Two roads to the same numbers stay two: who may import whom, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import dwsim

PACKAGE = Path(dwsim.__file__).parent
SIMULATION = ("cocotb", "cocotbext", "cocotb_tools")


def module_name(path: Path) -> str:
    """dwsim.model.layer_run of .../dwsim/model/layer_run.py."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(module: str) -> Iterator[str]:
    """Every name that a module imports, in functions and under TYPE_CHECKING too."""
    for node in ast.walk(ast.parse(FILES[module].read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative imports are not followed here"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reached(module: str) -> set[str]:
    """All modules of dwsim that an import of ``module`` can run, and all else it names."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        now = waiting.pop()
        if now in seen:
            continue
        seen.add(now)
        if now in FILES:
            waiting += imports(now)
    return seen


def within(names: set[str], *packages: str) -> list[str]:
    """The names that are one of the packages, or inside one."""
    return sorted(
        name for name in names if any(f"{name}.".startswith(f"{package}.") for package in packages)
    )


def test_the_check_sees_imports() -> None:
    assert within(reached("dwsim.model.layer_run"), "dwsim.derive", "numpy") != []
    assert within(reached("dwsim.rtlsim.cosim"), "cocotb_tools") != []
    # Once under TYPE_CHECKING, once in a function.
    assert list(imports("dwsim.operator")).count("dwsim.spec.engine_spec") == 2


def test_golden_knows_neither_model_nor_schedule() -> None:
    own = within(reached("dwsim.golden.depthwise"), "dwsim")
    allowed = ("dwsim.golden.depthwise", "dwsim.errors", "dwsim.spec")
    assert set(own) - set(within(set(own), *allowed)) == set()
    assert within(set(own), "dwsim.spec.engine_spec") == []


@pytest.mark.parametrize("module", [name for name in FILES if name.startswith("dwsim.model")])
def test_the_model_knows_no_simulator_and_no_golden_numbers(module: str) -> None:
    names = reached(module)
    assert within(names, *SIMULATION, "dwsim.rtlsim", "dwsim.codegen", "jinja2") == []
    assert within(names, "dwsim.golden.depthwise") == []


def test_derive_stands_below_all_that_uses_it() -> None:
    own = within(reached("dwsim.derive"), "dwsim")
    assert (
        within(set(own), "dwsim.model", "dwsim.codegen", "dwsim.rtlsim", "dwsim.golden.depthwise")
        == []
    )


def test_only_one_module_knows_jinja() -> None:
    users = [name for name in FILES if within(set(imports(name)), "jinja2")]
    assert users == ["dwsim.codegen.verilog"]


def test_cocotb_stays_in_rtlsim() -> None:
    users = [name for name in FILES if within(set(imports(name)), *SIMULATION)]
    assert within(set(users), "dwsim.rtlsim") == users != []
