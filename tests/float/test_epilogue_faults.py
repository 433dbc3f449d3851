"""Faults in the wiring of bias and clamp must make the cosimulation fail.

Faults inside of the modules are in tests/leaf/float_faults.py.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dwsim.derive import numbers_of
from dwsim.errors import MismatchError
from dwsim.rtlsim import failure
from dwsim.rtlsim.cosim import build_bench, run_jobs
from dwsim.rtlsim.job import Job
from dwsim.stream.epilogue_values import epilogue_of
from tests.cosim.fault import Fault
from tests.cosim.layers import layer, make_job
from tests.float.cases import FINISHED

OFMAP = "m_axis_ofmap_tdata"
STORE = ".TAG_CYCLES({})\n  ) u_float_bias_store"
TAG = numbers_of(FINISHED).timing.bias_tag_cycles


def fault(name: str, old: str, new: str, file: str = "finished.v") -> Fault:
    return Fault(name, file, old, new, OFMAP, FINISHED)


FAULTS = (
    fault("bias_early", STORE.format(TAG), STORE.format(TAG - 1)),
    fault("bias_late", STORE.format(TAG), STORE.format(TAG + 1)),
    fault("halves_swapped", "(write_word[2:1])", "({write_word[1], write_word[2]})"),
    fault("other_bank", "active_bank),\n      .weight_set", "!active_bank),\n      .weight_set"),
    fault("limits_swapped", ".act_min(act_min)", ".act_min(act_max)"),
    fault("limit_of_the_next_stream", ".act_max(act_max)", ".act_max(cfg_act_max)"),
)


def jobs() -> list[Job]:
    """Streams one after the other, with random epilogues and with other limits than the last."""
    small = layer("small", (2, 3), (1, 1), 5, channel_multiplier=2)
    mixed = [make_job(small, FINISHED, seed, "none", interleave=3) for seed in range(1, 5)]
    limits = ((-2.0, np.inf), (1.0, 1.5), (-np.inf, np.inf), (-2.0, -1.0))
    clamped = [
        replace(job, epilogue=epilogue_of(FINISHED.arithmetic, 10, None, activation))
        for job, activation in zip(mixed, limits, strict=True)
    ]
    return [make_job(small, FINISHED, 5, "none"), *clamped, *mixed]


def test_the_sound_rtl_passes() -> None:
    assert len(run_jobs(FINISHED, jobs(), simulator="icarus")) == len(jobs())


@pytest.mark.parametrize("broken", FAULTS, ids=lambda one: one.name)
def test_a_fault_is_found(broken: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failure, "FAILURES", tmp_path)
    build = build_bench(FINISHED, simulator="icarus", edit=broken.edit)
    with pytest.raises(MismatchError, match=broken.seen):
        run_jobs(FINISHED, jobs(), build=build, simulator="icarus")
