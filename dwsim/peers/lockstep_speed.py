"""The lockstep bench in C++ on the layers of a spec, without stalls."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

from dwsim.derive import Plan
from dwsim.errors import MismatchError
from dwsim.rtlsim.lockstep_pool import PoolLayer
from dwsim.rtlsim.port_runs import whole_task
from dwsim.rtlsim.stream_lockstep import Episode, Lockstep, build_lockstep
from dwsim.spec.spec_file import SpecFile
from dwsim.stream.random_tensors import random_layer_data

REPETITIONS = 5
"""The start of the process and the reading of the beats take a part of the time."""


def run_lockstep(spec: SpecFile, seed: int) -> tuple[int, float]:
    """The cycles of all layers and their mean time in seconds; every port is compared.

    Raises:
        MismatchError: if a port differs.
        ToolError: if the simulator is missing or crashes.
    """
    engine = replace(spec.engine, name="network")
    executable = build_lockstep(engine)
    pool, tasks = [], []
    for place, layer in enumerate(spec.layers):
        plan = Plan(layer, engine)
        ifmap, weight = random_layer_data(layer, engine, seed)
        pool.append(PoolLayer(plan, weight, (ifmap,), short=0))
        tasks.append(whole_task(place, pool[-1], seed))
    with tempfile.TemporaryDirectory(prefix="dwsim-speed-") as folder:
        bench = Lockstep(executable, engine, pool, Path(folder))
        began = time.perf_counter()
        ends, difference = bench.streams(Episode(seed, tuple(tasks * REPETITIONS)))
        seconds = time.perf_counter() - began
    if difference is not None:
        raise MismatchError(f"the lockstep bench in C++: {difference}")
    cycles = sum(end.cycles for end in ends)
    return cycles // REPETITIONS, seconds / REPETITIONS
