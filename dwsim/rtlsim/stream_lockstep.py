"""The lockstep bench in C++: random streams on a Verilated engine, every port in every cycle.

``stream_lockstep.cpp`` draws episodes of streams from a pool of layers: stalls, kept parameters,
resets, streams of a wrong length, sources that stop. The ports of a tap-parallel engine are
compared with ``port_model.h`` in every cycle, those of a tap-serial engine by value and rule.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from dwsim.codegen.verilog import engine_verilog
from dwsim.errors import ToolError
from dwsim.rtlsim.lockstep_pool import PoolLayer, write_pool
from dwsim.rtlsim.stream_replay import bench_sources, build_replay
from dwsim.rtlsim.toolchain import find_verilator
from dwsim.spec.engine_spec import EngineSpec
from dwsim.support.cache import cache_root, digest, locked
from dwsim.support.processes import run_command

BENCH = "stream_lockstep"
NONE = 0xFFFFFFFF
"""The place of a tlast that never comes; the wait until the parameters have been taken."""
_OPTIMISE = "-O2"
_QUICK = "-O1"
# A C++ function of 32 lanes takes minutes to compile: its time grows faster than its length.
_SPLIT = ("--output-split", "8000")
_EXTRA_SECONDS = 600.0


@dataclass(frozen=True)
class Task:
    """One stream of an episode, as the words that C++ reads.

    ``layer`` and ``image`` are places in the pool; ``source`` and ``sink`` are the shares of
    stalls per mille, in bursts of ``burst`` cycles; ``cfg_wait`` delays the geometry by cycles, or,
    with ``NONE``, until the parameters have been taken. The streams end after ``*_sent`` beats,
    with tlast on beat ``*_last``. ``reset_after``: cycles, 0: none.
    """

    layer: int
    image: int
    load: int
    source: int
    sink: int
    burst: int
    seed: int
    cfg_wait: int
    ifmap_sent: int
    ifmap_last: int
    param_sent: int
    param_last: int
    reset_after: int


@dataclass(frozen=True)
class Episode:
    """Streams that run one after the other, from power-up on."""

    seed: int
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Difference:
    """The first port that differs, its cycle in the episode, the stream, and both values."""

    port: str
    cycle: int
    stream: int
    got: str
    wanted: str
    episode: Episode

    def __str__(self) -> str:
        place = f"cycle {self.cycle}, stream {self.stream} of {len(self.episode.tasks)}"
        return f"{self.port} is {self.got}, expected {self.wanted} (hexadecimal), in {place}"


@dataclass(frozen=True)
class StreamEnd:
    """A stream that has ended: the cycle of its cfg handshake, its cycles, and the error port.

    The cycles go from the handshake to the last ofmap transfer, both included.
    """

    started: int
    cycles: int
    error: int


@dataclass(frozen=True)
class Figures:
    """The compared cycles, and the streams in them; ``next`` is the episode to go on with."""

    cycles: int
    episodes: int
    streams: int
    resets: int
    wrong: int
    beats: int
    next: int


def build_lockstep(
    engine: EngineSpec,
    edit: Callable[[dict[str, str]], dict[str, str]] | None = None,
    quick: bool = False,
) -> Path:
    """The bench of an engine, from the cache or newly built.

    Args:
        engine: the engine.
        edit: changes the texts of the Verilog files, by file name; tests break the RTL with it.
        quick: for a short run: a wide engine is built in a tenth of the time, and runs slower.

    Raises:
        ToolError: with the end of the log, if the build fails.
    """
    files = engine_verilog(engine)
    files = files if edit is None else edit(files)
    tool = find_verilator()
    options = [_QUICK, *_SPLIT] if quick else [_OPTIMISE]
    identity = [BENCH, files, bench_sources(BENCH), options, tool.version, str(tool.executable)]
    key = digest(identity)
    final = cache_root() / "builds" / key / BENCH
    with locked(key):
        if not final.is_file():
            with tempfile.TemporaryDirectory(prefix="dwsim-lockstep-") as name:
                made = _build(engine, files, Path(name), options)
                final.parent.mkdir(parents=True, exist_ok=True)
                part = final.with_suffix(".part")
                part.write_bytes(made.read_bytes())
                part.chmod(0o755)
                part.replace(final)
    return final


def _build(engine: EngineSpec, files: dict[str, str], folder: Path, options: Sequence[str]) -> Path:
    sources = []
    for name, text in files.items():
        (folder / name).write_text(text)
        sources.append(folder / name)
    header = files[f"{engine.name}.v"]
    optimise, *extra = options
    bench = folder / "bench"
    return build_replay(engine.name, header, sources, bench, BENCH, optimise, extra)


class Lockstep:
    """An engine's bench with a pool of layers, in a folder."""

    def __init__(
        self, executable: Path, engine: EngineSpec, layers: Sequence[PoolLayer], folder: Path
    ) -> None:
        self.executable, self.engine, self.layers = executable, engine, tuple(layers)
        self._pool, self._script = folder / "pool.bin", folder / "script.bin"
        write_pool(self._pool, engine, layers)

    def random(
        self, seed: int, episode: int = 0, cycles: int = 1 << 62, seconds: float = 3600.0
    ) -> tuple[Figures, Difference | None]:
        """Runs random episodes until a limit; returns the figures and the first difference."""
        limits = ("random", seed, episode, cycles, seconds)
        return self._run(limits, seconds + _EXTRA_SECONDS)[:2]

    def episode(self, episode: Episode) -> Difference | None:
        """Runs one episode; returns its first difference."""
        return self.streams(episode)[1]

    def streams(self, episode: Episode) -> tuple[list[StreamEnd], Difference | None]:
        """Runs one episode; returns the streams that ended, and the first difference."""
        words = [episode.seed, len(episode.tasks)]
        for task in episode.tasks:
            words += astuple(task)
        np.array(words, np.uint32).tofile(self._script)
        _, difference, lines = self._run(("script", self._script), _EXTRA_SECONDS)
        ends = [StreamEnd(*map(int, line[1:])) for line in lines if line[0] == "stream"]
        return ends, difference

    def _run(
        self, arguments: tuple[object, ...], seconds: float
    ) -> tuple[Figures, Difference | None, list[list[str]]]:
        command: list[str | Path] = [self.executable, self._pool, *map(str, arguments)]
        done = run_command(command, seconds=seconds, merge_errors=True)
        lines = [line.split() for line in done.output.splitlines()]
        if done.exit_code not in (0, 1) or not lines or lines[-1][0] != "cycles":
            raise ToolError(f"{BENCH} {done.ending}: {done.tail}")
        figures = Figures(*map(int, lines[-1][1::2]))
        if done.exit_code == 0:
            return figures, None, lines
        (found,) = (line[1:] for line in lines if line[0] == "differ")
        scripts = [[int(word) for word in line[1:]] for line in lines if line[0] == "task"]
        episode = Episode(scripts[0][0], tuple(Task(*words[1:]) for words in scripts))
        port, cycle, stream, got, wanted = found
        difference = Difference(port, int(cycle), int(stream), got, wanted, episode)
        return figures, difference, lines
