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
from tests.mutation.explanations import explanation_of
from tests.mutation.labels import label
from tests.mutation.netlist import MUTATE, Mutant, listed_mutants, make_mutants
from tests.mutation.reachability import unreachable_mutants


@dataclass(frozen=True)
class Survivor:
    """A mutant that no stream and no proof decides; ``explained`` names its reason, or is empty."""

    mutant: Mutant
    label: str
    explained: str


@dataclass(frozen=True)
class Score:
    """The figures of one build.

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
    survivors: tuple[Survivor, ...] = field(repr=False)
    killed_numbers: tuple[int, ...] = field(repr=False)

    @property
    def killed(self) -> int:
        """Mutants that differ at the ports."""
        return self.by_value + self.by_cycle

    @property
    def explained(self) -> int:
        """Survivors with an explanation; the score counts them like the others."""
        return sum(survivor.explained != "" for survivor in self.survivors)

    @property
    def alive(self) -> int:
        """Survivors without an explanation."""
        return len(self.survivors) - self.explained

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
    left = [_survivor(build, mutant, files) for mutant in alive if mutant.number not in same]
    # No proof has been found for what is explained: it would take its time again.
    tried = [survivor.mutant.number for survivor in left if not survivor.explained]
    never = unreachable_mutants(build, netlist, tried)
    return Score(
        build.name,
        count,
        kinds["value"],
        kinds["cycle"],
        len(same),
        len(never),
        replay.cycles,
        tuple(survivor for survivor in left if survivor.mutant.number not in never),
        tuple(v.mutant for v in replay.verdicts if v.kind != "survived"),
    )


def _survivor(build: Build, mutant: Mutant, files: dict[str, str]) -> Survivor:
    name = label(mutant, files)
    explanation = explanation_of(build.name, name)
    return Survivor(mutant, name, explanation.name if explanation else "")


def _built(
    build: Build, files: dict[str, str], count: int, folder: Path
) -> tuple[Path, tuple[Mutant, ...]]:
    """The bench with the mutants, and their list; a folder that has them already is used again."""
    stamp = folder / "built_from"
    identity = digest([files, count, SEED, MUTATE, *(text for _, text in bench_sources())])
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
