"""Impossible parameters stop every tool, with a message that names module, parameter and rule."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dwsim.rtlsim import toolchain
from dwsim.support.resources import rtl_dir
from dwsim.synth.tools import find_tool
from tests.leaf.parameter_rules import PARAMETER_RULES

RULE = re.compile(r"\bbegin\s+: bad_\d+\s+(\w+) u \(\);")


Tool = Callable[[list[str]], list[str]]
"""The command that elaborates the module ``top`` of some files."""


def verilator(files: list[str]) -> list[str]:
    executable = str(toolchain.find_verilator().executable)
    options = ["--lint-only", "-Wno-fatal", "--quiet", "--language", "1364-2005"]
    return [executable, *options, "--top-module", "top", *files]


def icarus(files: list[str]) -> list[str]:
    toolchain.require("icarus")
    return ["iverilog", "-g2005", "-t", "null", "-s", "top", *files]


def yosys(files: list[str]) -> list[str]:
    # Yosys has the cells of ECP5, and cannot read their simulation models.
    models = {path.name for path in rtl_dir().glob("*/simulation/*.v")}
    own = [name for name in files if name not in models]
    cells = "read_verilog -lib +/ecp5/cells_sim.v +/ecp5/cells_bb.v; " if own != files else ""
    script = f"{cells}read_verilog {' '.join(own)}; hierarchy -check -top top"
    return [*find_tool("yosys").command, "-q", "-p", script]


TOOLS = [verilator, icarus, yosys]


def outcome(tool: Tool, module: str, parameters: dict[str, int], folder: Path) -> tuple[int, str]:
    """Exit code and messages of a tool that elaborates an instance, with the files in a folder."""
    values = ", ".join(f".{name}({value})" for name, value in parameters.items())
    top = f"module top ();\n  {module} #({values}) u_{module} ();\nendmodule\n"
    (folder / "top.v").write_text(top)
    return run_tool(tool, folder)


def run_tool(tool: Tool, folder: Path) -> tuple[int, str]:
    """Exit code and messages of a tool that elaborates the module ``top`` of a folder."""
    done = subprocess.run(
        tool(sorted(path.name for path in folder.glob("*.v"))),
        env=toolchain.verilator_environment(),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def copy_sources(file: str, folder: Path) -> None:
    """Copies a module of ``rtl/``, those that it contains, and models of its target's cells.

    Yosys, which is WebAssembly, reads relative names only.
    """
    known = {path.stem: path for path in rtl_dir().glob("*.v")}
    wanted = [rtl_dir() / file]
    if wanted[0].parent != rtl_dir():
        known |= {path.stem: path for path in wanted[0].parent.glob("*.v")}
        wanted += wanted[0].parent.glob("simulation/*.v")
    for path in wanted:  # grows while it is read
        names = set(re.findall(r"\bdw_\w+", path.read_text()))
        wanted += [known[name] for name in names & known.keys() if known[name] not in wanted]
        shutil.copy(path, folder)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.__name__)
@pytest.mark.parametrize("file", PARAMETER_RULES)
def test_a_broken_rule_stops_the_tool(file: str, tool: Tool, tmp_path: Path) -> None:
    module = Path(file).stem
    copy_sources(file, tmp_path)
    code, said = outcome(tool, module, {}, tmp_path)
    assert code == 0, f"{file} with its defaults: exit code {code}\n{said}"
    rules = list(PARAMETER_RULES[file].items())
    if tool is yosys:
        # It starts slower than the other tools together, and all rules have one form.
        rules = [rules[0], rules[-1]]
    for rule, parameters in rules:
        code, said = outcome(tool, module, parameters, tmp_path)
        assert code != 0, f"{module}_{rule}: {parameters} is elaborated"
        assert f"{module}_{rule}" in said, f"{module}_{rule} with {parameters}: {said}"


def test_every_rule_has_a_bad_instance() -> None:
    found = {}
    for path in (*rtl_dir().glob("*.v"), *rtl_dir().glob("*/*.v")):
        text = path.read_text()
        rules = RULE.findall(text)
        assert text.count("_must_") == len(rules), f"{path.name}: a rule has another form"
        assert rules or "parameter" not in text, f"{path.name}: parameters without a rule"
        if rules:
            found[path.relative_to(rtl_dir()).as_posix()] = sorted(rules)
    tested = {
        file: sorted(f"{Path(file).stem}_{rule}" for rule in rules)
        for file, rules in PARAMETER_RULES.items()
    }
    assert found == tested
