"""`make bench`: both arrays by the law, and the time of models, RTL and SCALE-Sim, in one run."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dwsim.derive import Plan
from dwsim.errors import DwsimError
from dwsim.fast.fast_run import run_layer as run_fast
from dwsim.model.layer_run import run_layer as run_steppable
from dwsim.peers import scalesim
from dwsim.peers.arrays import array_table
from dwsim.peers.image_rates import rate_table
from dwsim.peers.lockstep_speed import run_lockstep
from dwsim.peers.two_arrays import BUILD, every_network, print_arrays
from dwsim.rtlsim.cosim import Verified, build_bench, run_jobs
from dwsim.rtlsim.job import Job
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.spec_file import SpecFile, read_spec
from dwsim.stream.random_quantisation import random_quantisation
from dwsim.stream.random_tensors import random_layer_data
from dwsim.stream.stalls import PROFILES, StallPattern
from dwsim.support.number_format import count_text, seconds_text, share_text
from dwsim.support.text_table import Column, text_table

NETWORK = "mobilenet_v1_32"
STALLS = "both"
REPETITIONS = 15
"""Runs of the fast model; the other ways take seconds and run once."""

LAYER_COLUMNS = [
    Column("layer", "layer", "text"),
    Column("ifmap", "ifmap", "text"),
    Column("stride", "stride"),
    Column("cycles", "RTL cycles"),
    Column("law", "law"),
    Column("ideal", "ideal"),
    Column("bound", "bound"),
    Column("share", "bound/cycles", "share"),
    Column("utilisation", "utilisation", "share"),
]

SPEED_COLUMNS = [
    Column("what", "", "text"),
    Column("cycles", "cycles"),
    Column("time", "time", "text"),
    Column("rate", "cycles/s"),
    Column("ratio", "times the first", "text"),
]


@dataclass(frozen=True)
class Timing:
    """The time that one way takes for all layers, and the cycles that it finds."""

    what: str
    cycles: int
    seconds: float

    @property
    def rate(self) -> int:
        """Simulated cycles per second."""
        return round(self.cycles / self.seconds)


def median_of(what: str, work: Callable[[], int], repetitions: int = REPETITIONS) -> Timing:
    """The median time of ``work``, which returns its cycles; the first run is not timed."""
    cycles = work()
    seconds = []
    for _ in range(repetitions):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return Timing(what, cycles, statistics.median(seconds))


# -- the ways ----------------------------------------------------------------------------------


def time_fast(spec: SpecFile, seed: int) -> Iterator[Timing]:
    """The fast model: cycles only, the cycle of every output, with values, and with stalls."""
    engine, layers = spec.engine, spec.layers

    def cycles() -> int:
        return sum(run_fast(Plan(layer, engine)).cycles for layer in layers)

    def ofmap_cycles() -> int:
        return sum(int(run_fast(Plan(layer, engine)).ofmap_cycles[-1]) + 1 for layer in layers)

    def stalled() -> int:
        return sum(
            run_fast(
                Plan(layer, engine), stalls=StallPattern(PROFILES[STALLS], seed + index)
            ).cycles
            for index, layer in enumerate(layers)
        )

    yield median_of("fast model: cycles by activity", cycles)
    yield median_of("fast model: the cycle of every output", ofmap_cycles)
    yield time_values("fast model: with raw values", spec, "none", seed)
    yield time_values("fast model: with int8 values", spec, "both", seed)
    yield median_of(f"fast model: stalls {STALLS}", stalled)


def time_serial(spec: SpecFile, seed: int) -> Iterator[Timing]:
    """The fast model of a build with taps in series on the same layers."""
    engine = EngineSpec.smallest(spec.layers, name="serial", **BUILD)
    serial = replace(spec, engine=engine)

    def cycles() -> int:
        return sum(run_fast(Plan(layer, engine)).cycles for layer in spec.layers)

    yield median_of("fast model, taps in series: cycles by activity", cycles)
    for values, requantise in (("raw", "none"), ("int8", "both")):
        what = f"fast model, taps in series: with {values} values"
        yield time_values(what, serial, requantise, seed)


def time_values(what: str, spec: SpecFile, requantise: str, seed: int) -> Timing:
    """The fast model with seeded data, made before the timed part."""
    engine = replace(spec.engine, requantise=requantise)
    jobs = [
        (layer, random_quantisation(layer, engine, seed), random_layer_data(layer, engine, seed))
        for layer in spec.layers
    ]

    def work() -> int:
        return sum(
            run_fast(Plan(layer, engine, quantisation), *data).cycles
            for layer, quantisation, data in jobs
        )

    return median_of(what, work)


def time_steppable(spec: SpecFile, seed: int) -> Timing:
    """The steppable model, once."""
    plans = [Plan(layer, spec.engine) for layer in spec.layers]
    data = [random_layer_data(layer, spec.engine, seed) for layer in spec.layers]
    began = time.perf_counter()
    cycles = sum(
        run_steppable(plan, *tensors).cycles for plan, tensors in zip(plans, data, strict=True)
    )
    return Timing("steppable model", cycles, time.perf_counter() - began)


def time_rtl(spec: SpecFile, seed: int) -> Timing:
    """Every layer through RTL in lock step, once, without stalls; prints a table of the layers."""
    engine = replace(spec.engine, name="network")
    jobs = [Job(layer, *random_layer_data(layer, engine, seed), seed=seed) for layer in spec.layers]
    build = build_bench(engine)
    began = time.perf_counter()
    verified = run_jobs(engine, jobs, build=build)
    seconds = time.perf_counter() - began
    cycles = sum(done.cycles for done in verified)
    bound = sum(done.plan.bound for done in verified)
    total = {
        "layer": "all",
        "cycles": cycles,
        "law": sum(done.plan.cycles for done in verified),
        "ideal": sum(done.plan.ideal for done in verified),
        "bound": bound,
        "share": bound / cycles,
        "utilisation": sum(layer.macs for layer in spec.layers) / (engine.multipliers * cycles),
    }
    print(f"The layers on {engine.lanes} lanes, RTL = model = golden:\n")
    print(text_table(LAYER_COLUMNS, [_layer_row(done) for done in verified], total))
    return Timing("Verilator with cocotb, in lock step", cycles, seconds)


def time_lockstep(spec: SpecFile, seed: int) -> Timing:
    """Every layer through RTL in C++, every port compared in every cycle."""
    return Timing("Verilator with C++, every port", *run_lockstep(spec, seed))


def _layer_row(done: Verified) -> dict[str, Any]:
    layer, plan = done.job.layer, done.plan
    return {
        "layer": layer.name,
        "ifmap": f"{layer.ifmap_h}x{layer.ifmap_w}x{layer.channels}",
        "stride": layer.stride_h,
        "cycles": done.cycles,
        "law": plan.cycles,
        "ideal": plan.ideal,
        "bound": plan.bound,
        "share": plan.bound / done.cycles,
        "utilisation": plan.utilisation(done.cycles),
    }


def time_scalesim(spec: SpecFile, seed: int) -> Timing:
    """SCALE-Sim 3, once, on an array with the same number of multipliers; prints its result."""
    engine = spec.engine
    run = scalesim.run(spec.layers, engine.kernel_h * engine.kernel_w, engine.lanes)
    print(
        f"SCALE-Sim {scalesim.VERSION}, {run.array}: {count_text(run.cycles)} cycles, utilisation"
        f" {share_text(run.utilisation)}. A depthwise channel fills one column.\n"
    )
    return Timing(f"SCALE-Sim {scalesim.VERSION}", run.cycles, run.seconds)


PEERS: dict[str, Callable[[SpecFile, int], Timing]] = {
    "steppable": time_steppable,
    "rtl": time_rtl,
    "lockstep": time_lockstep,
    "scalesim": time_scalesim,
}
"""The ways that take seconds to minutes, by the name for ``--without``."""


ARRAYS = "arrays"
"""The name of the comparison of both arrays by the law, for ``--without``."""


def speed_table(timings: Sequence[Timing]) -> str:
    """A table of the timings, with their ratios to the first."""
    rows = [
        {
            "what": timing.what,
            "cycles": timing.cycles,
            "time": seconds_text(timing.seconds),
            "rate": timing.rate,
            "ratio": _ratio(timing.seconds / timings[0].seconds),
        }
        for timing in timings
    ]
    return text_table(SPEED_COLUMNS, rows)


def _ratio(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio < 10 else count_text(round(ratio))


def main(argv: Sequence[str] | None = None) -> int:
    """Measures and prints the tables; returns the exit code."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "--without",
        action="append",
        choices=(*PEERS, ARRAYS),
        default=[],
        help="leave this one out",
    )
    parser.add_argument("--spec", default=NETWORK, help=f"a spec with layers (default: {NETWORK})")
    parser.add_argument("--seed", type=int, default=1, help="seed of data and stalls (default: 1)")
    arguments = parser.parse_args(argv)
    failures: list[DwsimError] = []
    try:
        spec = read_spec(arguments.spec)
        timings = [*time_fast(spec, arguments.seed), *time_serial(spec, arguments.seed)]
    except DwsimError as error:
        print(f"bench: error: {error}", file=sys.stderr)
        return 2
    if ARRAYS not in arguments.without:
        print_arrays()
        print(f"Images per second by the law:\n\n{rate_table(every_network())}")
    for name, peer in PEERS.items():
        if name not in arguments.without:
            timings += _of_peer(peer, spec, arguments.seed, failures)
    print("The layers on three arrays with the same multipliers, without stalls:\n")
    print(array_table(spec.layers, spec.engine))
    shape = f"{len(spec.layers)} layers, {spec.engine.lanes} lanes"
    print(f"Speed on {shape}, all in this run (ratios differ less between machines):\n")
    print(speed_table(timings))
    print(
        f"Times in ms are medians of {REPETITIONS} runs, times in s single runs. Builds, imports"
        " and the creation of random data are not timed."
    )
    for failure in failures:
        print(f"bench: error: {failure}", file=sys.stderr)
    return 2 if failures else 0


def _of_peer(
    peer: Callable[[SpecFile, int], Timing], spec: SpecFile, seed: int, failures: list[DwsimError]
) -> list[Timing]:
    """The timing of a peer; if it fails, nothing, so that the other timings are still printed."""
    try:
        return [peer(spec, seed)]
    except DwsimError as error:
        failures.append(error)
        return []
