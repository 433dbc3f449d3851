"""The public face: the names that ``import dwsim`` gives, and the modules that it must not load."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
import typing

import pytest

import dwsim

FACE = (
    "depthwise_conv2d",
    "LayerSpec",
    "EngineSpec",
    "Quantisation",
    "Plan",
    "simulate",
    "verify",
    "generate",
    "explore",
    "SpecError",
)

HEAVY = (
    "cocotb",
    "distributed",
    "flatbuffers",
    "jinja2",
    "numba",
    "optuna",
    "pandas",
    "pyarrow",
    "rich",
    "scipy",
    "tensorflow",
    "ai_edge_litert",
    "vl_convert",
)

UPPER_ROOMS = (
    "dwsim.codegen",
    "dwsim.exploration",
    "dwsim.fast",
    "dwsim.model",
    "dwsim.rtlsim",
    "dwsim.stream",
    "dwsim.synth",
    "dwsim.verification",
    "dwsim.workloads",
    "dwsim.cli",
)


def loaded_by(statement: str) -> set[str]:
    """The modules that a new interpreter has after a statement."""
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def within(modules: set[str], packages: tuple[str, ...]) -> list[str]:
    return sorted(m for m in modules if any(f"{m}.".startswith(f"{p}.") for p in packages))


def test_the_face_is_what_is_promised() -> None:
    assert sorted(dwsim.__all__) == sorted(FACE)
    assert all(getattr(dwsim, name).__doc__ for name in FACE)


@pytest.mark.parametrize("statement", ["import dwsim", "import dwsim.golden.depthwise"])
def test_an_import_stays_light(statement: str) -> None:
    modules = loaded_by(statement)
    assert "dwsim.golden.depthwise" in modules
    assert within(modules, HEAVY + UPPER_ROOMS) == []


def test_the_check_sees_what_is_loaded() -> None:
    modules = loaded_by("import dwsim.codegen.verilog")
    assert within(modules, HEAVY + UPPER_ROOMS) != []


def test_no_submodule_takes_the_name_of_the_face() -> None:
    """The import of a package's submodule sets an attribute of the package."""
    names = [module.name for module in pkgutil.iter_modules(dwsim.__path__)]
    assert set(names) & set(FACE) == set()
    before = {name: getattr(dwsim, name) for name in FACE}
    for module in pkgutil.walk_packages(dwsim.__path__, "dwsim."):
        # dwsim.__main__ imports like the others: it only runs as a program.
        importlib.import_module(module.name)
    assert {name: getattr(dwsim, name) for name in FACE} == before


@pytest.mark.parametrize("name", ["simulate", "verify", "generate", "explore"])
def test_each_function_documents_its_arguments(name: str) -> None:
    function = getattr(dwsim, name)
    text = inspect.getdoc(function) or ""
    for argument, parameter in inspect.signature(function).parameters.items():
        assert f"\n    {argument}: " in text, argument
        assert parameter.annotation is not inspect.Parameter.empty
    assert "\nReturns:" in text
    assert "\nRaises:" in text


@pytest.mark.parametrize("name", ["simulate", "verify", "generate", "explore"])
def test_annotations_name_classes_that_exist(name: str) -> None:
    """They are imported for the type checker only, so a wrong name would stay unseen here."""
    from dwsim.exploration.outcome import Outcome
    from dwsim.exploration.space import Space
    from dwsim.rtlsim.cosim import Verified
    from dwsim.verification.kept_verdicts import KeptVerdicts
    from dwsim.verification.simulation import Simulation

    known = {one.__name__: one for one in (KeptVerdicts, Outcome, Space, Verified, Simulation)}
    known |= {name: getattr(dwsim, name) for name in ("LayerSpec", "EngineSpec", "Quantisation")}
    hints = typing.get_type_hints(getattr(dwsim, name), localns=known)
    returned = {
        "simulate": Simulation,
        "verify": list[Verified],
        "explore": Outcome,
    }
    assert hints["return"] == returned.get(name, hints["return"])
