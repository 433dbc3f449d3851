"""Floating point, against values in integers, in small formats: proofs and faults."""

from __future__ import annotations

from tests.formal.prover import Proof

PROOFS = (
    Proof(
        "dw_float_adder",
        sources=("dw_pipeline.v",),
        depth=7,
        bound=7,
        faults={
            "is_a_number": ("(&exponent_5)", "1'b0"),
            "none_is_nearer": ("moved[0] || lost", "moved[0]"),
            "even_of_two": ("(digits_5[4] || (|digits_5[2:0]))", "1'b1"),
            "sign_of_the_exact_sum": ("swap ? b[WIDTH-1] : a[WIDTH-1]", "a[WIDTH-1]"),
            "zero_is_minus_of_two_only": ("a[WIDTH-1] && b[WIDTH-1]", "a[WIDTH-1]"),
            "infinity": ("infinite_1 <= special_a || special_b", "infinite_1 <= special_a"),
            "canonical_nan": ("(special_a && special_b && subtract)", "1'b0"),
        },
    ),
    Proof(
        "dw_float_adder",
        parameters={"SUBNORMALS": 0},
        sources=("dw_pipeline.v",),
        depth=7,
        bound=7,
        faults={"below_the_normal_ones": ("(SUBNORMALS == 0) && !is_normal", "1'b0")},
    ),
    Proof(
        "dw_float_multiplier",
        sources=("dw_float_digits.v", "dw_multiplier.v", "dw_pipeline.v"),
        depth=8,
        bound=8,
        faults={
            "is_a_number": ("nan_6      <= nan_5", "nan_6      <= nan_5 || infinite_6"),
            "none_is_nearer": ("rest = lost_5 || ", "rest = "),
            "even_of_two": ("(rest || placed[W-KEPT])", "1'b1"),
            "sign_of_the_product": ("a[WIDTH-1] ^ b[WIDTH-1]", "a[WIDTH-1] || b[WIDTH-1]"),
            "infinity": ("(exponent >= $signed(MOST_E))", "(exponent > $signed(MOST_E))"),
            "canonical_nan": ("(zero_a && infinite_b)", "1'b0"),
            "a_skipped_tap_is_plus_zero": ("sign_1      <= !skip && ", "sign_1      <= "),
        },
    ),
    Proof(
        "dw_float_multiplier",
        parameters={"SUBNORMALS": 0},
        sources=("dw_float_digits.v", "dw_multiplier.v", "dw_pipeline.v"),
        depth=8,
        bound=8,
        faults={"below_the_normal_ones": ("zero_5 || tiny", "zero_5")},
    ),
    Proof(
        "dw_float_narrow",
        depth=3,
        bound=3,
        faults={
            "is_a_number": ("special && has_fraction", "has_fraction"),
            "none_is_nearer": ("rest = lost_1 || ", "rest = "),
            "even_of_two": ("(rest || placed_1[GUARD+1])", "1'b1"),
            "zero_is_plus": ("a[ACC_W-1] && (a[ACC_W-2:0] != 0)", "a[ACC_W-1]"),
            "keeps_the_sign": ("a[ACC_W-1] && (a[ACC_W-2:0] != 0)", "a[ACC_W-1] && special"),
            "infinity": ("infinite_1 <= special || above", "infinite_1 <= special"),
            "canonical_nan": ("special && has_fraction", "1'b0"),
        },
    ),
    Proof(
        "dw_float_narrow",
        parameters={"ACC_EXPONENT_W": 3, "SUBNORMALS": 0},
        depth=3,
        bound=3,
        faults={"below_the_normal_ones": ("(SUBNORMALS == 0) && below", "1'b0")},
    ),
    Proof(
        "dw_float_clamp",
        depth=3,
        bound=3,
        faults={
            "raises_to_the_least": ("place < least", "word < least"),
            "lowers_to_the_most": ("place > most", "word > most"),
            "keeps_what_is_between": ("key = -key", "key = ~key"),
            "nan_passes": ("above_1 <= !nan && ", "above_1 <= "),
            "each_lane_has_its_value": ("value[lane*WIDTH+:WIDTH]", "value[0+:WIDTH]"),
        },
    ),
    Proof(
        "dw_float_digits",
        depth=3,
        bound=3,
        faults={
            "weighted_sum_of_the_limb_products": (
                "{1'b0, cross_a} + {1'b0, cross_b}",
                "{1'b0, cross_a + cross_b}",
            ),
            "limbs_meet": (".b(a[LOW_W-1:0]), .p(cross_b)", ".b(b[LOW_W-1:0]), .p(cross_b)"),
        },
    ),
    Proof(
        "dw_float_row_tree",
        sources=("dw_pipeline.v",),
        depth=7,
        bound=7,
        faults={
            "adds_in_pairs": ("sums[(2*i+1)*WIDTH+:WIDTH]", "sums[2*i*WIDTH+:WIDTH]"),
            "the_last_of_an_odd_number_waits": (".CYCLES(SUM_CYCLES)", ".CYCLES(0)"),
        },
    ),
    Proof(
        "dw_float_pass_sum",
        sources=("dw_pipeline.v",),
        depth=8,
        bound=10,
        faults={
            "adds_the_first_pair": ("has_first ? first : part", "has_first ? part : first"),
            "then_the_last": (".CYCLES(level * SUM_CYCLES)", ".CYCLES(0)"),
        },
    ),
    Proof(
        "dw_float_bias",
        depth=3,
        bound=3,
        faults={
            "adds_the_bias": (".a  (acc[lane*WIDTH+:WIDTH])", ".a  (bias[lane*WIDTH+:WIDTH])"),
            "adds_that_of_the_lane": (".b  (bias[lane*WIDTH+:WIDTH])", ".b  (bias[0+:WIDTH])"),
        },
    ),
    Proof(
        "dw_float_kernel_row",
        sources=("dw_pipeline.v",),
        depth=7,
        bound=7,
        faults={
            "adds_from_left_to_right": (".a  (g_cell[c-1].sum)", ".a  (g_cell[0].sum)"),
            "the_last_cell_waits_for_the_others": ("(c - 1) * SUM_CYCLES", "c * SUM_CYCLES"),
            "skips_taps_outside": ("!in_ifmap", "in_ifmap"),
        },
    ),
    Proof(
        "dw_float_array",
        sources=(
            "dw_float_kernel_row.v",
            "dw_float_pass_sum.v",
            "dw_float_row_tree.v",
            "dw_pipeline.v",
        ),
        depth=10,
        bound=11,
        faults={
            "sums_chains_then_rows_then_passes": (
                ".CYCLES(PASS_CYCLES - 1)",
                ".CYCLES(PASS_CYCLES)",
            ),
            "each_lane_has_its_own_taps": (
                "(row * COLS + col) * LANES + lane",
                "(lane * ROWS + row) * COLS + col",
            ),
            "skips_taps_outside": (".skip   (!in_ifmap)", ".skip   (in_ifmap)"),
        },
    ),
    Proof(
        "dw_float_accumulator",
        depth=6,
        bound=8,
        faults={
            "a_fresh_product_goes_in_as_it_is": ("fresh ? NONE : bypass", "fresh ? held : bypass"),
            "adds_the_sum_that_leaves": ("bypass ? sum : held", "held"),
            "adds_the_sum_that_left_before": ("through ? sum : parts", "parts"),
            "adds_the_named_sum": ("parts[read_index*ACC_W+:ACC_W]", "parts[0+:ACC_W]"),
            "clears_the_others": ("else if (clear) part", "else if (clear && fresh) part"),
            "keeps_them_otherwise": ("else if (clear) part", "else part"),
        },
    ),
    Proof(
        "dw_float_cell_array",
        depth=2,
        bound=4,
        faults={
            "neighbours_at_a_stride_of_one": (
                "segment[ONE*PIXEL+:PIXEL]",
                "segment[TWO*PIXEL+:PIXEL]",
            ),
            "every_second_pixel_at_a_stride_of_two": ("two = cell_stride[1]", "two = 1'b0"),
            "skips_taps_outside": ("(!in_ifmap[q])", "(!in_ifmap[0])"),
            "skips_no_other_tap": ("(!in_ifmap[q])", "(1'b1)"),
            "weight_of_the_lane": ("(weight[l*WIDTH+:WIDTH])", "(weight[0+:WIDTH])"),
            "sums_as_told": (
                ".bypass    (bypass),\n            .write",
                ".bypass    (through),\n            .write",
            ),
        },
    ),
)
