"""A sample of the exhaustive run, the completeness of its lists, and faults that it finds."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dwsim import EngineSpec
from dwsim.derive import EngineNumbers
from tests.exhaustive import tap_parallel, tap_serial
from tests.exhaustive.__main__ import RECORD
from tests.exhaustive.builds import (
    BUILDS,
    COPIED,
    PARALLEL,
    PASSES,
    SERIAL,
    build,
    geometries,
    run,
)
from tests.host.layers import first_broken
from tests.host.serial_rules import first_broken as first_broken_serial

EVERY = {PARALLEL: 101, SERIAL: 211, COPIED: 211}
"""Primes, so that the sample does not repeat the values of a register."""
FAULTS = {
    PARALLEL: {
        "count_one_short": ("dw_countdown", "left} == 2", "left} == (@ ? 3 : 2)"),
        "longest_row_never_ends": (
            "dw_raster_axis",
            "({1'b0, left} == 2)",
            "({1'b0, left} == 2 && !(@ && pitch == 4))",
        ),
        "credit_lost": ("dw_credit", "(take && !give)", "(take && (@ || !give))"),
        "marks_of_old_streams": (
            "dw_plane_marker",
            "line_filled <= 1'b0",
            "line_filled <= @",
        ),
        "idle_too_early": ("dw_control", "(drain_left == 0)", "(@ || drain_left == 0)"),
    },
    SERIAL: {
        "sums_leave_late": ("dw_sequencer", "drain_left} <= 2)", "drain_left} <= (@ ? 1 : 2))"),
        "credit_of_empty_cells_lost": (
            "dw_pixel_credit",
            "returned <= empty_count;",
            "returned <= @ ? {TAKE_W{1'b0}} : empty_count;",
        ),
        "one_plane_too_few": (
            "dw_ring_writer",
            "final_plane <= (planes == 1);",
            "final_plane <= (planes == (@ ? 2 : 1));",
        ),
    },
    COPIED: {
        "never_released": ("dw_release", "if (frees)", "if (frees && !@)"),
        "segment_forgotten": (
            "dw_segment_ready",
            "!next_accepts || next_completes",
            "!next_accepts || (next_completes && !@)",
        ),
    },
}
"""In a module, the first text becomes the second; ``@``: the fault is switched on."""

ENGINES = pytest.mark.parametrize("engine", FAULTS, ids=lambda engine: engine.name)


def _with_faults(files: dict[str, str], engine: EngineSpec) -> dict[str, str]:
    """The Verilog with every fault in it; an argument of the simulation switches one on."""
    files = dict(files)
    for name, (module, old, new) in FAULTS[engine].items():
        head, end, body = files[f"{module}.v"].partition("\n);\n")
        assert body.count(old) == 1, f"{name}: {body.count(old)} places"
        switch = f'\n  reg {name};\n  initial {name} = $test$plusargs("{name}");\n'
        files[f"{module}.v"] = head + end + switch + body.replace(old, new.replace("@", name))
    return files


@pytest.fixture(scope="module")
def executables(tmp_path_factory: pytest.TempPathFactory) -> dict[EngineSpec, Path]:
    folder = tmp_path_factory.mktemp("exhaustive")
    return {
        engine: build(engine, folder / engine.name, lambda files, e=engine: _with_faults(files, e))
        for engine in FAULTS
    }


@ENGINES
def test_a_sample_ends_in_the_cycles_of_the_law(
    engine: EngineSpec, executables: dict[EngineSpec, Path]
) -> None:
    rows = np.concatenate(list(geometries(engine, EVERY[engine])))
    figures, broken = run(executables[engine], engine, rows)
    assert broken is None, broken
    assert figures.geometries == len(rows) > 1000


@pytest.mark.parametrize(
    ("engine", "fault"), [(engine, fault) for engine, faults in FAULTS.items() for fault in faults]
)
def test_a_fault_is_found(
    engine: EngineSpec, fault: str, executables: dict[EngineSpec, Path]
) -> None:
    rows = np.concatenate(list(geometries(engine, EVERY[engine])))
    _, broken = run(executables[engine], engine, rows, fault)
    assert broken is not None
    print(broken)


def test_the_record_is_of_the_whole_list() -> None:
    record = json.loads(RECORD.read_text())
    assert list(record) == [engine.name for engine in BUILDS]
    for engine in (PARALLEL, PASSES):
        assert record[engine.name]["geometries"] == tap_parallel.count(engine)


def test_the_list_has_every_geometry_that_keeps_the_rules(seed: int) -> None:
    """Random registers keep the rules if and only if they are in the list."""
    rng = random.Random(seed)
    numbers = EngineNumbers(PARALLEL)
    axis = set(tap_parallel.axis(PARALLEL.max_row_pitch))  # both have this size
    lags, flows = set(tap_parallel.lags(numbers)), set(tap_parallel.flows(numbers))
    sides = [tap_parallel.COLUMNS, tap_parallel.ROWS]
    kept = 0
    for _ in range(20_000):
        c: dict[str, Any] = {name: rng.randrange(6) for side in sides for name in side}
        c |= {"lag": rng.randint(0, numbers.counters.max_lag + 1), "lead": rng.randrange(2)}
        c |= {name: rng.randrange(4) for name in tap_parallel.FLOWS} | {"planes": rng.randrange(6)}
        c["weight_sets"] = c["interleave"] * c["image_planes"] * c["channel_multiplier"]
        c |= {"row_delay": 1, "col_delay": 1, "tail_channels": c["channel_multiplier"]}
        c |= {"tap_row": [0, 0], "tap_col": [0, 0]}
        if rng.random() < 0.9:  # two right axes are rare by chance
            c |= dict(zip(sides[0], rng.choice(sorted(axis)), strict=True))
        if rng.random() < 0.8:
            c |= dict(zip(sides[1], rng.choice(sorted(axis)), strict=True))
        listed = all(tuple(c[name] for name in side) in axis for side in sides)
        listed = listed and (c["lag"], c["lead"]) in lags
        listed = listed and tuple(c[name] for name in tap_parallel.FLOWS) in flows
        kept += listed
        assert listed == (c["image_planes"] > 0 and not first_broken(c, PARALLEL)), c
    assert kept > 500


def test_the_rules_of_a_tap_serial_build_accept_its_layers_alone() -> None:
    """For all values of the registers that others follow from, and the text of the rules."""
    engine = replace(SERIAL, max_row_pitch=3, max_plane_rows=2, max_channel_groups=1, max_batch=1)
    engine = replace(engine, max_channel_multiplier=1)
    layers = {_key(plan.geometry) for plan in tap_serial.plans(engine)}
    columns = _axis(engine, "w", "x", engine.max_row_pitch)
    rows = _axis(engine, "h", "y", engine.max_plane_rows)
    tried, accepted = 0, set()
    for column, row, cells, tap_segments in product(columns, rows, (1, 2), (0, 1)):
        tried += 1
        c = _completed(column | row | {"cells": cells, "tap_segments": tap_segments})
        if not first_broken_serial(c, engine):
            accepted.add(_key(c))
    assert accepted == layers
    assert 1000 < len(accepted) < tried, f"{len(accepted)} of {tried}"


def _key(config: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    without = ("load", "tail_channels")
    return tuple(sorted((name, value) for name, value in config.items() if name not in without))


_OTHER = {
    "w": {"ifmap_h": 1, "kernel_h": 1, "stride_h": 1, "dilation_h": 1, "start_y": 0, "end_y": 1},
    "h": {"ifmap_w": 1, "kernel_w": 1, "stride_w": 1, "dilation_w": 1, "start_x": 0, "end_x": 1}
    | {"pitch": 1},
}
"""The other axis of one pixel, which breaks no rule."""
_AXIS_RULES = {
    "w": ["ifmap_w", "kernel_w", "stride_w", "dilation_w", "start_x", "pitch", "end_x"],
    "h": ["ifmap_h", "kernel_h", "stride_h", "dilation_h", "start_y", "end_y", "rows"],
}
"""Rules that read the registers of one axis and no others."""


def _axis(engine: EngineSpec, side: str, axis: str, most: int) -> list[dict[str, int]]:
    """All registers of an axis that keep its rules, among those up to one above the maxima."""
    taps, dilation = getattr(engine, f"kernel_{side}"), getattr(engine, f"max_dilation_{side}")
    pitches = range(most + 2) if side == "w" else (1,)
    kept = []
    for ifmap, kernel, stride, step, pitch, size, start in product(
        range(most + 2),
        range(taps + 2),
        range(1, most + 2),
        range(dilation + 2),
        pitches,
        range(most + 2),
        range(-most - taps * dilation, 2),
    ):
        registers = {
            f"ifmap_{side}": ifmap,
            f"kernel_{side}": kernel,
            f"stride_{side}": stride,
            f"dilation_{side}": step,
            f"start_{axis}": start,
            f"end_{axis}": start + size,
        } | ({"pitch": pitch} if side == "w" else {})
        c = _completed(registers | _OTHER[side] | {"cells": 1, "tap_segments": 1})
        if first_broken_serial(c, engine) not in _AXIS_RULES[side]:
            kept.append(registers)
    return kept


def _completed(c: dict[str, Any]) -> dict[str, Any]:
    """The registers that follow from the others; one plane and one weight set."""
    columns, rows = c["end_x"] - c["start_x"], c["end_y"] - c["start_y"]
    places_w, ofmap_h = max(1, c["pitch"] // c["stride_w"]), rows // c["stride_h"]
    places = places_w * (ofmap_h - 1) + columns // c["stride_w"]
    last_cell = (places - 1) % c["cells"]
    step_y = c["cells"] // places_w * c["stride_h"]
    one_row = 1 if c["tap_segments"] else c["kernel_w"]
    return c | {
        "wrap_x": c["pitch"] + c["start_x"],
        "cell_stride": c["stride_w"] if c["cells"] > 1 else 1,
        "span": (c["cells"] - 1) * c["stride_w"] + one_row,
        "step_x": c["cells"] % places_w * c["stride_w"],
        "step_y": step_y,
        "start_address": c["start_y"] * c["ifmap_w"],
        "step_address": step_y * c["ifmap_w"],
        "row_address": c["stride_h"] * c["ifmap_w"],
        "tap_address": c["dilation_h"] * c["ifmap_w"],
        "plane_beats": -(-c["ifmap_h"] * c["ifmap_w"] // 2),
        "last_cell": last_cell,
        "groups": -(-places // c["cells"]),
        "chunks": 2 * c["cells"],  # two lanes, one sum a cycle
        "final_chunks": 2 * (last_cell + 1),
        **_one_plane(ofmap_h * columns // c["stride_w"]),
    }


def _one_plane(pixels: int) -> dict[str, int]:
    ones = ("channel_multiplier", "planes", "image_planes", "weight_sets", "tail_channels")
    return {"beat_pad": -pixels % 2} | dict.fromkeys(ones, 1)
