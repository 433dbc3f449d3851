"""The tap-serial RTL in lock step with its model, and its values against golden."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import numbers_of
from dwsim.errors import MismatchError
from dwsim.rtlsim.cosim import build_bench, run_jobs
from dwsim.rtlsim.job import Job
from tests.tap_serial.cases import (
    degenerate_layers,
    make_job,
    random_engine,
    random_jobs,
    stopped_job,
)

JOBS = 24
FAULT_JOBS = 10
BASE = {"lanes": 3, "pixels": 4, "ifmap_pixels": 2, "max_dilation_h": 2, "max_dilation_w": 2}
ENGINES = {
    "raw": {"ofmap_pixels": 3, "requantisers": 2},
    "both": {"requantise": "both", "ofmap_pixels": 2, "requantisers": 3, "max_dilation_w": 3},
    "one_cell": {"lanes": 2, "pixels": 1, "ifmap_pixels": 1, "ofmap_pixels": 1, "requantisers": 1},
    "words": {
        "lanes": 5,
        "pixels": 6,
        "ifmap_pixels": 8,
        "ofmap_pixels": 4,
        "requantisers": 4,
        "requantise": "single",
        "ifmap_width": 16,
    },
    "tight": {
        "pixels": 5,
        "requantisers": 2,
        "ofmap_pixels": 3,
        "requantise": "double+float",
        "weight_width": 9,
        "kernel_h": 3,
        "kernel_w": 3,
        "max_row_pitch": 14,
        "max_plane_rows": 20,
        "max_dilation_h": 1,
        "ring_rows": 5,
    },
    "wide": {
        "lanes": 2,
        "pixels": 7,
        "ifmap_pixels": 4,
        "ofmap_pixels": 4,
        "requantisers": 6,
        "requantise": "double",
    },
    "unsigned": {"ifmap_signed": False, "weight_signed": False, "ifmap_width": 5, "lanes": 1,
                 "requantisers": 1, "ofmap_pixels": 2},
    "copied": {"rings": "copied", "pixels": 6, "ifmap_pixels": 4, "requantise": "both"},
    "copied_tight": {
        "rings": "copied",
        "pixels": 5,
        "ifmap_pixels": 1,
        "requantisers": 2,
        "ofmap_pixels": 3,
        "kernel_h": 3,
        "kernel_w": 3,
        "max_row_pitch": 14,
        "max_plane_rows": 20,
        "max_dilation_h": 1,
        "ring_rows": 5,
    },
}  # fmt: skip
"""Nine shapes of the array; the rest of each engine is random."""


def engine_named(name: str, **changes: object) -> EngineSpec:
    fields = {"name": f"serial_{name}", **BASE, **ENGINES[name], **changes}
    engine = random_engine(random.Random(name), **fields)
    if name == "tight":
        engine = replace(engine, fifo_depth=numbers_of(engine).timing.fifo_depth_min)
    return engine


def jobs_of(engine: EngineSpec, seed: int) -> list[Job]:
    """Random layers, degenerate ones, and one whose sink stops for long."""
    ends = [
        make_job(layer, engine, seed + number, ("none", "both")[number % 2])
        for number, layer in enumerate(degenerate_layers(engine))
    ]
    return [*random_jobs(engine, seed, JOBS), *ends, stopped_job(engine, seed)]


@pytest.mark.parametrize("name", ENGINES)
def test_rtl_model_and_golden_agree(name: str, seed: int) -> None:
    engine = engine_named(name)
    jobs = jobs_of(engine, seed)
    assert len(run_jobs(engine, jobs)) == len(jobs)


def test_icarus_agrees(seed: int) -> None:
    engine = engine_named("raw")
    assert len(run_jobs(engine, random_jobs(engine, seed, 4), simulator="icarus")) == 4


@pytest.mark.parametrize("taps", [1, 2])
def test_the_end_of_a_stream_of_few_taps_in_floats(taps: int, seed: int) -> None:
    """A sum takes longer in its cell than on its way out; the next stream waits for it."""
    engine = EngineSpec(
        3, 1, taps, 12, 12, max_channel_groups=3, dataflow="tap_serial", pixels=2, ifmap_pixels=2,
        ofmap_pixels=1, requantisers=3, number_format="bfloat16", name="few_taps",
    )  # fmt: skip
    layers = [
        LayerSpec(1 + n % 3, 1 + n % 4, (1, 9, 5, 3)[n % 4], 1, 1, name="short") for n in range(12)
    ]
    jobs = [
        make_job(layer, engine, seed + n, ("none", "slow-sink", "both")[n % 3])
        for n, layer in enumerate(layers)
    ]
    assert len(run_jobs(engine, jobs)) == len(jobs)


def wrong_jobs(engine: EngineSpec, seed: int) -> list[Job]:
    """Every second stream is too short, too long, or ended by a reset."""
    jobs = random_jobs(engine, seed, 12)
    faults = [{"ifmap_surplus": -1}, {"ifmap_surplus": 3}, {"reset_after": 25}]
    mixed = []
    for number, job in enumerate(jobs):
        fault = faults[number // 2 % 3] if number % 2 else {}
        mixed.append(Job(**{**vars(job), **fault}))
    return mixed


def test_streams_of_a_wrong_length_and_resets(seed: int) -> None:
    """The next tensor starts clean after a stream that is too short or too long, or a reset."""
    engine = engine_named("both")
    assert len(run_jobs(engine, wrong_jobs(engine, seed))) == 12


@pytest.mark.parametrize("name", ["both", "wide"])
def test_no_beat_comes_out_after_a_reset(name: str, seed: int) -> None:
    """A reset of one cycle in each of eight cycles in which beats are on their way."""
    engine = engine_named(name)
    layer = LayerSpec(12, 12, engine.lanes, 1, 1, name="flood")
    flood = make_job(layer, engine, seed, "none")
    middle = flood.plan(engine).cycles // 2
    resets = [replace(flood, reset_after=middle + cycle) for cycle in range(8)]
    assert len(run_jobs(engine, [*resets, flood])) == 9


FAULTS: dict[str, tuple[str, str, str]] = {
    "free too early": ("dw_fetch.v", "next_free <= free_pixel", "next_free <= free_pixel + 4"),
    "rows wrap late": ("dw_fetch_walk.v", "= step_x - pitch", "= step_x - pitch - 1'b1"),
    "short segment": (
        "dw_fetch_rows.v",
        "!less_x(final_x, walk_x)",
        "!less_x(final_x + 2, walk_x)",
    ),
    "fetch does not wait": ("dw_fetch.v", "has_pixels && !beyond", "!has_pixels && !beyond"),
    "no restart of rows": ("dw_fetch_walk.v", ".count  (kernel_h)", ".count  (kernel_w)"),
    "last plane forgotten": ("dw_fetch_walk.v", "if (plane_end && last_plane)", "if (plane_end)"),
    "segment lost": ("dw_fetch_rows.v", "waiting ? waiting_x : walk_x", "walk_x"),
    "row lost": ("dw_fetch_rows.v", "held_valid ? held : row", "row"),
    "segment left of the ifmap": ("dw_fetch_rows.v", "less_x(outside_x, walk_x)", "1'b1"),
    "read lost": ("dw_fetch.v", "behind_valid || enters;", "enters;"),
    "ring too full": ("dw_ring_writer.v", "fits_behind && !stream_end", "!stream_end"),
    "filled too early": ("dw_ring_writer.v", "if (write) filled", "if (take) filled"),
    "turns the wrong way": ("dw_pixel_rotate.v", "turned >> ", "turned << "),
    "segment not kept": ("dw_segment_ready.v", "restart || !ready || next_load", "1'b1"),
    "shift by none": ("dw_segment.v", "else if (shifts)", "else if (1'b0)"),
    "place off by one": ("dw_segment.v", "word_places &", "(word_places << 1 | 1'b1) &"),
    "drain overtaken": ("dw_sequencer.v", "({1'b0, drain_left} <= 2)", "({1'b0, drain_left} <= 3)"),
    "no room needed": ("dw_sequencer.v", "(drained && output_room)", "drained"),
    "set not changed": ("dw_sequencer.v", "weight_set + 1'b1", "weight_set"),
    "weights go on": ("dw_sequencer.v", "repeats ? plane_word :", "repeats ? set_word :"),
    "cells not rewound": ("dw_cell_place.v", "if (init || rewinds)", "if (init)"),
    "edge seen": ("dw_cell_place.v", "(tap_x) < ifmap_w)", "(tap_x) <= ifmap_w)"),
    "every cell counts": ("dw_cell_place.v", "(cells > q) &&", "1'b1 &&"),
    "sum not begun": ("dw_accumulator.v", ".mask(first)", ".mask(1'b0)"),
    "wrong cell": ("dw_drain.v", "cell_index + CELL_STEP[CELL_W-1:0]", "cell_index"),
    "chain stands": (
        "dw_drain.v",
        "load ? sums :",
        "load ? sums : 1'b1 ? chain :",
    ),
    "pixel of two cells": ("dw_pixel_pack.v", "is_open = (s >= k * GRAIN);", "is_open = 1'b1;"),
    "beat never flushed": (
        "dw_pixel_pack.v",
        "place[PIXELS-1] || final_there",
        "place[PIXELS-1]",
    ),
    "pixels not closed up": ("dw_pixel_merge.v", "entered = entered + 1'b1", "entered = k + 1"),
    "divided beat lost": ("dw_pixel_merge.v", "ends && !whole && !restart", "1'b0"),
    "whole groups at the end": ("dw_sequencer.v", "plane_end ? final_chunks : chunks", "chunks"),
    "one pixel at a time": ("dw_drain.v", "CELL_STEP = PIXELS", "CELL_STEP = 1"),
    "scale not of the lane": ("dw_serial_scale.v", "(write_lane == c)", "1'b1"),
    "credit lost": ("dw_pixel_credit.v", "(give ? BACK", "(1'b0 ? BACK"),
    "claim without rest": ("dw_pixel_credit.v", "(plane_end ? most_at_end : most)", "most"),
    "empty cells keep credit": ("dw_pixel_credit.v", "returned <= empty_count", "returned <= 0"),
    "scale of a neighbour": ("dw_serial_scale.v", "AHEAD = c;", "AHEAD = 0;"),
    "scale of a neighbour, float": ("dw_float_serial_scale.v", "AHEAD = c;", "AHEAD = 0;"),
    "multiplier too early": ("dw_float_serial_scale.v", "(MULTIPLIER_DELAY)", "(1)"),
    "tail forgotten": ("dw_serial_output.v", "image_end ? tail_channels", "1'b0 ? tail_channels"),
    "beat of a pause": ("dw_serial_loader.v", "if (accept) write_data", "write_data"),
    "tap count of loader": ("dw_serial_loader.v", "(word == LAST_TAP)", "(word == LAST_TAP + 1)"),
}
"""Faults by name: the file, a text in it, and the text that breaks it."""


COPIED_FAULTS = {
    "released too early": ("dw_release.v", "<= free_pixel;", "<= free_pixel + 4;"),
    "never released": ("dw_release.v", "if (frees)", "if (1'b0)"),
    "taps before their pixels": (
        "dw_segment_ready.v",
        "!next_accepts || next_completes",
        "1'b1",
    ),
    "mark not kept": ("dw_segment_ready.v", "restart || !ready || next_load", "1'b1"),
    "tap beside its pixel": ("dw_cell_address.v", "all_taps[PLACE_W-1:0];", "1'b0;"),
    "kernel row not left": ("dw_cell_address.v", "!first_row ? ROW", "1'b0 ? ROW"),
    "group not left": ("dw_cell_address.v", "way <= !advances", "way <= 1'b1"),
    "wrapped as if not": ("dw_cell_address.v", "wraps[q] ? wrapped : step", "step"),
    "plane not left": ("dw_cell_address.v", "rewinds ? PLANE : CELL", "CELL"),
    "cells on one place": ("dw_cell_address.v", "init_place <= place_wraps", "init_place <= 1'b1"),
    "lanes mixed up": ("dw_cell_rings.v", "(p*LANES+l)*WIDTH", "p*LANES*WIDTH"),
    "pixel of a neighbour": ("dw_cell_rings.v", "addresses[q*PLACE_W", "addresses[0*PLACE_W"),
}
"""Faults of the rings of the cells."""
FAULTS |= COPIED_FAULTS


def broken(fault: str) -> Callable[[dict[str, str]], dict[str, str]]:
    file, right, wrong = FAULTS[fault]

    def edit(files: dict[str, str]) -> dict[str, str]:
        assert right in files[file], f"{file} has no {right!r} to break"
        return files | {file: files[file].replace(right, wrong, 1)}

    return edit


BROKEN_ENGINES = {
    # Several pixels leave in a cycle.
    "pixels not closed up": "wide",
    "divided beat lost": "wide",
    "one pixel at a time": "wide",
    "scale not of the lane": "wide",
    # Requantisers of integers, fewer than lanes.
    "scale of a neighbour": "words",
    **dict.fromkeys(COPIED_FAULTS, "copied_tight"),
}
"""The engines of the faults that "tight" does not show."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, seed: int) -> None:
    # Beats of one pixel are frequent enough to flood the output FIFO.
    changes = {"ofmap_pixels": 1} if fault == "no room needed" else {}
    engine = engine_named(BROKEN_ENGINES.get(fault, "tight"), **changes)
    build = build_bench(engine, simulator="icarus", edit=broken(fault))
    # A kernel of one tap fills the output FIFO while the sink stalls.
    flood = make_job(LayerSpec(12, 12, 6, 1, 1, name="flood"), engine, seed, "slow-sink")
    # Places without a pixel lie within its rows, and its last group is not full.
    holes = make_job(LayerSpec(9, 9, 6, 3, 3, name="holes"), engine, seed, "none")
    jobs = [holes, *random_jobs(engine, seed, FAULT_JOBS), flood]
    with pytest.raises(MismatchError):
        run_jobs(engine, jobs, simulator="icarus", build=build)
