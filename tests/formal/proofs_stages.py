"""Requantisers of all lanes and stores of an engine in floating point: proofs and faults."""

from __future__ import annotations

from tests.formal.prover import Proof

PROOFS = (
    Proof(
        "dw_requantise_stage",
        sources=("dw_clamp_bounds.v",),
        depth=5,
        bound=6,
        faults={
            "acc_of_the_lane": ("(acc[lane*ACC_W+:ACC_W])", "(acc[0+:ACC_W])"),
            "bias_of_the_lane": ("scale[(k*LANES+lane)*8+:8]", "scale[(lane*BYTES+k)*8+:8]"),
            "multiplier_of_the_lane": (
                "lane_scale[BIAS_W+:MULTIPLIER_W]",
                "lane_scale[0+:MULTIPLIER_W]",
            ),
            "right_shift_of_the_lane": (
                "lane_scale[BIAS_W+MULTIPLIER_W+:6]",
                "lane_scale[BIAS_W+:6]",
            ),
            "roundings_zero_point_and_clamp": (
                ".act_max        (act_max)",
                ".act_max        (act_min)",
            ),
        },
    ),
    Proof(
        "dw_float_requantise_stage",
        sources=("dw_clamp_bounds.v",),
        depth=5,
        bound=6,
        faults={
            "acc_of_the_lane": ("(acc[lane*ACC_W+:ACC_W])", "(acc[0+:ACC_W])"),
            "bias_of_the_lane": ("scale[(k*LANES+lane)*8+:8]", "scale[(lane*BYTES+k)*8+:8]"),
            "multiplier_of_the_lane": ("lane_scale[63:32]", "lane_scale[31:0]"),
            "right_shift_of_the_lane": ("lane_scale[69:64]", "lane_scale[71:66]"),
            "roundings_zero_point_and_clamp": (
                ".act_max        (act_max)",
                ".act_max        (act_min)",
            ),
        },
    ),
    Proof(
        "dw_float_bias_store",
        sources=("dw_pipeline.v",),
        depth=4,
        bound=6,
        faults={
            "low_beat_of_each_lane": ("(lane*WORDS+k)*WIDTH", "(k*LANES+lane)*WIDTH"),
            "high_beat_of_each_lane": ("write_word[k]", "write_word[0]"),
        },
    ),
    Proof(
        "dw_float_weight_store",
        sources=("dw_weight_store.v", "dw_pipeline.v"),
        depth=6,
        bound=8,
        faults={
            "weight_of_the_named_word": ("column[row*WIDTH+:WIDTH]", "column[0+:WIDTH]"),
            "weight_of_a_later_column": ("(col - 1) * SUM_CYCLES", "col - 1"),
        },
    ),
    Proof(
        "dw_float_requantise",
        sources=("dw_pipeline.v",),
        depth=8,
        bound=9,
        faults={
            "product_and_roundings_meet": (
                ") u_round_shift (\n          .clk        (clk),\n          .product    (product)",
                ") u_round_shift (\n          .clk        (clk),\n          .product    (~product)",
            ),
            "chooses_the_rounding": ("((ROUNDING == 7) && !single_rounding)", "1'b0"),
            "adds_the_bias": ("{acc[ACC_W-1]}}, acc}", "{1'b0}}, acc}"),
            "multiplies_the_significand": ("{1'b0, significand, 6'd0}", "{significand, 7'd0}"),
            "multiplies_the_number": (".CYCLES(CONVERT_CYCLES)", ".CYCLES(CONVERT_CYCLES - 1)"),
            "delays_the_multiplier": (".multiplier(multiplier_q)", ".multiplier(multiplier)"),
            "delays_the_right_shift": (
                "right_shift_q <= right_shift",
                "right_shift_q <= right_shift - 1'b1",
            ),
            "sign_and_exponent_meet_the_product": (
                ".CYCLES(PRODUCT_CYCLES)",
                ".CYCLES(PRODUCT_CYCLES - 1)",
            ),
            "takes_the_float_rounding": (
                "? {float_field, float_negative",
                "? {whole_field, float_negative",
            ),
            "or_the_other_one": (".CYCLES(SLOWER)", ".CYCLES(SLOWER + 1)"),
            "adds_the_zero_point_and_clamps": (
                "zero_point, nudge, positive}",
                "zero_point, 1'b0, positive}",
            ),
            "clamps_what_does_not_fit": ("outside ? positive : ", ""),
        },
    ),
)
