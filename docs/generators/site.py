"""MkDocs hook: adds the pages and diagrams that are made from dwsim itself, in each build."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

# MkDocs loads this file by its path, so the checkout is not on the path by itself.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from docs.generators import reference, spec_reference, stage_picture, timing_diagrams


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the generated files as if they were in ``docs/``."""
    for uri, text in generated_files().items():
        files.append(File.generated(config, uri, content=text))
    return files


def generated_files() -> dict[str, str]:
    """Path below ``docs/`` to the text of each generated file."""
    diagrams = {
        f"explanation/{name}.svg": timing_diagrams.svg(name) for name in timing_diagrams.DIAGRAMS
    }
    return {
        "reference/command-line.md": reference.command_line(),
        "reference/registers.md": reference.registers("Registers"),
        "reference/serial-registers.md": reference.registers("Serial registers"),
        "reference/spec-file.md": spec_reference.spec_file(),
        "reference/words.md": reference.words(),
        "explanation/stages.svg": stage_picture.svg(),
        **diagrams,
    }
