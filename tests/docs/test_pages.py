"""Every command on the documentation's pages runs, and prints the output that the page shows.

``pytest tests/docs --update-snapshots`` writes outputs that have changed into the pages.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.docs.page import Step, matches, refreshed, steps
from tests.docs.runner import ROOT, Reader, difference
from tests.needs import end_without

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
TESTED = [page for page in PAGES if steps(page)]


def page_id(page: Path) -> str:
    """explanation/engine of docs/explanation/engine.md."""
    return str(page.relative_to(DOCS).with_suffix(""))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The directory of the commands; it has the models and one example of the checkout."""
    (tmp_path / "examples").mkdir()
    example = "examples/foreign_engine"
    shutil.copytree(ROOT / example, tmp_path / example, ignore=shutil.ignore_patterns("__*"))
    (tmp_path / "tests").mkdir()
    for models in ("tflite_files", "onnx_files"):
        (tmp_path / "tests" / models).symlink_to(ROOT / "tests" / models)
    return tmp_path


@pytest.mark.parametrize("page", TESTED, ids=page_id)
def test_what_the_page_shows_is_what_it_prints(
    page: Path, directory: Path, update_snapshots: bool
) -> None:
    _need_icarus(page)
    reader = Reader(directory)
    done: list[tuple[Step, list[str]]] = []
    for step in steps(page):
        printed, code = reader.run(step)
        where = f"{page_id(page)}:{step.line}: {step.text}"
        assert code == step.exit_code, f"{where}\nexit code {code}\n" + "\n".join(printed)
        shown = step.shown or []
        if matches(shown, printed):
            continue
        assert update_snapshots, f"{where}\n{difference(shown, printed)}"
        done.append((step, refreshed(shown, printed)))
    _write_outputs(page, done)


def _need_icarus(page: Path) -> None:
    needs_icarus = any(
        step.text.startswith(("iverilog", "vvp")) or "icarus" in step.text for step in steps(page)
    )
    if needs_icarus and shutil.which("iverilog") is None:
        end_without("Icarus Verilog is not installed")


def _write_outputs(page: Path, outputs: list[tuple[Step, list[str]]]) -> None:
    """Writes outputs into the page, the last one first, so that line numbers stay right."""
    lines = page.read_text().splitlines()
    for step, printed in reversed(outputs):
        shown = step.line - 1
        if step.kind == "python" and step.shown is None:
            printed = ["", '```text title="Output"', *printed, "```"]
        lines[shown : step.end - 1] = printed
    if outputs:
        page.write_text("\n".join(lines) + "\n")
