"""The faults of the modules of float rounding, as in ``leaf_faults``."""

from __future__ import annotations

FLOAT_FAULTS: dict[str, tuple[tuple[str, str], ...]] = {
    "dw_float_convert": (
        ("+ {31'd0, x[31]}", "+ 32'd0"),
        ("!any_3 && (any_2 || !any_1)", "!any_3 && any_2"),
        ("!pair_3 && (pair_2 || !pair_1)", "!pair_3 && !pair_1"),
        ("(by_pairs[8] || (|by_pairs[6:0]))", "(|by_pairs[6:0])"),
        ("(by_pairs[8] || (|by_pairs[6:0]))", "1'b1"),
        ("(by_pairs[7] || (|by_pairs[5:0]))", "(by_pairs[7] || (|by_pairs[5:1]))"),
        ("{24'd0, up}", "{25'd0}"),
        ("{zeros_3, !by_pairs[31]}", "{zeros_3, 1'b0}"),
        ("negative_3 <= negative_2", "negative_3 <= negative_1"),
    ),
    "dw_float_round": (
        ("(top && product[35])", "1'b0"),
        ("(sticky || kept[0])", "kept[0]"),
        ("+ {7'd0, top_1}", "+ 8'd0"),
        ("8'd62 - FIELD_W", "8'd61 - FIELD_W"),
        ("(distance > LAST)", "(distance > LAST + 8'd1)"),
        ("!not_zero_2 || ", ""),
        ("not_zero_2 && distance[7]", "distance[7]"),
        ("(|rounded[22-FIELD_W:0]) || ", ""),
        ("(|dropped[3:0])", "(|dropped[3:1])"),
        ("|| (distance[3] && (|dropped[7:4]))", ""),
        ("((steps != 2'd0) && coarse_q[0])", "1'b0"),
        ("((steps == 2'd3) && coarse_q[2])", "1'b0"),
        ("last[0] && (last[1] || tail)", "last[0] && tail"),
        ("overflow_q || last[FIELD_W+1]", "overflow_q"),
        ("nudge      <= up ^ negative_3", "nudge      <= up"),
    ),
    "dw_float_requantise": (
        ("{acc[ACC_W-1]}}, acc}", "{1'b0}}, acc}"),
        ("SLOWER = 2", "SLOWER = 1"),
        ("CONVERT_CYCLES = 5", "CONVERT_CYCLES = 4"),
        ("float_rounding ? float_factor : whole", "float_factor"),
        ("float_rounding ? float_factor : whole", "whole"),
        ("(ROUNDING == 5) || ((ROUNDING == 7) && !single_rounding)", "!single_rounding"),
        ("(ROUNDING == 5) || ((ROUNDING == 7) && !single_rounding)", "(ROUNDING == 5)"),
        ("{{2{negative}}, field", "{2'b00, field"),
        ("zero_point, nudge, positive}", "zero_point, 1'b0, positive}"),
        ("outside ? positive : ", "outside ? negative : "),
    ),
    "dw_float_requantise_stage": (
        ("scale[(k*LANES+lane)*8+:8]", "scale[k*LANES*8+:8]"),
        (".act_max   (act_max)", ".act_max   (act_min)"),
        (".float_rounding (float_rounding)", ".float_rounding (1'b1)"),
    ),
}
