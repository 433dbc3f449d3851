"""Imports go one way, against one table of layers; and golden and the models stay independent."""

from __future__ import annotations

import pytest

from tests.import_graph import FILES, PACKAGE, imports, imports_of, reached, within

SIMULATION = ("cocotb", "cocotbext", "cocotb_tools")

LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "version"),
    ("support",),
    ("spec",),
    ("derive",),
    ("golden", "stream", "host"),
    ("model", "workloads"),
    ("fast", "codegen"),
    ("rtlsim", "synth"),
    ("verification", "bench"),
    ("exploration", "operator", "peers"),
    ("api",),
    ("__init__",),
    ("cli",),
    ("__main__",),
)
"""The rooms of ``dwsim``, the ground floor first. A module may import its own room and every room
on a lower floor, but neither a higher one nor a neighbour on its own floor."""

FLOOR = {room: floor for floor, rooms in enumerate(LAYERS) for room in rooms}


def room_of(module: str) -> str:
    """The top-level package or module that a module lies in."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def faults(module: str, source: str) -> list[str]:
    """Imports of a module that do not lead down."""
    own = room_of(module)
    found = []
    for imported in within(imports_of(source), "dwsim"):
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
        ("dwsim.model.engine", "import dwsim.derive.plan\nfrom dwsim import LayerSpec"),
    ],
)
def test_an_import_that_leads_up_or_sideways_is_found(module: str, source: str) -> None:
    assert len(faults(module, source)) == 1


def test_file_names_tell_their_room() -> None:
    """A file name occurs once in the package, so that a name alone finds the file."""
    # The file of a command has the name of the command; a file of its subject may have it, too.
    stems = [
        path.stem
        for path in FILES.values()
        if path.stem != "__init__" and path.parent.name != "cli"
    ]
    assert sorted({stem for stem in stems if stems.count(stem) > 1}) == []


def test_nothing_lies_loose_at_the_top() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= 9


def test_the_check_follows_imports() -> None:
    assert within(reached("dwsim.model.layer_run"), "dwsim.derive", "numpy") != []
    assert within(reached("dwsim.rtlsim.cosim"), "cocotb_tools") != []
    # Once under TYPE_CHECKING, once in a function.
    assert imports("dwsim.operator").count("dwsim.spec.engine_spec") == 2


@pytest.mark.parametrize("module", within(FILES, "dwsim.golden"))
def test_golden_shares_nothing_with_what_it_judges(module: str) -> None:
    own = within(reached(module), "dwsim")
    assert set(own) - set(within(own, "dwsim.golden", "dwsim.errors", "dwsim.spec")) == set()
    assert within(own, "dwsim.spec.engine_spec") == []


@pytest.mark.parametrize("module", within(FILES, "dwsim.model"))
def test_the_steppable_model_takes_no_numbers_from_golden(module: str) -> None:
    assert within(reached(module), "dwsim.golden") == []


@pytest.mark.parametrize("module", within(FILES, "dwsim.fast"))
def test_the_fast_model_shares_only_the_names_of_activities(module: str) -> None:
    assert set(within(imports(module), "dwsim.model")) <= {"dwsim.model.activity"}


def test_only_one_module_knows_jinja() -> None:
    users = [name for name in FILES if within(imports(name), "jinja2")]
    assert users == ["dwsim.codegen.verilog"]


def test_cocotb_stays_in_rtlsim_and_bench() -> None:
    users = [name for name in FILES if within(imports(name), *SIMULATION)]
    assert within(users, "dwsim.rtlsim", "dwsim.bench") == users != []


def test_the_public_bench_knows_nothing_of_dwsims_engines() -> None:
    known = [name for module in within(FILES, "dwsim.bench") for name in imports(module)]
    assert within(known, "dwsim.codegen", "dwsim.model", "dwsim.derive", "dwsim.fast") == []
    assert within(known, "dwsim.spec.engine_spec") == []
