"""Faults in the path of the data, from window to acc, all seen by the cosimulation."""

from __future__ import annotations

from tests.cosim.fault import IN_PASSES, Fault

FAULTS = (
    Fault(
        "mask_one_pixel_too_wide",
        "dw_tap_axis.v",
        "(coordinate < limit)",
        "(coordinate <= limit)",
        r"row_mask|col_mask",
    ),
    Fault(
        "mask_ends_with_the_sign_alone",
        "dw_tap_axis.v",
        "(coordinate < limit)",
        "(coordinate < limit || !limit[WIDTH-1])",
        r"row_mask|col_mask",
    ),
    Fault(
        "row_delay_one_too_long",
        "dw_delay_line.v",
        "read_offset = TWO - length;",
        "read_offset = TWO - length - 1'b1;",
        r"operands|in_col_left|out_col_left|emit_q|step_q",
    ),
    Fault(
        "young_words_without_bypass",
        "dw_delay_line.v",
        "& last_d) | earlier_d | read_data",
        "& last_d) | read_data",
        r"operands|out_row_left|out_col_left|emit_q",
    ),
    Fault(
        "weights_of_two_columns_swapped",
        "dw_weight_store.v",
        ".write        (write_word[row*COLS+col])",
        ".write        (write_word[row*COLS+((col == 1) ? 2 : col)])",
        r"row_sums",
    ),
    Fault(
        "operand_not_skewed",
        "broken_kernel_row.v",
        ".CYCLES(1)\n  ) u_skew_2",
        ".CYCLES(0)\n  ) u_skew_2",
        r"row_sums",
    ),
    Fault(
        "weight_tag_not_skewed",
        "dw_weight_store.v",
        "(col > 1) ? col - 1 : 0",
        "(col > 2) ? col - 1 : 0",
        r"row_sums",
    ),
    Fault(
        "psum_one_bit_short",
        "dw_mac_cell.v",
        "assign psum_out = psum;",
        "assign psum_out = {psum[PSUM_OUT_W-2], psum[PSUM_OUT_W-2:0]};",
        r"row_sums",
    ),
    Fault(
        "weight_without_its_sign",
        "dw_multiplier.v",
        "(B_SIGNED != 0)",
        "1'b0",
        r"row_sums",
    ),
    Fault(
        "row_tree_drops_the_odd_row",
        "broken_row_tree.v",
        "sum_1_1 <= sum_0_2;",
        "sum_1_1 <= sum_0_2 & 9'd0;",
        r"acc",
    ),
    Fault(
        "row_tree_without_the_sign",
        "broken_row_tree.v",
        "{{2{sum_1_1[8]}}, sum_1_1}",
        "{2'd0, sum_1_1}",
        r"acc",
    ),
    Fault(
        "acc_one_bit_short",
        "broken_row_tree.v",
        "assign sum = sum_2_0;",
        "assign sum = {sum_2_0[9], sum_2_0[9:0]};",
        r"acc",
    ),
    Fault(
        "lane_of_the_next_channel",
        "broken_lane_spread.v",
        "{2'd2, 2'd1}:\n          lanes = {\n            tap[4+:4],",
        "{2'd2, 2'd1}:\n          lanes = {\n            tap[0+:4],",
        r"operands",
    ),
    Fault(
        "idle_windows_move_the_array",
        "dw_tap_mask.v",
        "mask <= emit && row_mask[r]",
        "mask <= row_mask[r]",
        r"operands",
    ),
    Fault(
        "claims_credit_for_every_pass",
        "in_passes.v",
        ".take     (emit && claims)",
        ".take     (emit)",
        r"credits",
        IN_PASSES,
    ),
    Fault(
        "taps_of_the_pass_before",
        "dw_tap_select.v",
        "chosen <= unit_choices[pass_q*WIDTH+:WIDTH];",
        "chosen <= unit_choices[((pass_q == 0) ? pass_q : pass_q - 1'b1)*WIDTH+:WIDTH];",
        r"operands",
        IN_PASSES,
    ),
    Fault(
        "masks_of_the_next_pass",
        "dw_tap_select.v",
        "mask_q <= mask;",
        "mask_q <= emit && unit_masks[pass];",
        r"operands",
        IN_PASSES,
    ),
    Fault(
        "surplus_taps_unmasked",
        "dw_tap_select.v",
        "assign masks[u*PASSES+p] = 1'b0;\n"
        "          assign choices[(u*PASSES+p)*WIDTH+:WIDTH] = {WIDTH{1'b0}};",
        "assign masks[u*PASSES+p] = row_mask[0];\n"
        "          assign choices[(u*PASSES+p)*WIDTH+:WIDTH] = {WIDTH{1'b1}};",
        r"operands",
        IN_PASSES,
    ),
    Fault(
        "first_pass_added_to_the_last_beat",
        "dw_pass_sum.v",
        "first ? {ACC_W{1'b0}} : acc",
        "acc",
        r"acc",
        IN_PASSES,
    ),
)
