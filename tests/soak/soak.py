"""The soak: build after build, pool after pool, until the time is up or something differs."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from dwsim import EngineSpec
from dwsim.errors import MismatchError
from dwsim.rtlsim.cosim import build_bench, run_jobs
from dwsim.rtlsim.stream_lockstep import Difference, Figures, Lockstep, build_lockstep
from dwsim.support.cache import digest
from tests.soak import draw
from tests.soak.keep import Edit, keep, shows_in_cocotb
from tests.soak.reduce import Reducer

POOLS = 2
"""Pools of a build."""
POOL_SECONDS = 15.0
LOCKSTEP_JOBS = 160
"""Jobs of a tap-serial build that run in cocotb, in lock step with the model."""


@dataclass(frozen=True)
class State:
    """The place of a soak, and its figures so far; ``build`` and ``pool`` come next."""

    seed: int
    build: int = 0
    pool: int = 0
    ports: int = 0
    """Cycles in which every port of a tap-parallel engine was compared."""
    values: int = 0
    """Cycles in which the beats of a tap-serial engine and the rules of its ports were compared."""
    lockstep: int = 0
    """Cycles in which every signal of a tap-serial engine was compared with its model."""
    streams: int = 0
    resets: int = 0
    wrong: int = 0
    beats: int = 0
    pools: int = 0

    def __str__(self) -> str:
        cycles = self.ports + self.values + self.lockstep
        return (
            f"soak: seed {self.seed}, build {self.build}, pool {self.pool}: {cycles:,} cycles"
            f" ({self.ports:,} every port, {self.values:,} values and rules, {self.lockstep:,} in"
            f" lock step), {self.streams:,} streams, {self.resets:,} resets, {self.wrong:,} of a"
            " wrong length"
        )


def read_state(path: Path, seed: int) -> State:
    """The state to go on with: that of the file if it has the seed, or a new one."""
    if path.is_file():
        state = State(**json.loads(path.read_text()))
        if state.seed == seed:
            return state
    return State(seed)


def write_state(path: Path, state: State) -> None:
    """Replaces the file in one step, so that a run can be killed at any time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(state), indent=1) + "\n")
    part.replace(path)


class Soak:
    """One run of the soak.

    ``edit`` puts a fault into the Verilog of every build; ``show`` gets each line of state;
    ``simulator`` repeats failures in cocotb.
    """

    def __init__(
        self,
        state: State,
        show: Callable[[str], None],
        edit: Edit | None = None,
        simulator: str = "verilator",
    ) -> None:
        self.state, self.show, self.edit, self.simulator = state, show, edit, simulator
        self.failure = ""

    def run(self, until: float, keep_state: Callable[[State], None]) -> bool:
        """Runs until a moment of ``time.monotonic``; true if nothing differs."""
        while time.monotonic() < until:
            state = self.state
            engine = draw.build(state.seed, state.build)
            self.show(f"{state}; building {describe(engine)}")
            executable = build_lockstep(engine, self.edit)
            seconds = min(POOL_SECONDS, max(until - time.monotonic(), 1.0))
            if not self._run_pool(engine, executable, seconds):
                return False
            if engine.dataflow == "tap_serial" and state.pool == 0 and not self._lockstep(engine):
                return False
            keep_state(self.state)
        return True

    def _run_pool(self, engine: EngineSpec, executable: Path, seconds: float) -> bool:
        state = self.state
        layers = draw.pool(engine, state.seed, state.pool)
        with tempfile.TemporaryDirectory(prefix="dwsim-soak-") as name:
            bench = Lockstep(executable, engine, layers, Path(name))
            seed = 1 + int(digest([state.seed, state.build, state.pool])[:6], 16) % 4000
            figures, difference = bench.random(seed, seconds=seconds)
            self._count(engine, figures)
            self.show(str(self.state))
            if difference is None:
                return True
            self.failure = self._reduced(bench, difference, Path(name))
            return False

    def _count(self, engine: EngineSpec, figures: Figures) -> None:
        state = self.state
        ends = state.pool + 1 == POOLS
        serial = engine.dataflow == "tap_serial"
        self.state = replace(
            state,
            build=state.build + ends,
            pool=0 if ends else state.pool + 1,
            ports=state.ports + (0 if serial else figures.cycles),
            values=state.values + (figures.cycles if serial else 0),
            streams=state.streams + figures.streams,
            resets=state.resets + figures.resets,
            wrong=state.wrong + figures.wrong,
            beats=state.beats + figures.beats,
            pools=state.pools + 1,
        )

    def _reduced(self, bench: Lockstep, difference: Difference, folder: Path) -> str:
        """Reduces and keeps a failure; returns the report."""
        engine = bench.engine
        self.show(f"{self.state}; reducing: {difference}")
        reducer = Reducer(bench.executable, folder)
        case = reducer.reduce(bench.layers, difference)
        kept = keep(case, engine)
        lines = [
            f"soak: {describe(engine)}",
            f"found: {difference}",
            f"reduced in {reducer.runs} runs from {len(difference.episode.tasks)} streams to"
            f" {len(case.tasks)} of {case.size} beats: {case.difference}",
            *(
                f"  {task}\n    {layer.plan.layer}"
                for task, layer in zip(case.tasks, case.layers, strict=True)
            ),
            f"replay: python -m tests.soak --replay {kept}",
        ]
        if shows_in_cocotb(case, engine, self.edit, self.simulator):
            lines.append(f"replay with a waveform: dwsim replay {kept} --waves {kept}/waves.fst")
        else:
            lines.append("the lock step with cocotb, whose stalls differ, does not show it")
        return "\n".join(lines)

    def _lockstep(self, engine: EngineSpec) -> bool:
        jobs = draw.serial_jobs(engine, self.state.seed, LOCKSTEP_JOBS)
        build = build_bench(engine, simulator=self.simulator, edit=self.edit)
        try:
            done = run_jobs(engine, jobs, build=build, simulator=self.simulator)
        except MismatchError as error:
            self.failure = f"soak: {describe(engine)}:\n{error}"
            return False
        cycles = max(one.started + one.cycles for one in done)
        streams = self.state.streams + len(done)
        self.state = replace(self.state, lockstep=self.state.lockstep + cycles, streams=streams)
        return True


def describe(engine: EngineSpec) -> str:
    """An engine in a line: the fields that are not the default."""
    default = EngineSpec(1, 1, 1, 1, 1)
    changed = {k: v for k, v in asdict(engine).items() if v != getattr(default, k)}
    return f"{changed.pop('name')}: " + ", ".join(f"{k} {v}" for k, v in changed.items())
