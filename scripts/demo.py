"""`make demo`: the operator on three backends, then layers and a network through RTL."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import dwsim
from dwsim.cli import main as cli
from dwsim.codegen.readme import multipliers
from dwsim.rtlsim.cosim import build_bench, run_jobs
from dwsim.rtlsim.job import Job
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.spec_file import read_spec
from dwsim.stream.random_tensors import random_layer_data
from dwsim.support.progress import progress, waiting
from dwsim.support.text_table import Column, text_table

COLUMNS = [
    Column("layer", "layer", "text"),
    Column("stride", "stride"),
    Column("array", "array", "text"),
    Column("stalls", "stalls", "text"),
    Column("cycles", "cycles"),
    Column("law", "law, no stalls"),
    Column("ideal", "ideal"),
    Column("utilisation", "utilisation", "share"),
    Column("verdict", "", "text"),
]

TESTS = Path(__file__).resolve().parents[1] / "tests"
MODEL = TESTS / "tflite_files" / "mobilenet_v1_025_96.tflite"

DEMO_LAYERS = ("dw3", "dw4")
"""MobileNetV1's 56x56x128 layer with stride 1, and its sister with stride 2."""

SERIAL = {"lanes": 32, "dataflow": "tap_serial", "pixels": 9, "ifmap_pixels": 4}
"""The multipliers of 32 lanes of 3x3 taps."""


def documentation_example() -> None:
    """The first example in ``tf.nn.depthwise_conv2d``'s documentation, on every backend.

    It is typed as there, in float32.
    """
    ifmap = np.array([[1, 2], [3, 4], [5, 6]], np.float32).reshape(1, 3, 2, 1)
    weight = np.array([[1, 2], [3, 4]], np.float32).reshape(2, 1, 1, 2)
    print("tf.nn.depthwise_conv2d's own example in float32, VALID:")
    for backend in ("golden", "model", "rtl"):
        with waiting(f"{backend}: the first run of an engine's RTL builds a simulator"):
            ofmap = dwsim.depthwise_conv2d(ifmap, weight, [1, 1, 1, 1], "VALID", backend=backend)
        print(f"  {backend:7}{ofmap.tolist()}")


def mobilenet_layers(seed: int = 1) -> None:
    """Two MobileNetV1 layers on both arrays, without stalls and under random ones."""
    spec = read_spec("mobilenet_v1_32")
    layers = [layer for layer in spec.layers if layer.name in DEMO_LAYERS]
    parallel = replace(spec.engine, name="demo")
    serial = EngineSpec.smallest(layers, name="demo_serial", **SERIAL)
    print(
        f"\nMobileNetV1 on {parallel.multipliers} multipliers, arranged in two ways, seed {seed}:"
    )
    rows = array_rows("taps at once", parallel, layers, seed)
    rows += array_rows("taps in series", serial, layers, seed)
    rows.sort(key=lambda row: (row["stride"], row["stalls"] != "none"))
    print(text_table(COLUMNS, rows), end="")


def array_rows(
    array: str, engine: EngineSpec, layers: list[LayerSpec], seed: int
) -> list[dict[str, Any]]:
    """The layers through Verilator, in lock step with the model."""
    print(f"  {array}: {multipliers(engine)}", flush=True)
    jobs = []
    for layer in layers:
        ifmap, weight = random_layer_data(layer, engine, seed)
        jobs += [Job(layer, ifmap, weight, stalls, seed) for stalls in ("none", "both")]
    began = time.perf_counter()
    with waiting("building the simulator"):
        build = build_bench(engine)
    print(f"  the simulator was ready after {time.perf_counter() - began:.1f} s", flush=True)
    total = sum(job.plan(engine).ofmap_beats for job in jobs)
    with progress(total, "beat") as bar:
        bar.describe("comparing every signal in every cycle")
        verified = run_jobs(
            engine, jobs, build=build, progress=lambda beats: bar.show(beats, total)
        )
    return [
        {
            "layer": f"{done.job.layer.ifmap_h}x{done.job.layer.ifmap_w}x{done.job.layer.channels}",
            "stride": done.job.layer.stride_h,
            "array": array,
            "stalls": done.job.stalls,
            "cycles": done.cycles,
            "law": done.plan.cycles,
            "ideal": done.plan.ideal,
            "utilisation": done.plan.utilisation(done.cycles),
            "verdict": "RTL = model = golden",
        }
        for done in verified
    ]


def network(model: Path, lanes: int = 16) -> int:
    """Every depthwise layer of a ``.tflite`` file, against the interpreter's bytes."""
    print(f"\n{model.name} on {lanes} lanes, requantised, against the TFLite interpreter:")
    return cli(["verify", str(model), "--lanes", str(lanes), "--again"])


def main() -> int:
    """Runs all parts; mismatches raise."""
    documentation_example()
    mobilenet_layers()
    return network(MODEL)


if __name__ == "__main__":
    sys.exit(main())
