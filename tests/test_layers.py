"""Imports go one way: every import of the package, held against one table of layers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import dwsim

PACKAGE = Path(dwsim.__file__).parent

LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "version"),
    ("support",),
    ("spec",),
    ("derive",),
    ("golden", "stream", "host"),
    ("model", "workloads"),
    ("fast", "codegen"),
    ("rtlsim", "synth"),
    ("verification",),
    ("exploration", "operator", "peers"),
    ("api",),
    ("__init__",),
    ("cli",),
    ("__main__",),
)
"""The rooms of ``dwsim``, the ground floor first. A module may import its own room and every room
on a lower floor, but neither a higher one nor a neighbour on its own floor."""

FLOOR = {room: floor for floor, rooms in enumerate(LAYERS) for room in rooms}


def module_name(path: Path) -> str:
    """dwsim.model.engine of .../dwsim/model/engine.py."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def room_of(module: str) -> str:
    """The top-level package or module that a module lies in."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports_of(source: str) -> Iterator[str]:
    """Every module of dwsim that a source names in an import, in functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "dwsim")
        elif isinstance(node, ast.ImportFrom) and (node.level or node.module):
            assert node.level == 0, "a relative import cannot be checked against the table"
            if str(node.module).split(".")[0] == "dwsim":
                for alias in node.names:
                    longer = f"{node.module}.{alias.name}"
                    yield longer if longer in FILES else str(node.module)


def faults(module: str, source: str) -> list[str]:
    """Imports of a module that do not lead down."""
    own = room_of(module)
    found = []
    for imported in imports_of(source):
        room = room_of(imported)
        if room != own and FLOOR[room] >= FLOOR[own]:
            found.append(f"{module} (floor {FLOOR[own]}) imports {imported} (floor {FLOOR[room]})")
    return found


@pytest.mark.parametrize("module", FILES)
def test_imports_lead_down(module: str) -> None:
    assert faults(module, FILES[module].read_text()) == []


def test_every_room_has_a_floor_and_every_floor_a_room() -> None:
    assert {room_of(module) for module in FILES} == set(FLOOR)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("dwsim.codegen.verilog", "from dwsim.rtlsim.build import Build"),
        ("dwsim.derive.plan", "def late():\n    import dwsim.model.engine"),
        ("dwsim.golden.depthwise", "from dwsim.stream import layout"),
        ("dwsim.spec.layer_spec", "if TYPE_CHECKING:\n    from dwsim import derive"),
        ("dwsim.model.engine", "from dwsim import LayerSpec"),
    ],
)
def test_an_import_that_leads_up_or_sideways_is_found(module: str, source: str) -> None:
    assert len(faults(module, source)) == 1


def test_file_names_tell_their_room() -> None:
    """A file name occurs once in the package, so that a name alone finds the file."""
    # A command's file is named after the command, whatever the files of its subject are called.
    stems = [
        path.stem
        for path in FILES.values()
        if path.stem != "__init__" and path.parent.name != "cli"
    ]
    assert sorted({stem for stem in stems if stems.count(stem) > 1}) == []


def test_nothing_lies_loose_at_the_top() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= 9
