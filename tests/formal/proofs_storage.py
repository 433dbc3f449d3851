"""Memories, delays and the selection of operands: proofs and faults."""

from __future__ import annotations

from tests.formal.prover import Proof

PROOFS = (
    Proof(
        "dw_pipeline",
        depth=4,
        faults={
            "delays_by_cycles": ("stages[WIDTH*(CYCLES-1)+:WIDTH]", "stages[0+:WIDTH]"),
            "clear_after_reset": ("(RESET != 0) && rst", "(RESET != 0) && rst && (i == 0)"),
        },
    ),
    Proof(
        "dw_ram",
        faults={
            "reads_the_last_write": (
                "read_data   <= memory_data",
                "read_data <= memory[read_address]",
            ),
            "clears": ("if (clear) read_data", "if (clear && !read) read_data"),
            "holds_without_read": ("if (read) begin", "begin"),
        },
    ),
    Proof(
        "dw_delay_line",
        sources=("dw_ram.v",),
        depth=2,
        bound=14,
        faults={
            "delays_by_length_steps": ("read_offset = TWO - length", "read_offset = ONE - length"),
            "length_one": ("({WIDTH{is_one}} & last_d) | earlier_d", "earlier_d"),
            "length_two": ("({WIDTH{is_one}} & last_d) | earlier_d", "({WIDTH{is_one}} & last_d)"),
            "longest": (
                "read_address  <= read_offset[ADDR_W-1:0]",
                "read_address  <= read_offset[ADDR_W-2:0]",
            ),
        },
    ),
    Proof(
        "dw_delay_line",
        properties="dw_delay_line_shift",
        faults={
            "delays_by_length_steps": ("length == i + 1 + SHORTER", "length == i + 1"),
            "moves_only_with_step": ("if (step) stages", "stages"),
        },
    ),
    Proof(
        "dw_window",
        sources=("dw_delay_line.v", "dw_ram.v"),
        depth=10,
        bound=14,
        faults={
            "newest_tap": (
                ".length (ONE),\n              .d      (rows[r*",
                ".length (ONE),\n              .d      (rows[0*",
            ),
            "column_delays": ("(r*KERNEL_W+c+1)*WIDTH", "(r*KERNEL_W+KERNEL_W-1)*WIDTH"),
            "row_delay_of_the_first_row": (
                ".MAX_LENGTH      (MAX_ROW_DELAY)",
                ".MAX_LENGTH      (1)",
            ),
            "both_delays": (".length (row_delay)", ".length (col_delay)"),
        },
    ),
    Proof(
        "dw_tap_mask",
        depth=3,
        bound=4,
        faults={
            "taps_inside_pass": (
                "emit && row_mask[r] && col_mask[c]",
                "emit && row_mask[r] && !col_mask[c]",
            ),
            "taps_outside_are_zero": ("mask <= emit && ", "mask <= "),
            "each_tap_has_its_mask": ("row_mask[r] && col_mask[c]", "row_mask[r]"),
        },
    ),
    Proof(
        "dw_tap_select",
        depth=4,
        bound=5,
        faults={
            "takes_the_taps_of_the_pass": ("unit_choices[pass_q*WIDTH", "unit_choices[pass*WIDTH"),
            "zero_behind_the_last_tap": ("TAP = p * UNITS + u", "TAP = (p * UNITS + u) % 5"),
            "zero_outside": ("mask   <= emit && ", "mask   <= "),
        },
    ),
    Proof(
        "dw_weight_store",
        sources=("dw_pipeline.v", "dw_ram.v"),
        depth=7,
        bound=9,
        faults={
            "weight_of_the_named_word": ("write_word[row*COLS+col]", "write_word[col*ROWS+row]"),
            "weight_of_a_later_column": ("(col > 1) ? col - 1 : 0", "0"),
        },
    ),
    Proof(
        "dw_scale_store",
        sources=("dw_pipeline.v", "dw_ram.v"),
        depth=8,
        bound=10,
        faults={
            "bias": (
                "({active_bank, weight_set}),\n      .q  (bias_set)",
                "({1'b0, weight_set}),\n      .q  (bias_set)",
            ),
            "multiplier": ("assign read_set = multiplier_set;", "assign read_set = bias_set;"),
            "right_shift": (
                ".CYCLES(RIGHT_SHIFT_DELAY - MULTIPLIER_DELAY)",
                ".CYCLES(RIGHT_SHIFT_DELAY)",
            ),
        },
    ),
)
