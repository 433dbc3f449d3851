"""One job on its way through the engine in the bench: the beats to send and those received."""

from __future__ import annotations

import random

import numpy as np

from dwsim.derive import Plan
from dwsim.rtlsim.job import Job, JobResult
from dwsim.stream.layout import from_word, pack_ifmap, pack_parameters, to_word
from dwsim.stream.stalls import PROFILES, StallPattern


class JobStream:
    """The streams of one job, and how far each of them has come.

    ``noise`` gives random bits for the ports between beats. ``param`` and ``ifmap`` are the beats
    to send, as words; ``started`` is the cycle of the cfg handshake, None before it; ``result`` is
    set by ``finish``.
    """

    def __init__(self, job: Job, plan: Plan) -> None:
        spec = plan.engine
        self.job, self.plan = job, plan
        self.pattern = StallPattern(PROFILES[job.stalls], job.seed)
        self.noise = random.Random(f"{job.seed} noise").getrandbits
        self.config = plan.config | {"load": int(job.load)}
        param = _resized(pack_parameters(job.weight, plan), job.param_surplus)
        ifmap = _resized(pack_ifmap(job.ifmap, plan), job.ifmap_surplus)
        self.param = [to_word(beat, spec.weight_width) for beat in param] if job.load else []
        self.ifmap = [to_word(beat, spec.ifmap_width) for beat in ifmap]
        self.ifmap_given = 0
        self.ofmap_taken: list[int] = []
        self.keep_taken: list[int] = []
        self.transfers: list[int] = []
        self.started: int | None = None
        self.result: JobResult | None = None

    def ifmap_pause(self) -> bool:
        """Asked before each ifmap beat; counts the beat as given unless the source pauses."""
        paused = self.pattern.ifmap_pause(self.plan, self.ifmap_given, len(self.ofmap_taken))
        self.ifmap_given += not paused
        return paused

    def take_ofmap(self, beat: int, keep: int, cycle: int) -> None:
        """Notes the transfer of an ofmap beat in this cycle."""
        self.ofmap_taken.append(beat)
        self.keep_taken.append(keep)
        self.transfers.append(self._age(cycle))

    def is_due_for_reset(self, cycle: int) -> bool:
        """True if the job is to end by a reset in this cycle or has passed it."""
        reset_after = self.job.reset_after
        return (
            reset_after is not None
            and self.started is not None
            and (self._age(cycle) >= reset_after)
        )

    def finish(self, cycle: int, error: int) -> None:
        """Sets the result: the last transfer, or the reset, is in this cycle.

        Args:
            cycle: counted over all jobs.
            error: the error port after the job.
        """
        formats = self.plan.numbers.formats
        values = formats.ofmap_beat_values
        beats = [
            from_word(word, values, formats.ofmap_width, formats.ofmap_signed)
            for word in self.ofmap_taken
        ]
        age = self._age(cycle)
        self.result = JobResult(
            ofmap_beats=np.array(beats, np.int64).reshape(-1, values),
            transfers=np.array(self.transfers, np.int64),
            keep=[f"{keep:x}" for keep in self.keep_taken],
            started=cycle - age,
            cycles=age + 1,
            error=error,
        )

    def _age(self, cycle: int) -> int:
        """Cycles since the cfg handshake."""
        assert self.started is not None, "an ofmap beat came before the cfg handshake"
        return cycle - self.started


def _resized(beats: np.ndarray, surplus: int) -> np.ndarray:
    """The beats without the last ``-surplus``, or with ``surplus`` of them repeated."""
    if surplus <= 0:
        return beats[: len(beats) + surplus]
    return np.concatenate([beats, np.resize(beats, (surplus, beats.shape[1]))])
