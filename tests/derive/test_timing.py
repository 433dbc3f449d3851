"""Timing, made from number formats alone: its latencies are sums of the stages' own constants."""

from __future__ import annotations

import pytest

from dwsim import EngineSpec
from dwsim.derive import stages
from dwsim.derive.number_formats import NumberFormats
from dwsim.derive.timing import Timing


def timing(**changes: object) -> Timing:
    """Of an engine with a 3x3 kernel."""
    return Timing(NumberFormats(EngineSpec(**{**SIZES, **changes})))


SIZES = {"lanes": 2, "kernel_h": 3, "kernel_w": 3, "max_row_pitch": 8, "max_plane_rows": 8}


def test_every_stage_adds_its_constant_to_the_latency() -> None:
    chain = stages.PRODUCT_CYCLES + 2  # three cells, of which the first two start together
    tree = 2  # three rows: 1 + 1, and then the third
    assert timing().latency == (
        stages.START_CYCLES
        + stages.SLOT_CYCLES
        + stages.WINDOW_CYCLES
        + stages.MASK_CYCLES
        + chain
        + tree
        + stages.FIFO_CYCLES
    )


def test_passes_and_the_requantiser_add_theirs() -> None:
    plain = timing()
    selected = stages.SELECT_CYCLES + stages.GATHER_CYCLES
    # A single chain needs no tree.
    assert timing(taps_per_cycle=3).latency == plain.latency + selected - plain.tree_cycles
    scaled = timing(requantise="both")
    product = stages.SCALE_SUM_CYCLES + stages.SCALE_PRODUCT_CYCLES + stages.CLAMP_CYCLES
    assert scaled.latency == plain.latency + product + stages.ROUND_SHIFT_CYCLES
    in_float = plain.latency + product + stages.FLOAT_CONVERT_CYCLES + stages.FLOAT_ROUND_CYCLES
    # One latency for all roundings of an engine.
    for requantise in ("float", "double+float", "single+float", "all"):
        assert timing(requantise=requantise).latency == in_float


@pytest.mark.parametrize(("column", "skew"), [(0, 0), (1, 0), (2, 1), (6, 5)])
def test_operands_wait_for_their_psum(column: int, skew: int) -> None:
    assert timing(kernel_w=7).column_skew(column) == skew


def test_the_fifo_covers_the_beats_in_flight() -> None:
    one = timing()
    assert one.fifo_depth_min == one.drain_cycles + stages.CREDIT_CYCLES
    assert one.fifo_depth_min <= one.fifo_depth < 2 * one.fifo_depth_min
    # A beat in three cycles: a third of the credits, rounded up.
    third = timing(taps_per_cycle=3)
    away = 2 + third.drain_cycles + stages.CREDIT_CYCLES
    assert third.fifo_depth_min == -(-away // 3)
    assert timing(fifo_depth=99).fifo_depth == 99
