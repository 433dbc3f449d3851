"""Fabricated results in the form of ``dwsim explore``, with consistent sums.

The numbers follow no engine. What the report has to do with them is the same.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import random
from typing import Any

from dwsim.exploration.axes import ENGINE_AXES
from dwsim.exploration.report.layers_chart import LOSS_NAMES
from dwsim.exploration.results import Description, Results
from dwsim.exploration.results_schema import ACTIVITY_FIELDS
from dwsim.spec.engine_spec import EngineSpec

NETWORK_LAYERS = {
    "mobilenet_v1": 13,
    "mobilenet_v2": 17,
    "mobilenet_v3_small": 11,
    "mobilenet_v3_large": 15,
    "efficientnet_b0": 16,
    "nasnet_mobile": 112,
    "xception": 34,
    "convnext_tiny": 18,
}
TOO_LARGE = "convnext_tiny"
"""A network with a kernel that only engines of 7x7 taps can run."""

OBJECTIVES = (
    {"metric": "time_ms", "goal": "minimise", "over": "geomean"},
    {"metric": "lut", "goal": "minimise", "over": "engine"},
    {"metric": "energy_uj", "goal": "minimise", "over": "sum"},
)
_TOML = """\
[engine]
lanes = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64]
kernel = [3, 5, 7]
taps_per_cycle = ["all", "row", 1]
requantise = ["none", "double", "both"]
interleave = ["plane", "nhwc", "best"]
"""
FAILING_LANES = 48
"""Engines with this number of lanes fail."""

CUTTING_LANES = 16
"""Engines with this number of lanes cut the first layer of a network into three streams."""

MOST_DSP = 200
"""The constraint."""

_LANES = (1, 2, 4, 8, 12, 16, 24, 32, 48, 64)
_KERNELS = (3, 5, 7)
_REQUANTISE = ("none", "double", "both")
_INTERLEAVE = ("plane", "nhwc", "best")


def results(engines: int = 24, networks: int = 3, seed: int = 1) -> Results:
    """Results of a number of engines on the first of ``NETWORK_LAYERS``."""
    rng = random.Random(seed)
    names = [*list(NETWORK_LAYERS)[: networks - 1], TOO_LARGE]
    shapes = {name: [_shape(rng, i) for i in range(NETWORK_LAYERS[name])] for name in names}
    pairs: list[dict[str, Any]] = []
    layers: list[dict[str, Any]] = []
    for spec, interleave in _engines(engines, rng):
        area = _area(spec, rng)
        for name in names:
            pair, of_pair = _pair(spec, interleave, name, shapes[name], rng)
            pairs.append(pair | (area if pair["status"] != "failed" else {}))
            layers += of_pair
    _finish(pairs)
    description = _description(pairs, shapes, engines)
    if description.front:
        best = description.front[0]["engine_id"]
        description.confirmed.extend(
            {key: layer[key] for key in ("engine_id", "network", "layer", "cycles")}
            | {"rtl_cycles": layer["cycles"]}
            for layer in layers
            if layer["engine_id"] == best and layer["network"] == names[0]
        )
    return Results(pairs, layers, description)


def _engines(count: int, rng: random.Random) -> list[tuple[EngineSpec, str]]:
    points = list(itertools.product(_LANES, _KERNELS, (None, "row", 1), _REQUANTISE, _INTERLEAVE))
    rng.shuffle(points)
    made = []
    for lanes, kernel, taps, requantise, interleave in points[:count]:
        spec = EngineSpec(
            lanes=lanes,
            kernel_h=kernel,
            kernel_w=kernel,
            max_row_pitch=4096,
            max_plane_rows=256,
            taps_per_cycle=kernel if taps == "row" else taps,
            requantise=requantise,
            max_channel_groups=1024,
            max_interleave=64,
        )
        made.append((spec, interleave))
    return made


def _shape(rng: random.Random, index: int) -> dict[str, Any]:
    size = max(7, 112 >> (index // 3))
    stride = 2 if index % 3 == 2 else 1
    return {
        "index": index,
        "layer": f"block_{index}_depthwise",
        "ifmap_h": size,
        "ifmap_w": size,
        "channels": rng.choice((32, 96, 144, 240)),
        "kernel_h": 3,
        "kernel_w": 3,
        "stride_h": stride,
        "stride_w": stride,
        "dilation_h": 1,
        "dilation_w": 1,
        "channel_multiplier": 1,
    }


def engine_id(spec: EngineSpec, interleave: str) -> str:
    """A stand-in for the key of the tables."""
    return hashlib.sha256(f"{spec}{interleave}".encode()).hexdigest()[:12]


def _pair(
    spec: EngineSpec, interleave: str, network: str, shapes: list[dict], rng: random.Random
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    axes = {name: getattr(spec, name) for name in ENGINE_AXES}
    pair = {
        "engine_id": engine_id(spec, interleave),
        **axes,
        "interleave": interleave,
        "passes": spec.passes,
        "multipliers": spec.multipliers,
        "network": network,
        "status": "ok",
        "reason": "",
        "violates": "",
        "beyond_part": "",
        "on_front": False,
        "on_network_front": False,
    }
    if spec.lanes == FAILING_LANES and network != TOO_LARGE:
        return pair | {"status": "failed", "reason": "ToolError: the tool fell over"}, []
    if network == TOO_LARGE and spec.kernel_h < 7:
        reason = f"layer stage_0: kernel_h = 7: the engine has {spec.kernel_h} rows"
        return pair | {"status": "cannot_run", "reason": reason}, []
    layers = [_layer(spec, pair, shape, rng) for shape in shapes]
    cycles = sum(layer["cycles"] for layer in layers)
    macs = sum(layer["macs"] for layer in layers)
    bound = sum(layer["bound"] for layer in layers)
    return pair | {
        "layers": len(layers),
        "streams": sum(layer["streams"] for layer in layers),
        "cut_layers": sum(layer["streams"] > 1 for layer in layers),
        "macs": macs,
        "cycles": cycles,
        "interval_cycles": cycles + 20,
        "steady_cycles": bound,
        "ideal": math.ceil(macs / spec.multipliers),
        "bound": bound,
        "gemm_cycles": sum(layer["gemm_cycles"] for layer in layers),
        "input_bytes": sum(layer["input_bytes"] for layer in layers),
        "output_bytes": sum(layer["output_bytes"] for layer in layers),
        "bound_share": bound / cycles,
        "utilisation": macs / (spec.multipliers * cycles),
        "energy_uj": macs * 0.23e-6 + cycles * spec.lanes * 4e-6,
    }, layers


def _layer(
    spec: EngineSpec, pair: dict[str, Any], shape: dict[str, Any], rng: random.Random
) -> dict[str, Any]:
    pixels, stride = shape["ifmap_h"] * shape["ifmap_w"], shape["stride_h"]
    groups = math.ceil(shape["channels"] / spec.lanes)
    beats = pixels * groups
    outputs = beats // stride**2
    spent = dict.fromkeys(ACTIVITY_FIELDS, 0)
    spent["compute"] = outputs * spec.passes
    spent["fill"] = beats - outputs + shape["ifmap_w"] + 3
    spent["drain"] = rng.randint(10, 60)
    spent["input_starved"] = rng.randint(0, beats // 40)
    spent["parameters"] = groups * rng.randint(3, 9)
    cycles = sum(spent.values())
    macs = (pixels // stride**2) * shape["channels"] * 9
    losses = dict.fromkeys(LOSS_NAMES, 0)
    losses["loss_useful"] = macs
    losses["loss_fill"] = (shape["ifmap_w"] + 3) * spec.multipliers
    losses["loss_drain"] = spent["drain"] * spec.multipliers
    losses["loss_input_bound"] = cycles * spec.multipliers - sum(losses.values())
    return {
        **{key: pair[key] for key in ("engine_id", "network")},
        **shape,
        **spent,
        "interleave": groups if pair["interleave"] == "nhwc" else 1,
        "streams": 3 if spec.lanes == CUTTING_LANES and shape["index"] == 0 else 1,
        "start_cycle": 0,
        "cycles": cycles,
        "wait_cycles": 0,
        "steady_cycles": max(beats, outputs * spec.passes),
        "ideal": math.ceil(macs / spec.multipliers),
        "bound": max(beats, outputs * spec.passes),
        **losses,
        "gemm_cycles": 20 * cycles,
        "input_bytes": float(beats * spec.lanes + groups * 9 * spec.lanes),
        "param_bytes": float(groups * 9 * spec.lanes),
        "output_bytes": float(outputs * spec.lanes),
        "intensity": macs / (spec.lanes * (beats + groups * 9 + outputs)),
        "utilisation": macs / (spec.multipliers * cycles),
        "macs": macs,
        "param_beats": groups * 9,
    }


def _area(spec: EngineSpec, rng: random.Random) -> dict[str, Any]:
    multipliers = spec.multipliers
    requantise = {"none": 0, "double": 180, "both": 230}[spec.requantise] * spec.lanes
    return {
        "fmax_mhz": 262 - 7.5 * math.log2(multipliers) - rng.random() * 12,
        "lut": round(620 + 38 * multipliers + requantise + rng.randint(0, 90)),
        "ff": round(540 + 61 * multipliers + requantise),
        "dsp": multipliers + (spec.lanes if spec.requantise != "none" else 0),
        "bram": math.ceil(spec.lanes * spec.kernel_h / 2),
        "area_source": "estimate",
        "line_buffer_bytes": spec.lanes * (spec.kernel_h - 1) * 226.0,
        "weight_bytes": spec.lanes * spec.kernel_h * spec.kernel_w * 128.0,
        "fifo_bytes": spec.lanes * 32 * 3.0,
        "buffer_bytes": spec.lanes * ((spec.kernel_h - 1) * 226.0 + 96 + 1152),
        "input_bytes_per_cycle": float(spec.lanes),
        "param_bytes_per_cycle": float(spec.lanes),
        "output_bytes_per_cycle": float(spec.lanes * (1 if spec.requantise != "none" else 3)),
    }


def _finish(pairs: list[dict[str, Any]]) -> None:
    """The columns that need the clock, the constraint, and the fronts."""
    for pair in pairs:
        if pair["status"] != "ok":
            continue
        pair["time_ms"] = pair["cycles"] / pair["fmax_mhz"] / 1000
        pair["inferences_per_s"] = 1e6 * pair["fmax_mhz"] / pair["interval_cycles"]
        pair["violates"] = f"dsp at most {MOST_DSP}" if pair["dsp"] > MOST_DSP else ""
    for name in {pair["network"] for pair in pairs}:
        mine = [p for p in pairs if p["network"] == name and p["status"] == "ok"]
        for pair in mine:
            pair["on_network_front"] = not pair["violates"] and not any(
                _beats(other, pair) for other in mine if not other["violates"]
            )
    best = {pair["engine_id"] for pair in pairs if pair["on_network_front"]}
    whole = {pair["engine_id"] for pair in pairs if pair["status"] != "ok"}
    for pair in pairs:
        pair["on_front"] = pair["engine_id"] in best - whole


def _beats(a: dict[str, Any], b: dict[str, Any]) -> bool:
    keys = [objective["metric"] for objective in OBJECTIVES]
    return all(a[k] <= b[k] for k in keys) and any(a[k] < b[k] for k in keys)


def _description(pairs: list[dict], shapes: dict[str, list], engines: int) -> Description:
    ids = dict.fromkeys(pair["engine_id"] for pair in pairs if pair["on_front"])
    front = [{"engine_id": i, "values": [1.0, 2.0, 3.0]} for i in ids]
    return Description(
        space="made_up",
        toml=_TOML,
        networks={
            name: {"layers": len(rows), "macs": 10**6, "source": "made up"}
            for name, rows in shapes.items()
        },
        objectives=[dict(objective) for objective in OBJECTIVES],
        constraints=[{"metric": "dsp", "min": None, "max": MOST_DSP}],
        front=front,
        network_fronts={
            name: [p["engine_id"] for p in pairs if p["network"] == name and p["on_network_front"]]
            for name in shapes
        },
        counts={
            "combinations": engines + 1,
            "samples": 0,
            "refused": 1,
            "duplicates": 0,
            "engines": engines,
            "reused": 0,
            "failed": 0,
        },
        refused=[
            {"axes": {"taps_per_cycle": 4}, "reason": "taps_per_cycle = 4: must be at most 3"}
        ],
        failed=[
            {"engine_id": pair["engine_id"], "network": pair["network"], "traceback": "f.txt"}
            for pair in pairs
            if pair["status"] == "failed"
        ],
        area={
            "source": "estimate",
            "target": "ecp5",
            "note": "area and clock: made up, LUT within 6.0%",
            "held_out_error": {"tap_parallel": {"lut": 0.06, "engines": 6}},
        },
        energy={"source": "made up"},
        search={"method": "enumerate"},
        versions={"dwsim": "0"},
    )
