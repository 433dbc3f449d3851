"""The imports of the package, read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import dwsim

PACKAGE = Path(dwsim.__file__).parent


def module_name(path: Path) -> str:
    """dwsim.model.layer_run of .../dwsim/model/layer_run.py."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports_of(source: str) -> Iterator[str]:
    """Every module that a source imports, also in functions and under TYPE_CHECKING.

    Of ``from a import b`` this is a.b if that is a module of dwsim, otherwise a.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports are not followed"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in FILES else str(node.module)


def imports(module: str) -> list[str]:
    """Every module that a module of dwsim imports."""
    return list(imports_of(FILES[module].read_text()))


def reached(module: str) -> set[str]:
    """Every module that an import of ``module`` can run: its imports, theirs, their packages."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        now = waiting.pop()
        if now in seen:
            continue
        seen.add(now)
        if now in FILES:
            waiting += imports(now)
            package = now.rpartition(".")[0]
            # dwsim/__init__.py runs with every module and imports the face only when it is used.
            waiting += [package] if package not in ("", "dwsim") else []
    return seen


def within(names: Iterable[str], *packages: str) -> list[str]:
    """The names that are one of the packages, or inside one."""
    return sorted(
        name for name in names if any(f"{name}.".startswith(f"{package}.") for package in packages)
    )
