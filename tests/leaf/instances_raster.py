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
    for col_width, row_width, interleave in ((1, 1, 1), (3, 2, 1), (2, 4, 2), (1, 2, 3), (3, 1, 4)):
        registers = {"pixel_end": 1, "row_end": 1, "plane_end": 1, "final_hit": 1}
        yield Instance(
            "dw_raster",
            {
                "restart": 1,
                "step": 1,
                "interleave": bits(interleave),
                "row_pitch": col_width,
                "plane_rows": row_width,
                "stride_w": col_width,
                "stride_h": row_width,
                "count_w": col_width,
                "count_h": row_width,
            },
            {**registers, "hit_next": 1},
            tuple(registers),
            {
                "COL_W": col_width,
                "ROW_W": row_width,
                "INTERLEAVE_W": bits(interleave),
                "MAX_INTERLEAVE": interleave,
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
        width, count_width = range_bits(-largest, 2 * largest), bits(largest)
        yield Instance(
            "dw_tap_axis",
            {"restart": 1, "step": 1, "reload": 1, "start": taps * width, "size": count_width},
            {"mask": taps},
            (),
            {"TAPS": taps, "WIDTH": width, "COUNT_W": count_width},
        )


def group_tag() -> Iterator[Instance]:
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
        n = EngineNumbers(
            replace(
                SPECS["single"],
                lanes=lanes,
                kernel_h=passes,
                taps_per_cycle=1,
                max_channel_groups=groups,
                max_channel_multiplier=multiplier,
                max_interleave=interleave,
            )
        )
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
            {
                "rst": 1,
                "restart": 1,
                "emit": 1,
                "plane_final": 1,
                "plane_last": 1,
                "interleave": n.counters.interleave_width,
                "image_planes": n.counters.groups_width,
                "channel_multiplier": n.counters.hold_width,
                "tail_channels": n.counters.keep_width,
            },
            outputs,
            tuple(outputs),
            {
                "LANES": lanes,
                "PASSES": passes,
                "PASS_W": n.counters.pass_index_width,
                "PLANES_W": n.counters.groups_width,
                "INTERLEAVE_W": n.counters.interleave_width,
                "MAX_INTERLEAVE": interleave,
                "HOLD_W": n.counters.hold_width,
                "MAX_MULTIPLIER": multiplier,
                "WORD_W": n.counters.word_width,
                "SET_W": n.counters.set_width,
                "KEEP_W": n.counters.keep_width,
                "LANE_COUNT_W": n.counters.lane_count_width,
            },
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
                "COL_W": n.counters.col_width,
                "ROW_W": n.counters.row_width,
                "TAP_ROW_W": n.counters.tap_row_width,
                "TAP_COL_W": n.counters.tap_col_width,
                "INTERLEAVE_W": n.counters.interleave_width,
                "MAX_INTERLEAVE": n.spec.max_interleave,
                "PLANES_W": n.counters.planes_width,
                "LAG_W": n.counters.lag_width,
                "MAX_LAG": n.counters.max_lag,
            },
            spec=n.spec,
        )
