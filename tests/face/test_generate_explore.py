"""``dwsim.generate`` and ``dwsim.explore``: as the commands do, and every rule."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import dwsim
from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.cli import main
from dwsim.errors import ToolError
from dwsim.exploration.space import read_space
from dwsim.spec.spec_file import read_spec

SPACE = """
networks = ["small.toml"]
[engine]
lanes = [2, 4]
kernel = [3]
[[objective]]
minimise = "cycles"
[[objective]]
minimise = "multipliers"
"""
NETWORK = "[[layer]]\nname='a'\nifmap_h=6\nifmap_w=6\nchannels=8\nkernel_h=3\nkernel_w=3\n"


def tree(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


# -- generate ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "argv"),
    [
        ({}, []),
        ({"static": ["same", "valid"]}, ["--static", "same", "valid"]),
        ({"axil": True}, ["--axil"]),
    ],
    ids=["plain", "static", "axil"],
)
def test_the_command_writes_the_same_bytes(
    options: dict[str, Any], argv: list[str], tmp_path: Path
) -> None:
    spec = read_spec("tiny")
    paths = dwsim.generate(spec.engine, spec.layers, output=tmp_path / "face", **options)
    assert main(["generate", "tiny", *argv, "-o", str(tmp_path / "command")]) == 0
    written = tree(tmp_path / "face")
    assert written == tree(tmp_path / "command")
    assert paths == sorted(tmp_path / "face" / name for name in written)


def test_a_tap_serial_engine_is_written_like_any_other(tmp_path: Path) -> None:
    layer = LayerSpec(6, 7, 5, 3, 3, stride_h=2, stride_w=2, name="strided")
    engine = EngineSpec.smallest([layer], 2, dataflow="tap_serial", pixels=3, ifmap_pixels=2)
    options: dict[str, Any] = {"static": ["strided"], "axil": True, "vectors": ["all"]}
    paths = dwsim.generate(engine, [layer], output=tmp_path, **options)
    names = {path.name for path in paths}
    tops = (engine.name, f"{engine.name}_axil", f"{engine.name}_strided")
    assert {f"{top}{end}" for top in tops for end in (".v", ".xml", "_tb.v")} <= names
    assert {"REGISTERS.md", "README.md", "strided_ofmap.hex"} <= names


def test_an_engine_needs_no_layers(tmp_path: Path) -> None:
    engine = EngineSpec(lanes=2, kernel_h=3, kernel_w=3, max_row_pitch=8, max_plane_rows=8)
    paths = dwsim.generate(engine, output=str(tmp_path / "engine"))
    assert tmp_path / "engine" / "depthwise_engine.v" in paths


def test_bad_calls_write_nothing(tmp_path: Path) -> None:
    spec = read_spec("tiny")
    tall = LayerSpec(99, 6, 2, 3, 3, name="tall")
    with pytest.raises(SpecError, match=r"layers\[0\] \(tall\): max_plane_rows"):
        dwsim.generate(spec.engine, tall, output=tmp_path / "engine")
    with pytest.raises(SpecError, match="static = 'tall'"):
        dwsim.generate(spec.engine, spec.layers, output=tmp_path / "engine", static=["tall"])
    with pytest.raises(SpecError, match="static = 'tall': "):
        dwsim.generate(spec.engine, output=tmp_path / "engine", static=["tall"])
    with pytest.raises(SpecError, match="engine = None: must be an EngineSpec"):
        dwsim.generate(None, output=tmp_path / "engine")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_directory_of_others_is_refused_without_force(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    engine = read_spec("tiny").engine
    with pytest.raises(SpecError, match=r"notes\.txt"):
        dwsim.generate(engine, output=tmp_path)
    assert tree(tmp_path) == {"notes.txt": b"mine"}
    dwsim.generate(engine, output=tmp_path, force=True)
    assert (tmp_path / "notes.txt").read_text() == "mine"


# -- explore -----------------------------------------------------------------------------------


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(NETWORK)
    path = tmp_path / "space.toml"
    path.write_text(SPACE)
    return path


def test_a_space_is_explored(space: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    found = dwsim.explore(
        space, tmp_path / "out", workers=1, progress=lambda done, total: seen.append((done, total))
    )
    engines = [found.points[name].engine for name in found.front]
    assert [engine.lanes for engine in engines] == [4, 2]
    layer = found.space.networks[0].layers[0]
    cycles = [dwsim.Plan(layer, engine).cycles for engine in engines]
    assert [values[0] for values in found.front.values()] == cycles
    assert seen[-1] == (2, 2)
    assert (tmp_path / "out" / "explore.json").is_file()
    lines = str(found).splitlines()
    assert lines[0] == "space: 2 combinations: 2 engines; 2 pairs of engine and network"
    assert [line.split()[1] for line in lines[-2:]] == ["4", "2"]


def test_a_second_call_reuses_the_first(space: Path, tmp_path: Path) -> None:
    counts = [dwsim.explore(space, workers=1).counts["reused"] for _ in range(2)]
    assert counts == [0, 2]
    assert (tmp_path / "dwsim-explore" / "space" / "explore.json").is_file()


def test_a_space_object_is_a_space(space: Path, tmp_path: Path) -> None:
    assert dwsim.explore(read_space(space), tmp_path / "out", workers=1).counts["engines"] == 2


def test_bad_explorations_are_refused(space: Path, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="not the name of a ready-made space"):
        dwsim.explore("no_such_space")
    with pytest.raises(SpecError, match="workers = 0: must be an integer of at least 1"):
        dwsim.explore(space, workers=0)
    with pytest.raises(SpecError, match="scheduler = 'tcp://a:1': must be None with workers"):
        dwsim.explore(space, workers=1, scheduler="tcp://a:1")
    assert not (tmp_path / "dwsim-explore").exists()


@pytest.mark.parametrize("package", ["pyarrow"])
def test_a_missing_package_is_named(
    package: str, space: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    for name in [name for name in sys.modules if name.startswith("dwsim.exploration.result")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "dwsim.exploration.explore", raising=False)
    with pytest.raises(ToolError, match=rf"needs {package}: python -m pip install 'dwsim\[explore"):
        dwsim.explore(space, workers=1)
