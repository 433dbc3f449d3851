"""The small builds whose geometries are all run, and the bench around them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from dwsim import EngineSpec
from dwsim.codegen.verilog import engine_verilog
from dwsim.derive import numbers_of
from dwsim.errors import ToolError
from dwsim.rtlsim.stream_replay import build_replay
from dwsim.support.processes import run_command
from tests.exhaustive import tap_parallel, tap_serial

BENCH = Path(__file__).parent / "exhaustive.cpp"
_RUN_SECONDS = 3600.0

PARALLEL = EngineSpec(
    name="all_parallel",
    lanes=2,
    kernel_h=2,
    kernel_w=2,
    ifmap_width=2,
    weight_width=2,
    max_row_pitch=4,
    max_plane_rows=4,
    max_channel_groups=2,
    max_channel_multiplier=2,
    max_interleave=2,
    max_batch=2,
)
PASSES = replace(
    PARALLEL, name="all_passes", taps_per_cycle=2, max_row_pitch=3, max_plane_rows=3, max_lead=7
)
SERIAL = EngineSpec(
    name="all_serial",
    dataflow="tap_serial",
    lanes=2,
    kernel_h=2,
    kernel_w=2,
    ifmap_width=2,
    weight_width=2,
    max_row_pitch=4,
    max_plane_rows=3,
    max_dilation_w=2,
    max_channel_groups=2,
    max_channel_multiplier=2,
    max_batch=2,
    pixels=2,
    ifmap_pixels=2,
    ofmap_pixels=2,
)
COPIED = replace(SERIAL, name="all_copied", rings="copied")
BUILDS = (PARALLEL, PASSES, SERIAL, COPIED)

Edit = Callable[[dict[str, str]], dict[str, str]]


@dataclass(frozen=True)
class Broken:
    """A promise that a stream breaks, and the registers of its geometry."""

    promise: str
    stalls: bool
    got: int
    wanted: int
    config: dict[str, int]

    def __str__(self) -> str:
        stalls = "with" if self.stalls else "without"
        said = f"{self.promise}: {self.got}, expected {self.wanted}, {stalls} stalls"
        return f"{said}, in {self.config}"


@dataclass(frozen=True)
class Figures:
    """Geometries of a build that have run, each as two streams, and the cycles of these."""

    geometries: int
    cycles: int
    beats: int

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, name) + getattr(other, name) for name in vars(self)))


def build(engine: EngineSpec, folder: Path, edit: Edit | None = None) -> Path:
    """Builds the bench around an engine."""
    files = engine_verilog(engine)
    files = files if edit is None else edit(files)
    folder.mkdir(parents=True, exist_ok=True)
    sources = []
    for name, text in files.items():
        (folder / name).write_text(text)
        sources.append(folder / name)
    header = files[f"{engine.name}.v"]
    return build_replay(engine.name, header, sources, folder / "bench", BENCH, "-O2")


def geometries(engine: EngineSpec, every: int = 1) -> Iterator[np.ndarray]:
    """The rows of the bench for each n-th geometry (of a tap-serial build: of each n-th layer)."""
    kind = tap_serial if engine.dataflow == "tap_serial" else tap_parallel
    return kind.geometries(engine, every)


def run(
    executable: Path, engine: EngineSpec, rows: np.ndarray, fault: str = ""
) -> tuple[Figures, Broken | None]:
    """Runs geometries; returns the figures and the first broken promise.

    Raises:
        ToolError: if the bench crashes.
    """
    with tempfile.TemporaryDirectory(prefix="dwsim-exhaustive-") as name:
        cases = Path(name) / "cases.bin"
        with cases.open("wb") as file:
            np.array([len(rows)], np.uint32).tofile(file)
            rows.tofile(file)
        command: list[str | Path] = [executable, cases, *([f"+{fault}"] if fault else [])]
        done = run_command(command, seconds=_RUN_SECONDS, merge_errors=True)
    lines = [line.split() for line in done.output.splitlines()]
    if done.exit_code not in (0, 1) or not lines or lines[-1][0] != "geometries":
        raise ToolError(f"{executable.name} {done.ending}: {done.tail}")
    figures = Figures(*map(int, lines[-1][1::2]))
    if done.exit_code == 0:
        return figures, None
    promise, index, stalls, got, wanted = lines[-2][1:]
    names = [field.name for field in numbers_of(engine).config_fields]
    config = dict(zip(names, rows[int(index)].tolist(), strict=False))
    return figures, Broken(promise, stalls == "1", int(got), int(wanted), config)
