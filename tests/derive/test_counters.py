"""Counters, made from a spec alone; the figures are worked out by hand."""

from __future__ import annotations

from dwsim import EngineSpec
from dwsim.derive.counters import Counters

SPEC = EngineSpec(
    4,
    3,
    5,
    max_row_pitch=20,
    max_plane_rows=17,
    max_dilation_h=2,
    max_dilation_w=3,
    max_channel_groups=6,
    max_channel_multiplier=4,
    max_interleave=2,
    max_batch=7,
    max_lead=100,
    taps_per_cycle=5,
)


def test_delays_and_lags() -> None:
    counters = Counters(SPEC)
    assert (counters.max_row_delay, counters.max_col_delay) == (2 * 20, 3 * 2)
    assert counters.reach == 2 * 40 + 4 * 6
    assert counters.max_lag == counters.reach
    assert (counters.row_delay_width, counters.col_delay_width, counters.lag_width) == (6, 3, 7)


def test_a_lead_may_be_longer_than_every_lag() -> None:
    assert Counters(EngineSpec(1, 1, 1, 4, 4, max_lead=9)).max_lag == 9


def test_weight_sets_planes_and_their_widths() -> None:
    counters = Counters(SPEC)
    assert (counters.weight_sets, counters.weight_words) == (6 * 4, 6 * 4 * 3)
    # An index of 24 sets ends at 23, a count of them at 24.
    assert (counters.set_width, counters.sets_width, counters.word_width) == (5, 5, 7)
    assert (counters.max_planes, counters.planes_width) == (7 * 6, 6)


def test_an_index_of_one_set_has_a_bit() -> None:
    counters = Counters(EngineSpec(1, 1, 1, 1, 1))
    assert (counters.weight_sets, counters.set_width, counters.pass_index_width) == (1, 1, 1)


def test_tap_coordinates_reach_one_raster_to_the_left_and_two_to_the_right() -> None:
    counters = Counters(SPEC)
    # -20 to 40 and -17 to 34, in two's complement.
    assert (counters.tap_col_width, counters.tap_row_width) == (7, 7)
