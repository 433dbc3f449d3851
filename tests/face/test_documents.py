"""README and CONTRIBUTING name paths, targets and commands that exist."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import shlex
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from dwsim.cli import parser
from dwsim.exploration.space import ready_spaces
from dwsim.spec.spec_file import ready_specs

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")

PATH = re.compile(r"(?:dwsim|rtl|templates|tests|scripts|examples|docs|\.ci|\.github)/[\w./-]*")
PLACEHOLDERS = ("NAME", "CASE", "SPACE")


def code_of(document: str) -> list[str]:
    """The code spans and the lines of code blocks of a document."""
    text = (ROOT / document).read_text()
    text, blocks = re.sub(r"(?m)^    .*$", "", text), re.findall(r"(?m)^    (.*)$", text)
    return re.findall(r"`([^`]+)`", text) + blocks + re.findall(r"\]\(([^)#]+)", text)


def paths_of(document: str) -> set[str]:
    found = {path for code in code_of(document) for path in PATH.findall(code)}
    return {path for path in found if not any(name in path for name in PLACEHOLDERS)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_paths_exist(document: str) -> None:
    missing = [path for path in sorted(paths_of(document)) if not (ROOT / path).exists()]
    assert missing == []


def test_the_check_sees_paths() -> None:
    assert len(paths_of("README.md")) > 15
    assert len(paths_of("CONTRIBUTING.md")) > 30


@pytest.mark.parametrize("document", DOCUMENTS)
def test_targets_exist(document: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {name for code in code_of(document) for name in re.findall(r"^make ([a-z-]+)", code)}
    assert named - targets == set()


def commands() -> list[list[str]]:
    """The words of each `dwsim ...` command of the README, comments removed."""
    found = code_of("README.md")
    lines = [shlex.split(code, comments=True) for code in found if code.startswith("dwsim ")]
    return [words for words in lines if len(words) > 2]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_commands_parse(words: list[str]) -> None:
    """Their options exist, and a spec or a space that is not a file is a ready one."""
    arguments = parser().parse_args(words[1:])
    named = getattr(arguments, "spec", None) or getattr(arguments, "space", None)
    is_file = named is None or named == "SPEC" or named.endswith((".toml", ".tflite", ".onnx"))
    assert is_file or named in (*ready_specs(), *ready_spaces())


def test_there_are_commands() -> None:
    assert len(commands()) >= 10


def test_hooks_call_tools_that_the_project_installs() -> None:
    """Each hook starts a program of .venv that an extra of pyproject.toml brings."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    dev = {re.split(r"[>=<\[]", one)[0] for one in extras["optional-dependencies"]["dev"]}
    programs = {hook["entry"].split()[0] for hook in hooks}
    assert programs <= {f".venv/bin/{name}" for name in (*dev, "python")}
    assert {f".venv/bin/{name}" for name in ("ruff", "mypy")} <= programs


@pytest.mark.parametrize("path", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")), ids=str)
def test_issue_templates_are_forms(path: Path) -> None:
    form = yaml.safe_load(path.read_text())
    if path.name == "config.yml":
        assert form == {"blank_issues_enabled": True}
        return
    assert {"name", "description", "body"} <= set(form)
    ids = [field["id"] for field in form["body"]]
    assert len(set(ids)) == len(ids) > 0
    assert all(field["attributes"]["label"] for field in form["body"])


def test_the_licence_is_apache() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert "belong to their user without restriction" in " ".join(
        (ROOT / "README.md").read_text().split()
    )


def test_the_calls_of_the_readme_fit_their_functions() -> None:
    """Each call in the Python block of the README has arguments that its function takes."""
    text = (ROOT / "README.md").read_text().split("## Use\n")[1].split("`examples/`")[0]
    tree = ast.parse(textwrap.dedent(text))
    names: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            module = importlib.import_module(str(node.module))
            names |= {alias.name: getattr(module, alias.name) for alias in node.names}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    checked = set()
    for call in calls:
        name = ast.unparse(call.func).split(".")
        if name[0] not in names:
            continue
        function = names[name[0]] if len(name) == 1 else getattr(names[name[0]], name[1])
        keywords = {str(keyword.arg): keyword.value for keyword in call.keywords}
        inspect.signature(function).bind(*call.args, **keywords)
        checked.add(name[0])
    assert checked == set(names)
