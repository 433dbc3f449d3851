"""Runs the mutants of a build: a recorded regression, replayed, and a proof for the survivors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dwsim.golden.ofmap import golden_ofmap
from dwsim.rtlsim.job import Job
from dwsim.rtlsim.stream_replay import Replay, bench_sources, build_replay, run_replay
from dwsim.spec.engine_spec import EngineSpec
from dwsim.stream.layout import from_word, unpack_ofmap
from dwsim.support.cache import digest
from tests.mutation.builds import SEED, Build
from tests.mutation.equivalence import equivalent_mutants
from tests.mutation.netlist import Mutant, listed_mutants, make_mutants
from tests.mutation.reachability import unreachable_mutants


@dataclass(frozen=True)
class Score:
    """The figures of one build. ``survivors`` are the mutants that nothing explains yet.

    ``equivalent`` mutants are the same in every state, ``unreachable`` ones in every state that an
    engine can reach.
    """

    build: str
    mutants: int
    by_value: int
    by_cycle: int
    equivalent: int
    unreachable: int
    cycles: int
    survivors: tuple[Mutant, ...] = field(repr=False)
    killed_numbers: tuple[int, ...] = field(repr=False)

    @property
    def killed(self) -> int:
        """Mutants that differ at the ports."""
        return self.by_value + self.by_cycle

    @property
    def share(self) -> float:
        """Killed mutants among those that no proof excludes, in percent."""
        return 100 * self.killed / (self.mutants - self.equivalent - self.unreachable)


def score(build: Build, count: int, folder: Path) -> Score:
    """The score of ``count`` mutants of a build; ``folder`` gets the files.

    Raises:
        AssertionError: if the sound engine does not compute golden's values.
        ToolError: if a tool fails.
    """
    files, jobs = build.files(), build.jobs()
    executable, mutants = _built(build, files, count, folder)
    replay = run_replay(
        executable,
        build.engine,
        jobs,
        folder,
        bus=build.bus(),
        mutants=(1, count),
        has_config=not build.axil,
    )
    check_values(build.engine, jobs, replay)
    kinds = Counter(verdict.kind for verdict in replay.verdicts)
    alive = [mutants[v.mutant - 1] for v in replay.verdicts if v.kind == "survived"]
    netlist, numbers = folder / "netlist", [mutant.number for mutant in alive]
    same = equivalent_mutants(build.top, netlist, numbers)
    never = unreachable_mutants(build, netlist, [n for n in numbers if n not in same])
    return Score(
        build.name,
        count,
        kinds["value"],
        kinds["cycle"],
        len(same),
        len(never),
        replay.cycles,
        tuple(mutant for mutant in alive if mutant.number not in same | never),
        tuple(v.mutant for v in replay.verdicts if v.kind != "survived"),
    )


def _built(
    build: Build, files: dict[str, str], count: int, folder: Path
) -> tuple[Path, tuple[Mutant, ...]]:
    """The bench with the mutants, and their list; a folder that has them already is used again."""
    stamp = folder / "built_from"
    identity = digest([files, count, SEED, *(text for _, text in bench_sources())])
    executable, netlist = folder / "bench" / "obj" / "stream_replay", folder / "netlist"
    if stamp.is_file() and stamp.read_text() == identity:
        return executable, listed_mutants(netlist)
    mutated, mutants = make_mutants(build.top, files, count, SEED, netlist)
    build_replay(build.top, files[f"{build.top}.v"], [mutated], folder / "bench")
    stamp.write_text(identity)
    return executable, mutants


def check_values(engine: EngineSpec, jobs: Sequence[Job], replay: Replay) -> None:
    """The recorded ofmaps of all regular jobs are golden's."""
    weight_of = jobs[0]
    for index, job in enumerate(jobs):
        weight_of = job if job.load else weight_of
        if not job.is_regular:
            continue
        plan = job.plan(engine)
        formats = plan.numbers.formats
        words = replay.ofmaps.get(index, [])
        beats = [
            from_word(word, formats.ofmap_beat_values, formats.ofmap_width, formats.ofmap_signed)
            for word in words
        ]
        assert len(beats) == plan.ofmap_beats, f"job {index}: {job}"
        got = unpack_ofmap(np.array(beats, np.int64), plan)
        wanted = golden_ofmap(job.ifmap, weight_of.weight, job.layer, weight_of.quantisation)
        assert np.array_equal(got, wanted), f"job {index}: {job}"
