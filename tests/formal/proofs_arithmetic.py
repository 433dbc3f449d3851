"""Arithmetic, against references written in another way: proofs and faults."""

from __future__ import annotations

from tests.formal.prover import Proof

PROOFS = (
    Proof(
        "dw_centre",
        bound=2,
        faults={
            "difference": ("{value[WIDTH-1], value}", "{1'b0, value}"),
            "difference_of_the_next_lane": ("ifmap[l*WIDTH+:WIDTH]", "ifmap[0+:WIDTH]"),
        },
    ),
    Proof(
        "dw_clamp_bounds",
        bound=3,
        faults={
            "below_is_exact": ("{zero_point[OFMAP_W-1], zero_point}", "{1'b0, zero_point}"),
            "above_is_exact": ("zero + ~{", "zero - {"),
        },
    ),
    Proof(
        "dw_step_shift",
        bound=2,
        faults={
            "shifts": ("steps[0] ? odd : even", "steps[0] ? even : odd"),
            "inverts": (" ^ {OUT_W{invert}}", ""),
        },
    ),
    Proof(
        "dw_masked_adder",
        bound=2,
        faults={
            "adds": ("} : a) + b", "} : a) - b"),
            "takes_the_second_alone": ("mask ? {WIDTH{1'b0}} : a", "a"),
        },
    ),
    Proof(
        "dw_multiplier",
        depth=4,
        bound=5,
        faults={
            "product": ("a_sign = (A_SIGNED != 0) && ", "a_sign = 1'b0 && "),
            "negative_factor": ("b_sign = (B_SIGNED != 0) && ", "b_sign = "),
        },
    ),
    Proof(
        "dw_multiplier",
        parameters={"A_W": 6, "B_W": 6, "A_SIGNED": 1, "B_SIGNED": 1, "P_W": 12},
        depth=3,
        bound=3,
    ),
    Proof(
        "dw_multiplier",
        parameters={"A_W": 6, "B_W": 5, "A_SIGNED": 0, "B_SIGNED": 1, "P_W": 9, "CYCLES": 3},
        depth=5,
        bound=6,
    ),
    Proof(
        "dw_mac_cell",
        sources=("dw_multiplier.v",),
        depth=6,
        bound=8,
        faults={
            "multiplies_and_adds": ("psum_sign = ACC_SIGNED &&", "psum_sign = 1'b0 &&"),
            "adds_the_psum_of_the_cycle_before": (
                "psum <= psum_wide + product_wide",
                "psum <= product_wide",
            ),
            "multiplies_after_four_cycles": (
                "product <= block_product",
                "product <= block_product << 1",
            ),
        },
    ),
    Proof(
        "dw_pass_sum",
        faults={
            "adds_all_passes": ("sign = (SIGNED != 0) && ", "sign = 1'b0 && "),
            "begins_with_the_first": ("first ? {ACC_W{1'b0}} : acc", "acc"),
        },
    ),
    Proof(
        "dw_product",
        depth=6,
        bound=8,
        faults={
            "weighted_sum_of_the_limb_products": ("{sides[SIDE_W]}}, sides", "{1'b0}}, sides"),
        },
    ),
    Proof(
        "dw_round_shift",
        sources=("dw_step_shift.v",),
        depth=3,
        bound=3,
        faults={
            "rounds_once": ("(twice && tail)", "tail"),
            "rounds_twice": ("tail_0    <= flipped[31]", "tail_0    <= 1'b1"),
            "says_that_it_fits": ("|flipped[W+15+:12]", "|flipped[W+14+:13]"),
            "says_that_it_does_not_fit": ("|coarse[W+3+:4]", "|coarse[W+3+:3]"),
            "sign": ("positive       <= !sign_q", "positive       <= sign_q"),
        },
    ),
    Proof(
        "dw_requantise",
        depth=4,
        bound=5,
        faults={
            "product_and_rounding_meet": (".product    (product)", ".product    (product + 1'b1)"),
            "chooses_the_rounding": (
                "((ROUNDING == 3) && !single_rounding)",
                "!single_rounding && bias[0]",
            ),
            "adds_the_bias": ("{acc[ACC_W-1]}}, acc}", "{1'b0}}, acc}"),
            "delays_the_multiplier": (
                "multiplier_q  <= multiplier",
                "multiplier_q  <= multiplier + 1'b1",
            ),
            "delays_the_right_shift": (".right_shift(right_shift_q)", ".right_shift(right_shift)"),
            "adds_the_zero_point_and_clamps": (
                "zero_point, nudge, positive}",
                "zero_point, 1'b0, positive}",
            ),
            "clamps_what_does_not_fit": ("outside ? positive : ", ""),
        },
    ),
    Proof(
        "dw_float_convert",
        depth=6,
        bound=7,
        faults={
            "counts_the_zeros": ("!any_3 && (any_2 || !any_1)", "!any_3 && any_2"),
            "nearest": ("{1'b0, truncated} + {24'd0, up}", "{1'b0, truncated}"),
            "even_of_two": ("(by_pairs[8] || (|by_pairs[6:0]))", "1'b1"),
            "zero": (
                "truncated  <= by_pairs[31] ?",
                "truncated  <= (by_pairs == 0) ? 1 : by_pairs[31] ?",
            ),
            "sign": ("negative_3 <= negative_2", "negative_3 <= negative_1"),
        },
    ),
    Proof(
        "dw_float_round",
        sources=("dw_step_shift.v",),
        depth=5,
        bound=6,
        faults={
            "rounds_as_float32_does": ("(sticky || kept[0])", "kept[0]"),
            "says_that_it_fits": ("not_zero_2 && distance[7]", "distance[7]"),
            "says_that_it_does_not_fit": ("overflow_q || last[FIELD_W+1]", "overflow_q"),
            "sign": ("positive_q <= !negative_3", "positive_q <= negative_3"),
        },
    ),
)
