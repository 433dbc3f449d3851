"""The site builds without a warning, is complete, and loads nothing from the internet."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path

import pytest

import dwsim
from docs.generators import spec_reference
from docs.generators.reference import REGISTERS_OF
from dwsim.cli import parser
from dwsim.derive import numbers_of
from dwsim.host.register_map import register_map
from dwsim.spec.spec_file import read_spec
from tests.docs.runner import ROOT

ASSETS = {
    ("audio", "src"),
    ("iframe", "src"),
    ("image", "href"),
    ("image", "xlink:href"),
    ("img", "src"),
    ("img", "srcset"),
    ("link", "href"),
    ("object", "data"),
    ("script", "src"),
    ("source", "src"),
    ("use", "href"),
    ("use", "xlink:href"),
    ("video", "src"),
}
"""Attributes that make a browser load a file. A link for the reader (``a``) is none of them."""

REMOTE = re.compile(r"^\s*(https?:)?//")
REMOTE_CSS = re.compile(r"(?:url\(|@import)\s*['\"]?\s*(?:https?:)?//[^)'\"]*")
LOADED_ON_DEMAND = re.compile(r'class="[^"]*\b(?:mermaid|arithmatex|asciinema|iframe-worker)\b')
"""Contents for which the theme's script would load a library from the internet."""


class _Assets(HTMLParser):
    """Collects the remote files that a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.remote: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.remote += [
            f"<{tag} {name}={value}>"
            for name, value in attrs
            if (tag, name) in ASSETS and REMOTE.match(value or "")
        ]


def remote_assets(path: Path) -> list[str]:
    """The files from the internet that a browser loads with a file of the site."""
    text = path.read_text()
    found = REMOTE_CSS.findall(text)
    if path.suffix in (".html", ".svg"):
        assets = _Assets()
        assets.feed(text)
        found += assets.remote + LOADED_ON_DEMAND.findall(text)
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as ``make docs`` builds it."""
    directory = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(directory)]
    process = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout
    return directory


def test_the_site_loads_nothing_from_the_internet(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.suffix in (".html", ".css", ".svg")]
    assert len(files) > 10
    found = {str(path.relative_to(site)): remote_assets(path) for path in files}
    assert {name: remote for name, remote in found.items() if remote} == {}


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://unpkg.com/mermaid.js"></script>',
        '<link rel="stylesheet" href="//fonts.googleapis.com/css">',
        '<img src="http://example.org/badge.svg">',
        "<style>@import 'https://example.org/a.css';</style>",
        '<p style="background: url(https://example.org/a.png)">',
        '<pre class="mermaid">graph</pre>',
    ],
)
def test_a_remote_asset_is_found(text: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(f'<a href="https://example.org">{text}</a><img src="local.svg">')
    assert len(remote_assets(path)) == 1


def test_every_page_is_in_the_navigation(site: Path) -> None:
    index = (site / "index.html").read_text()
    pages = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    missing = [str(page) for page in pages if f'href="{page.with_suffix(".html")}"' not in index]
    assert missing == []


def test_the_python_reference_has_every_public_name(site: Path) -> None:
    page = (site / "reference" / "python.html").read_text()
    missing = [name for name in dwsim.__all__ if f'id="dwsim.{name}"' not in page]
    assert missing == []


def _commands() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command, by its name."""
    (found,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    return dict(found.choices)


def _options(command: argparse.ArgumentParser) -> list[str]:
    return [option for action in command._actions for option in action.option_strings]


def test_the_command_line_reference_has_every_command_and_option(site: Path) -> None:
    page = (site / "reference" / "command-line.html").read_text()
    for name, command in _commands().items():
        assert f'id="dwsim-{name}"' in page
        assert [option for option in _options(command) if option not in page] == []


@pytest.mark.parametrize("title", REGISTERS_OF)
def test_the_register_reference_has_every_register(title: str, site: Path) -> None:
    page = (site / "reference" / f"{title.lower().replace(' ', '-')}.html").read_text()
    registers = register_map(numbers_of(read_spec(REGISTERS_OF[title]).engine)).registers
    missing = [r.name for r in registers if f"<code>{r.name}</code>" not in page]
    assert missing == []


def test_the_spec_reference_has_every_field_and_refuses_another_set(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (site / "reference" / "spec-file.html").read_text()
    for field in (*fields(dwsim.EngineSpec), *fields(dwsim.LayerSpec)):
        assert f"<code>{field.name}</code>" in page
    monkeypatch.delitem(spec_reference.ENGINE, "max_lead")
    with pytest.raises(ValueError, match="max_lead"):
        spec_reference.spec_file()


def test_every_option_on_the_pages_exists() -> None:
    known = {option for command in _commands().values() for option in _options(command)}
    for page in (ROOT / "docs").rglob("*.md"):
        named = set(re.findall(r"`(--[a-z][a-z-]*)", page.read_text()))
        assert named <= known, f"{page.name}: {sorted(named - known)}"
