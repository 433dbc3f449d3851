"""Faults around the requantisers of an engine must make the cosimulation fail.

Faults inside of ``dw_requantise`` are in tests/leaf/leaf_faults.py.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from dwsim import EngineSpec
from dwsim.errors import MismatchError
from dwsim.rtlsim import failure
from dwsim.rtlsim.cosim import build_bench, run_jobs
from dwsim.rtlsim.job import Job
from tests.cosim.fault import Fault
from tests.cosim.layers import layer
from tests.cosim.test_requantise import quantised_job

ENGINE = EngineSpec(
    name="scaled",
    lanes=2,
    kernel_h=3,
    kernel_w=2,
    max_row_pitch=8,
    max_plane_rows=8,
    max_channel_groups=3,
    max_channel_multiplier=2,
    requantise="both",
)
OFMAP = r"m_axis_ofmap_tdata"

FAULTS = (
    Fault(
        "bias_tag_late",
        "scaled.v",
        ".TAG_CYCLES       (6)",
        ".TAG_CYCLES       (7)",
        OFMAP,
    ),
    Fault(
        "bias_tag_early",
        "scaled.v",
        ".TAG_CYCLES       (6)",
        ".TAG_CYCLES       (5)",
        OFMAP,
    ),
    Fault(
        "multiplier_tag_late",
        "dw_scale_store.v",
        ".CYCLES(MULTIPLIER_DELAY)",
        ".CYCLES(MULTIPLIER_DELAY + 1)",
        OFMAP,
    ),
    Fault(
        "multiplier_with_the_bias",
        "dw_scale_store.v",
        "assign read_set = multiplier_set;",
        "assign read_set = bias_set;",
        OFMAP,
    ),
    Fault(
        "right_shift_tag_late",
        "scaled.v",
        ".RIGHT_SHIFT_DELAY(6)",
        ".RIGHT_SHIFT_DELAY(7)",
        OFMAP,
    ),
    Fault(
        "right_shift_tag_early",
        "scaled.v",
        ".RIGHT_SHIFT_DELAY(6)",
        ".RIGHT_SHIFT_DELAY(5)",
        OFMAP,
    ),
    Fault(
        "right_shift_of_the_newest_window",
        "dw_scale_store.v",
        "assign read_set = right_shift_set;",
        "assign read_set = {active_bank, weight_set};",
        OFMAP,
    ),
    Fault(
        "bias_of_the_other_bank",
        "dw_scale_store.v",
        "assign read_set = bias_set;",
        "assign read_set = bias_set ^ (1 << SET_W);",
        OFMAP,
    ),
    Fault(
        "multiplier_of_the_other_bank",
        "dw_scale_store.v",
        "assign read_set = multiplier_set;",
        "assign read_set = multiplier_set ^ (1 << SET_W);",
        OFMAP,
    ),
    Fault(
        "first_byte_of_the_multiplier_not_stored",
        "dw_scale_store.v",
        ".write        (write_word[k])",
        ".write        (write_word[k] && (k != BIAS_BYTES))",
        OFMAP,
    ),
    Fault(
        "multiplier_bytes_in_the_wrong_order",
        "dw_scale_store.v",
        ".write        (write_word[k])",
        ".write        (write_word[(k < 4 || k > 7) ? k : 11 - k])",
        OFMAP,
    ),
    Fault(
        "scale_of_the_first_lane",
        "dw_requantise_stage.v",
        "scale[(k*LANES+lane)*8+:8]",
        "scale[k*LANES*8+:8]",
        OFMAP,
    ),
    Fault(
        "highest_byte_of_the_bias_lost",
        "dw_requantise_stage.v",
        "(lane_scale[0+:BIAS_W])",
        "({8'd0, lane_scale[0+:BIAS_W-8]})",
        OFMAP,
    ),
    Fault(
        "multiplier_one_bit_off",
        "dw_requantise_stage.v",
        "(lane_scale[BIAS_W+:MULTIPLIER_W])",
        "(lane_scale[BIAS_W-1+:MULTIPLIER_W])",
        OFMAP,
    ),
    Fault(
        "right_shift_one_bit_off",
        "dw_requantise_stage.v",
        "(lane_scale[BIAS_W+MULTIPLIER_W+:6])",
        "(lane_scale[BIAS_W+MULTIPLIER_W+1+:6])",
        OFMAP,
    ),
    Fault(
        "clamp_bounds_of_the_ports",
        "scaled.v",
        ".act_min         (act_min)",
        ".act_min         (cfg_act_min)",
        OFMAP,
    ),
    Fault(
        "clamp_bounds_swapped",
        "dw_requantise_stage.v",
        ".below     (below),\n      .above     (above)",
        ".below     (above),\n      .above     (below)",
        OFMAP,
    ),
    Fault(
        "zero_point_left_in",
        "scaled.v",
        ".zero_point(ifmap_zero_point)",
        ".zero_point(8'd0)",
        r"operands",
    ),
    Fault(
        "the_other_zero_point",
        "scaled.v",
        ".zero_point(ifmap_zero_point)",
        ".zero_point(ofmap_zero_point)",
        r"operands",
    ),
    Fault(
        "zero_point_of_one_lane",
        "dw_centre.v",
        "zero_point[WIDTH-1], zero_point}",
        "zero_point[WIDTH-1], zero_point} * (l == 0)",
        r"operands",
    ),
    Fault(
        "padding_that_is_not_masked",
        "dw_tap_mask.v",
        "emit && row_mask[r] && col_mask[c]",
        "emit && row_mask[r]",
        r"operands",
    ),
    Fault(
        "rounding_fixed",
        "scaled.v",
        ".single_rounding (single_rounding)",
        ".single_rounding (1'b1)",
        OFMAP,
    ),
    Fault(
        "zero_point_of_the_ports",
        "scaled.v",
        ".ofmap_zero_point(ofmap_zero_point)",
        ".ofmap_zero_point(cfg_ofmap_zero_point)",
        OFMAP,
    ),
    Fault(
        "valid_before_the_value",
        "dw_output_stage.v",
        ".CYCLES(CYCLES),",
        ".CYCLES(CYCLES - 1),",
        r"m_axis_ofmap_tvalid",
    ),
    Fault(
        "marks_before_the_value",
        "dw_output_stage.v",
        ".CYCLES(CYCLES - 1)\n  ) u_marks",
        ".CYCLES(CYCLES - 2)\n  ) u_marks",
        r"m_axis_ofmap_t",
    ),
    Fault(
        "drain_of_the_array_only",
        "scaled.v",
        ".DRAIN_CYCLES(20)",
        ".DRAIN_CYCLES(8)",
        r"cfg_ready|state",
    ),
)


def jobs() -> list[Job]:
    """Few short jobs with much padding, several sets, and both roundings."""
    shapes = [
        (layer("same", (5, 6), (3, 2), 5, "SAME", channel_multiplier=2), "none"),
        (layer("padded", (4, 3), (3, 2), 6, (2, 2, 1, 1)), "none"),
        (layer("strided", (6, 5), (3, 2), 4, "SAME", (2, 2), batch=2), "none"),
        (layer("same", (4, 4), (2, 2), 3, "SAME", channel_multiplier=2), "both"),
        (layer("padded", (3, 3), (3, 2), 5, (1, 2, 1, 2)), "slow-sink"),
    ]
    made = [
        quantised_job(shape, ENGINE, seed, stalls) for seed, (shape, stalls) in enumerate(shapes, 1)
    ]
    return [tied("double"), tied("single"), *made]


def tied(rounding: str) -> Job:
    """Small sums over 8, which the two roundings often see differently: 3/8 is 1 or 0."""
    made = layer("tied", (4, 5), (3, 2), 4, "SAME")
    job = quantised_job(made, ENGINE, 6, "none")
    q = replace(
        job.quantisation,
        bias=(0,) * 4,
        multiplier=(2**30,) * 4,
        shift=(-2,) * 4,
        act_min=-128,
        act_max=127,
        ifmap_zero_point=2,
        ofmap_zero_point=-1,
        rounding=rounding,
    )
    return replace(job, ifmap=job.ifmap // 32, weight=job.weight // 32, quantisation=q)


@pytest.mark.parametrize("simulator", ["verilator", "icarus"])
def test_the_sound_rtl_passes(simulator: str) -> None:
    run_jobs(ENGINE, jobs(), build=build_bench(ENGINE, simulator=simulator), simulator=simulator)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found(fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failure, "FAILURES", tmp_path)
    build = build_bench(ENGINE, simulator="icarus", edit=fault.edit)
    with pytest.raises(MismatchError) as caught:
        run_jobs(ENGINE, jobs(), build=build, simulator="icarus")
    message = str(caught.value)
    assert "RTL and model differ in cycle" in message
    assert re.search(fault.seen, message.split("\nin job")[0]), message
