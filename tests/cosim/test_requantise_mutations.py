"""Faults in what the engine does around its requantisers must make the cosimulation fail.

Faults inside of ``dw_requantise`` are those of tests/leaf/test_leaf_mutations.py.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from dwsim import EngineSpec
from dwsim.errors import MismatchError
from dwsim.rtlsim import cosim
from dwsim.rtlsim.cosim import build_bench, run_jobs
from dwsim.rtlsim.job import Job
from tests.cosim.layers import layer
from tests.cosim.test_mutations import Fault
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
        ".CYCLES(6)\n  ) u_bias_tag",
        ".CYCLES(7)\n  ) u_bias_tag",
        OFMAP,
    ),
    Fault(
        "bias_tag_early",
        "scaled.v",
        ".CYCLES(6)\n  ) u_bias_tag",
        ".CYCLES(5)\n  ) u_bias_tag",
        OFMAP,
    ),
    Fault(
        "multiplier_tag_late",
        "scaled.v",
        ".CYCLES(1)\n  ) u_multiplier_tag",
        ".CYCLES(2)\n  ) u_multiplier_tag",
        OFMAP,
    ),
    Fault(
        "multiplier_with_the_bias",
        "scaled.v",
        ".read_address (multiplier_tag)",
        ".read_address (bias_tag)",
        OFMAP,
    ),
    Fault(
        "right_shift_tag_late",
        "scaled.v",
        ".CYCLES(5)\n  ) u_right_shift_tag",
        ".CYCLES(6)\n  ) u_right_shift_tag",
        OFMAP,
    ),
    Fault(
        "right_shift_tag_early",
        "scaled.v",
        ".CYCLES(5)\n  ) u_right_shift_tag",
        ".CYCLES(4)\n  ) u_right_shift_tag",
        OFMAP,
    ),
    Fault(
        "right_shift_of_the_newest_window",
        "scaled.v",
        ".read_address (right_shift_tag)",
        ".read_address (tag)",
        OFMAP,
    ),
    Fault(
        "bias_of_the_other_bank",
        "scaled.v",
        ".read_address (bias_tag)",
        ".read_address (bias_tag ^ 4'd8)",
        OFMAP,
    ),
    Fault(
        "multiplier_of_the_other_bank",
        "scaled.v",
        ".read_address (multiplier_tag)",
        ".read_address (multiplier_tag ^ 4'd8)",
        OFMAP,
    ),
    Fault(
        "first_byte_of_the_multiplier_not_stored",
        "scaled.v",
        "(word = 4; word < 8; word",
        "(word = 5; word < 8; word",
        OFMAP,
    ),
    Fault(
        "multiplier_bytes_in_the_wrong_order",
        "scaled.v",
        "(scale[word*16+:16])\n      );\n    end\n    for (word = 8;",
        "(scale[(11-word)*16+:16])\n      );\n    end\n    for (word = 8;",
        OFMAP,
    ),
    Fault(
        "scale_of_the_first_lane",
        "scaled.v",
        "scale[word*16+8*lane+:8]",
        "scale[word*16+:8]",
        OFMAP,
    ),
    Fault(
        "highest_byte_of_the_bias_lost",
        "scaled.v",
        "(lane_scale[0+:32])",
        "(lane_scale[0+:24])",
        OFMAP,
    ),
    Fault(
        "multiplier_one_bit_off", "scaled.v", "(lane_scale[32+:32])", "(lane_scale[31+:32])", OFMAP
    ),
    Fault(
        "right_shift_one_bit_off", "scaled.v", "(lane_scale[64+:6])", "(lane_scale[65+:6])", OFMAP
    ),
    Fault(
        "clamp_bounds_of_the_ports",
        "scaled.v",
        ".zero_point(ofmap_zero_point)",
        ".zero_point(cfg_ofmap_zero_point)",
        OFMAP,
    ),
    Fault(
        "clamp_bounds_swapped",
        "scaled.v",
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
        ".single_rounding(single_rounding)",
        ".single_rounding(1'b1)",
        OFMAP,
    ),
    Fault(
        "zero_point_of_the_ports",
        "scaled.v",
        ".zero_point     (ofmap_zero_point)",
        ".zero_point     (cfg_ofmap_zero_point)",
        OFMAP,
    ),
    Fault(
        "valid_before_the_value",
        "scaled.v",
        ".CYCLES(18),\n      .RESET (1)",
        ".CYCLES(17),\n      .RESET (1)",
        r"m_axis_ofmap_tvalid",
    ),
    Fault(
        "marks_before_the_value",
        "scaled.v",
        ".CYCLES(17)\n  ) u_marks",
        ".CYCLES(16)\n  ) u_marks",
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
    monkeypatch.setattr(cosim, "FAILURES", tmp_path)
    build = build_bench(ENGINE, simulator="icarus", edit=fault.edit)
    with pytest.raises(MismatchError) as caught:
        run_jobs(ENGINE, jobs(), build=build, simulator="icarus")
    message = str(caught.value)
    assert "RTL and model differ in cycle" in message
    assert re.search(fault.seen, message.split("\nin job")[0]), message
