"""Instances of the modules that count slots, taps and channel groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dwsim.derive import EngineNumbers, bits, range_bits
from tests.leaf.leaf_specs import SMALL, SPECS, Instance


def countdown() -> Iterator[Instance]:
    for width in (1, 2, 3, 5):
        yield Instance(
            "dw_countdown",
            {"restart": 1, "step": 1, "count": width},
            {"last": 1},
            ("last",),
            {"WIDTH": width},
        )


def raster_axis() -> Iterator[Instance]:
    for width in (1, 2, 3, 5):
        registers = {"last": 1, "hit": 1, "final_hit": 1}
        yield Instance(
            "dw_raster_axis",
            {"restart": 1, "step": 1, "pitch": width, "stride": width, "count": width},
            {**registers, "hit_next": 1},
            tuple(registers),
            {"WIDTH": width},
        )


def raster() -> Iterator[Instance]:
    # (columns, rows, interleave, planes), the most of each
    for cols, rows, interleave, planes in (
        (1, 1, 1, 1),
        (7, 3, 1, 4),
        (2, 12, 2, 3),
        (1, 2, 3, 7),
        (5, 1, 4, 2),
    ):
        registers = {"pixel_end": 1, "row_end": 1, "plane_end": 1, "final_hit": 1}
        registers |= {"has_planes": 1, "last_plane": 1, "turns": 1}
        yield Instance(
            "dw_raster",
            {
                "restart": 1,
                "step": 1,
                "interleave": bits(interleave),
                **dict.fromkeys(("row_pitch", "stride_w", "count_w"), bits(cols)),
                **dict.fromkeys(("plane_rows", "stride_h", "count_h"), bits(rows)),
                "planes": bits(planes),
            },
            {**registers, "hit_next": 1},
            tuple(registers),
            {
                "MAX_ROW_PITCH": cols,
                "MAX_PLANE_ROWS": rows,
                "MAX_INTERLEAVE": interleave,
                "MAX_PLANES": planes,
            },
        )


def plane_marker() -> Iterator[Instance]:
    for longest in (1, 2, 3, 4, 6, 7, 8, 18):
        yield Instance(
            "dw_plane_marker",
            {"restart": 1, "step": 1, "lag": bits(longest), "mark": 1},
            {"mark_next": 1},
            (),
            {"MAX_LAG": longest, "LAG_W": bits(longest)},
        )


def tap_axis() -> Iterator[Instance]:
    for taps, largest in ((1, 1), (3, 6), (5, 31), (11, 8)):
        width = range_bits(-largest, 2 * largest)
        yield Instance(
            "dw_tap_axis",
            {"restart": 1, "step": 1, "reload": 1, "start": taps * width, "size": bits(largest)},
            {"mask": taps},
            (),
            {"TAPS": taps, "MAX_SIZE": largest},
        )


def _walks() -> Iterator[tuple[EngineNumbers, dict[str, int], dict[str, int]]]:
    """For each engine the inputs and parameters that its walk and its group tag share."""
    # (lanes, channel groups, channel multiplier, interleave, passes), the most of each
    for lanes, groups, multiplier, interleave, passes in (
        (1, 1, 1, 1, 1),
        (4, 3, 3, 1, 1),
        (3, 1, 5, 1, 3),
        (2, 4, 2, 4, 2),
        (8, 5, 1, 1, 4),
        (3, 5, 1, 5, 1),
        (2, 6, 3, 3, 1),
        (5, 7, 2, 2, 3),
    ):
        spec = replace(
            SPECS["single"],
            lanes=lanes,
            kernel_h=passes,
            taps_per_cycle=1,
            max_channel_groups=groups,
            max_channel_multiplier=multiplier,
            max_interleave=interleave,
        )
        n = EngineNumbers(spec)
        flags = dict.fromkeys(("rst", "restart", "emit", "plane_final", "plane_last"), 1)
        inputs = {
            **flags,
            "interleave": n.counters.interleave_width,
            "image_planes": n.counters.groups_width,
            "channel_multiplier": n.counters.hold_width,
        }
        parameters = {
            "PASSES": passes,
            "MAX_CHANNEL_GROUPS": groups,
            "MAX_INTERLEAVE": interleave,
            "MAX_CHANNEL_MULTIPLIER": multiplier,
        }
        yield n, inputs, parameters


def pass_walk() -> Iterator[Instance]:
    for n, inputs, parameters in _walks():
        registers = {
            "holding": 1,
            "claims": 1,
            "pass": n.counters.pass_index_width,
            "hold_index": n.counters.hold_width,
            "window_last": 1,
            "group_last": 1,
            "image_last": 1,
        }
        outputs = {**registers, "beat_end": 1, "is_final": 1, "is_last": 1}
        yield Instance("dw_pass_walk", inputs, outputs, tuple(registers), parameters, spec=n.spec)


def group_tag() -> Iterator[Instance]:
    for n, inputs, parameters in _walks():
        outputs = {
            "holding": 1,
            "claims": 1,
            "weight_word": n.counters.word_width,
            "weight_set": n.counters.set_width,
            "pass_q": n.counters.pass_index_width,
            "hold_index_q": n.counters.hold_width,
            "valid_q": 1,
            "keep_count": n.counters.lane_count_width,
            "last": 1,
        }
        yield Instance(
            "dw_group_tag",
            inputs | {"tail_channels": n.counters.keep_width},
            outputs,
            tuple(outputs),
            parameters | {"LANES": n.spec.lanes},
            spec=n.spec,
        )


def plane_start() -> Iterator[Instance]:
    for name in SMALL:
        n = EngineNumbers(SPECS[name])
        ends = [f"{side}_{what}" for side in ("in", "out") for what in ("plane_end", "turns")]
        registers = {"in_may_begin": 1, "in_due": 1, "out_due": 1}
        yield Instance(
            "dw_plane_start",
            {
                **dict.fromkeys(("rst", "restart", "start", "run", "step"), 1),
                "lag": n.counters.lag_width,
                **dict.fromkeys(("lead", "beat_available", *ends), 1),
                **dict.fromkeys(("in_hit_next", "out_hit_next"), 1),
            },
            {**registers, **dict.fromkeys(("in_live", "in_hit", "out_live", "out_hit"), 1)},
            tuple(registers),
            {"MAX_LAG": n.counters.max_lag},
            spec=n.spec,
        )


def slot_raster() -> Iterator[Instance]:
    for name in SMALL:
        n = EngineNumbers(SPECS[name])
        rows, cols = n.spec.kernel_h, n.spec.kernel_w
        registers = {"step_q": 1, "emit_q": 1, "row_mask": rows, "col_mask": cols}
        plane = {"plane_final": 1, "plane_last": 1}
        yield Instance(
            "dw_slot_raster",
            {
                "rst": 1,
                "restart": 1,
                "start": 1,
                "run": 1,
                "ifmap_w": n.counters.col_width,
                "ifmap_h": n.counters.row_width,
                "ofmap_w": n.counters.col_width,
                "ofmap_h": n.counters.row_width,
                "interleave": n.counters.interleave_width,
                "row_pitch": n.counters.col_width,
                "plane_rows": n.counters.row_width,
                "stride_w": n.counters.col_width,
                "stride_h": n.counters.row_width,
                "lag": n.counters.lag_width,
                "lead": 1,
                "tap_row": rows * n.counters.tap_row_width,
                "tap_col": cols * n.counters.tap_col_width,
                "planes": n.counters.planes_width,
                "beat_available": 1,
                "credit_available": 1,
                "holding": 1,
                "claims": 1,
            },
            {
                "take": 1,
                "final_take": 1,
                "emit": 1,
                **plane,
                "done": 1,
                "starved": 1,
                "backpressured": 1,
                **registers,
            },
            (*plane, *registers),
            {
                "KERNEL_H": rows,
                "KERNEL_W": cols,
                "MAX_ROW_PITCH": n.spec.max_row_pitch,
                "MAX_PLANE_ROWS": n.spec.max_plane_rows,
                "MAX_INTERLEAVE": n.spec.max_interleave,
                "MAX_PLANES": n.counters.max_planes,
                "MAX_LAG": n.counters.max_lag,
            },
            spec=n.spec,
        )
