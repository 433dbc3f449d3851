"""`make bench`: cycles of a network against the bound, and the speed of the models."""

from __future__ import annotations

import time
from dataclasses import replace

from dwsim.data import random_layer_data
from dwsim.derive import Plan
from dwsim.model.run import run_layer
from dwsim.report import Column, text_table
from dwsim.rtlsim.cosim import build_bench, run_jobs
from dwsim.rtlsim.job import Job
from dwsim.spec.files import SpecFile, read_spec

LAYER_COLUMNS = [
    Column("layer", "layer", "text"),
    Column("ifmap", "ifmap", "text"),
    Column("stride", "stride"),
    Column("cycles", "RTL cycles"),
    Column("law", "law"),
    Column("bound", "bound"),
    Column("share", "bound/cycles", "share"),
    Column("utilisation", "utilisation", "share"),
]

SPEED_COLUMNS = [
    Column("what", "", "text"),
    Column("cycles", "cycles"),
    Column("rate", "cycles/s"),
    Column("ratio", "ratio", "text"),
]


def network_table(spec: SpecFile, seed: int = 1) -> float:
    """Every layer of a spec through RTL in lock step, without stalls; prints the table.

    Returns the wall time of the simulation in seconds.
    """
    engine = replace(spec.engine, name="network")
    jobs = [Job(layer, *random_layer_data(layer, engine, seed), seed=seed) for layer in spec.layers]
    build = build_bench(engine)
    began = time.perf_counter()
    verified = run_jobs(engine, jobs, build=build)
    took = time.perf_counter() - began
    rows = []
    for done in verified:
        layer, plan = done.job.layer, done.plan
        rows.append(
            {
                "layer": layer.name,
                "ifmap": f"{layer.ifmap_h}x{layer.ifmap_w}x{layer.channels}",
                "stride": layer.stride_h,
                "cycles": done.cycles,
                "law": plan.cycles,
                "bound": plan.bound,
                "share": plan.bound / done.cycles,
                "utilisation": plan.utilisation(done.cycles),
            }
        )
    total = {key: sum(row[key] for row in rows) for key in ("cycles", "law", "bound")}
    total["share"] = total["bound"] / total["cycles"]
    macs = sum(layer.macs for layer in spec.layers)
    total |= {"layer": "all", "utilisation": macs / (engine.multipliers * total["cycles"])}
    print(text_table(LAYER_COLUMNS, rows, total))
    return took


def speed_table(spec: SpecFile, seed: int = 1) -> None:
    """Model alone and RTL in lock step with it, in turn on the same layers; prints ratios."""
    engine = replace(spec.engine, name="network")
    layers = [layer for layer in spec.layers if layer.ifmap_h <= 28][:3]
    build = build_bench(engine)
    cycles = sum(Plan(layer, engine).cycles for layer in layers)
    model_time = cosim_time = 0.0
    for layer in layers:
        data = random_layer_data(layer, engine, seed)
        began = time.perf_counter()
        run_layer(Plan(layer, engine), *data)
        model_time += time.perf_counter() - began
        began = time.perf_counter()
        run_jobs(engine, [Job(layer, *data, seed=seed)], build=build)
        cosim_time += time.perf_counter() - began
    rows = [
        {"what": "cycle model", "cycles": cycles, "rate": round(cycles / model_time)},
        {"what": "RTL in lock step", "cycles": cycles, "rate": round(cycles / cosim_time)},
    ]
    for row in rows:
        row["ratio"] = f"{row['rate'] / rows[1]['rate']:.1f}"
    print(text_table(SPEED_COLUMNS, rows))


def main() -> int:
    """Prints both tables."""
    spec = read_spec("mobilenet_v1_32")
    print(f"MobileNetV1's depthwise layers on {spec.engine.lanes} lanes, RTL = model = golden:\n")
    network_table(spec)
    print("Speed of the models, side by side in this run (rates differ between machines):\n")
    speed_table(spec)
    return 0
