"""Files by path, ready-made files by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from dwsim.errors import SpecError
from dwsim.support.ready_files import find_file, ready_names


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """A directory of two ready-made files, and one that is none."""
    folder = tmp_path / "ready"
    folder.mkdir()
    for name in ("b.toml", "a.toml", "c.txt"):
        (folder / name).touch()
    return folder


def find(path: Path, name: str, ready: Path) -> Path:
    return find_file(path, name, ready, kind="spec", field="SPEC")


def test_ready_names_are_sorted_and_of_toml_files_only(ready: Path) -> None:
    assert ready_names(ready) == ("a", "b")


def test_a_file_comes_before_a_ready_made_one(ready: Path, tmp_path: Path) -> None:
    assert find(tmp_path / "a", "a", ready) == ready / "a.toml"
    (tmp_path / "a").touch()
    assert find(tmp_path / "a", "a", ready) == tmp_path / "a"


@pytest.mark.parametrize(("name", "found"), [("c", "is not a file"), ("ready", "is a directory")])
def test_neither_lists_the_ready_made_names(
    name: str, found: str, ready: Path, tmp_path: Path
) -> None:
    with pytest.raises(SpecError) as caught:
        find(tmp_path / name, name, ready)
    assert str(caught.value) == (
        f"spec file:\n  SPEC = '{name}': {found}, and not the name of a ready-made spec: a, b"
    )


def test_the_closest_name_is_suggested(ready: Path, tmp_path: Path) -> None:
    (ready / "mobilenet_v1.toml").touch()
    with pytest.raises(SpecError, match=r"a, b, mobilenet_v1; did you mean mobilenet_v1\?$"):
        find(tmp_path / "mobilenet", "mobilenet", ready)
