"""The benches notice: each leaf is broken on purpose, and its own bench has to fail.

Several leaves are broken in one run, but never a leaf together with one that it contains: what
the bench of ``dw_raster`` notices must be the break of ``dw_raster``. Icarus, because it builds
in no time, and only the broken leaves.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.leaf.leaf_instances import LEAVES
from tests.leaf.leaf_runner import build_wrapper, chosen_seed, leaf_sources, run_leaves

CYCLES = 1500

# In each round: leaf -> what is replaced by what in the source of its module.
ROUNDS = {
    "leaf_flow": (
        {
            "dw_skid_buffer": ("read_second ? second_data : first_data", "first_data"),
            "dw_output_fifo": ("LAST_ENTRY = DEPTH - 1", "LAST_ENTRY = (1 << ADDR_W) - 1"),
            "dw_credit": ("else if (take && !give)", "else if (take)"),
            "dw_pipeline": ("(RESET != 0) && rst", "(RESET != 0) && rst && (i == 0)"),
        },
        {
            "dw_skid_buffer": ("accept = s_valid && s_ready", "accept = s_valid"),
            "dw_output_fifo": ("(!m_valid || m_ready)", "!m_valid"),
            "dw_credit": ("else if (give && !take)", "else if (give)"),
            "dw_pipeline": ("stages[WIDTH*(CYCLES-1)+:WIDTH]", "stages[0+:WIDTH]"),
        },
        {
            "dw_skid_buffer": ("if (m_ready && out_valid) read", "if (m_ready) read"),
            "dw_output_fifo": ("not_empty <= (entries != 1)", "not_empty <= (entries != 2)"),
            "dw_credit": ("available <= (credits != 1)", "available <= (credits != 0)"),
        },
        {"dw_skid_buffer": ("!m_ready || !s_ready || s_valid", "!m_ready || !s_ready")},
        {"dw_skid_buffer": ("s_ready <= 1'b0;\n      write", "s_ready <= 1'b1;\n      write")},
    ),
    "leaf_streams": (
        {
            "dw_control": ("LOAD: if (ready)", "LOAD: if (params_loaded)"),
            "dw_ifmap_port": ("excess && s_valid && s_last", "excess && s_last"),
            "dw_param_loader": ("if (tensor_end && !set_end) error <= 1'b1;", ""),
        },
        {
            "dw_control": ("ALL_CYCLES = DRAIN_CYCLES", "ALL_CYCLES = DRAIN_CYCLES - 1"),
            "dw_ifmap_port": ("if (rst || restart) short_stream", "if (rst) short_stream"),
            "dw_param_loader": ("if (accept && overflow) error <= 1'b1;", ""),
        },
        {
            "dw_control": ("swap = start && load", "swap = start"),
            "dw_ifmap_port": ("s_ready = excess || take_real", "s_ready = excess || take"),
            "dw_param_loader": ("if (tensor_end) word <=", "if (0) word <="),
        },
        {
            "dw_control": ("wire ready = !port_blocked && ", "wire ready = "),
            "dw_ifmap_port": ("short_stream ? {WIDTH{1'b0}} : s_data", "s_data"),
            "dw_param_loader": ("(pass_end && !last_pass) ? FIRST_WORD : rotated", "rotated"),
        },
        {
            "dw_ifmap_port": ("available <= !rst && ", "available <= "),
            "dw_param_loader": ("((WORDS > UNITS) || last_pass)", "last_pass"),
        },
        {
            "dw_ifmap_port": ("(short_stream && !restart)", "short_stream"),
            "dw_param_loader": ("((WORDS > UNITS) || last_pass)", "1'b1"),
        },
        {
            "dw_control": ("      cfg_ready <= 1'b0;\n", "      cfg_ready <= 1'b1;\n"),
            "dw_param_loader": ("if (rst || tensor_end) pass", "if (rst) pass"),
        },
        {"dw_param_loader": ("pass_end && !overflow) index", "set_end && !overflow) index")},
        {"dw_param_loader": ("write_set <= {!active_bank", "write_set <= {active_bank")},
    ),
    "leaf_raster": (
        {
            "dw_countdown": ("anew ? (count == 1) : ", ""),
            "dw_raster_axis": ("hit_again = in_phase && more", "hit_again = in_phase"),
            "dw_tap_axis": ("coordinate < limit", "coordinate <= limit"),
        },
        {
            "dw_countdown": ("if (restart || step)", "if (step)"),
            "dw_raster_axis": ("hit ? ({1'b0, hits_left} == 2) : ", ""),
            "dw_tap_axis": ("if (restart || step) begin", "if (restart || step || anew) begin"),
        },
        {
            "dw_raster": (".step   (step)", ".step   (1'b1)"),
            "dw_plane_marker": ("is_one ? mark : ", ""),
            "dw_tap_axis": ("(restart || anew) ? start", "restart ? start"),
        },
        {
            "dw_raster": ("row_end = pixel_end && col_last", "row_end = col_last"),
            "dw_plane_marker": ("(fresh && word)", "word"),
            "dw_tap_axis": ("coordinate < limit", "$signed(coordinate) < $signed(limit)"),
        },
        {
            "dw_plane_marker": ("if (restart) held", "if (1'b0) held"),
            "dw_raster": ("(row_end ? row_hit_next : row_hit)", "row_hit"),
        },
        {
            "dw_raster": ("final_hit = pixel_end && ", "final_hit = "),
            "dw_plane_marker": ("step && !fresh && is_longer", "step && !fresh"),
        },
        {"dw_plane_marker": ("stale <= lag - TWO", "stale <= lag")},
    ),
    "leaf_slots": (
        {
            "dw_group_tag": ("holding <= !window_last", "holding <= !beat_last"),
            "dw_slot_raster": ("out_hit = out_due && !neither_begins", "out_hit = out_due"),
        },
        {
            "dw_group_tag": ("claims  <= pass_last", "claims  <= 1'b1"),
            "dw_slot_raster": ("credit_ok = !out_due ||", "credit_ok = !in_due ||"),
        },
        {
            "dw_group_tag": ("is_final = holding ? held_final : ", "is_final = "),
            "dw_slot_raster": ("in_hit = in_due || in_begins", "in_hit = in_due"),
        },
        {
            "dw_group_tag": ("held_last : plane_final && plane_last", "held_last : plane_last"),
            "dw_slot_raster": ("(credit_available || !claims)", "credit_available"),
        },
        {
            "dw_group_tag": ("if (rst || restart) begin", "if (restart) begin"),
            "dw_slot_raster": ("step = !holding && beat_ok", "step = beat_ok"),
        },
        {
            "dw_group_tag": ("word_onward = image_last ? {WORD_W{1'b0}} : ", "word_onward = "),
            "dw_slot_raster": ("out_turns : out_hit_next", "out_turns : 1'b1"),
        },
        {
            "dw_group_tag": ("is_final ? word_onward : word_base", "word_onward"),
            "dw_slot_raster": (
                "in_turns = in_plane_end && in_more_next",
                "in_turns = in_plane_end",
            ),
        },
        {
            "dw_group_tag": ("set_onward = image_last ? {SET_W{1'b0}} : ", "set_onward = "),
            "dw_slot_raster": ("take && in_final_hit && in_one", "take && in_final_hit"),
        },
        {
            "dw_group_tag": ("pixel_last = window_last && group_last", "pixel_last = window_last"),
            "dw_slot_raster": ("!in_more && !out_more && !holding", "!in_more && !out_more"),
        },
        {
            "dw_group_tag": ("valid_q <= beat_end && ", "valid_q <= emit && "),
            "dw_slot_raster": ("step ? (in_may_begin && !beat_available) : ", "!step && "),
        },
        {
            "dw_group_tag": ("tail_q <= group_last && image_last", "tail_q <= image_last"),
            "dw_slot_raster": ("stalls && (holding || ", "stalls && ("),
        },
        {
            "dw_group_tag": ("first_q ? tail_channels : keep_rest", "tail_channels"),
            "dw_slot_raster": (".anew   (out_row_end)", ".anew   (1'b0)"),
        },
        {
            "dw_group_tag": ("last_q <= window_last && is_last", "last_q <= is_last"),
            "dw_slot_raster": ("step_q <= step && run && !rst", "step_q <= step && !rst"),
        },
        {
            "dw_group_tag": ("else if (beat_end) index", "else if (emit) index"),
            "dw_slot_raster": (
                "both_may_begin <= (lag == 0) && in_turns",
                "both_may_begin <= in_turns",
            ),
        },
        {"dw_slot_raster": ("out_begins <= lead && out_live", "out_begins <= 1'b0")},
        {"dw_slot_raster": ("(!out_plane_end || (leads && out_turns))", "!out_plane_end")},
        {"dw_slot_raster": ("starts = start && !rst && ", "starts = start && ")},
        {"dw_slot_raster": ("in_final_hit ? ({1'b0, in_planes} == 2)", "in_final_hit ? 1'b1")},
        {"dw_slot_raster": ("plane_final ? ({1'b0, out_planes} == 2)", "plane_final ? 1'b1")},
    ),
    "leaf_storage": (
        {
            "dw_ram": ("read_data   <= memory_data", "read_data <= memory[read_address]"),
            "ecp5_dw_ram": (".DO0(q[18])", ".DO0(q[0])"),
        },
        {
            "dw_ram": ("if (write) memory", "memory"),
            "ecp5_dw_ram": (".OCER(read)", ".OCER(1'b1)"),
        },
        {
            "dw_ram": ("if (read) begin", "begin"),
            "ecp5_dw_ram": (".CEB(read), .OCEB(read)", ".CEB(1'b1), .OCEB(1'b1)"),
        },
        {"ecp5_dw_ram": ("(ADDR_W == 10) ? 14'd3", "(ADDR_W == 10) ? 14'd1")},
        {"ecp5_dw_ram": ("(ADDR_W == 12) ? 2 :", "(ADDR_W == 12) ? 1 :")},
        {"dw_delay_line": ("({WIDTH{is_one}} & last_d) | earlier_d", "({WIDTH{is_one}} & last_d)")},
        {"dw_delay_line": ("if (!is_two) earlier_d", "if (1'b0) earlier_d")},
        {"dw_delay_line": (".clear        (is_short)", ".clear        (1'b0)")},
        {
            "dw_ram": ("if (clear) read_data", "if (1'b0) read_data"),
            "ecp5_dw_ram": (".RST(clear)", ".RST(1'b0)"),
        },
        {"ecp5_dw_ram": (".RSTB(clear)", ".RSTB(1'b0)")},
        {"dw_delay_line": (".read         (step)", ".read         (1'b1)")},
        {"dw_delay_line": ("read_offset = TWO - length", "read_offset = ONE - length")},
        {"dw_delay_line": ("length == i + 1 + SHORTER", "length == i + 1")},
        {"dw_window": ("rows[(r+1)*WIDTH+:WIDTH]),", "rows[(KERNEL_H-1)*WIDTH+:WIDTH]),")},
        {"dw_window": ("(r*KERNEL_W+c+1)*WIDTH", "(r*KERNEL_W+KERNEL_W-1)*WIDTH")},
    ),
    "leaf_operands": (
        {
            "dw_tap_mask": ("mask <= emit && ", "mask <= "),
            "dw_tap_select": ("mask   <= emit && ", "mask   <= "),
            "lane_spread": ("hold_index_q <= hold_index", "hold_index_q <= 0"),
        },
        {
            "dw_tap_mask": ("emit && row_mask[r] && ", "emit && "),
            "dw_centre": ("{value[WIDTH-1], value}", "{1'b0, value}"),
            "dw_tap_select": ("unit_choices[pass_q*WIDTH", "unit_choices[pass*WIDTH"),
            "lane_spread": ("multiplier_q <= multiplier", "multiplier_q <= 1"),
        },
        {
            "dw_tap_mask": ("row_mask[r] && col_mask[c]", "row_mask[r]"),
            "dw_tap_select": ("col_mask[TAP%KERNEL_W]", "col_mask[u%KERNEL_W]"),
        },
        {
            "dw_tap_select": ("mask_q ? chosen", "mask ? chosen"),
            "dw_centre": ("zero_point[WIDTH-1], zero_point}", "1'b0, zero_point}"),
        },
    ),
    "leaf_array": (
        {
            "row_tree": ("sum_3_0 <=", "sum_3_0 <= 1'b1 +"),
            "dw_pass_sum": ("sign = (SIGNED != 0) && ", "sign = "),
        },
        {
            "row_tree": ("sum = sum_4_0", "sum = {1'b0, sum_4_0} >> 1 << 1"),
            "dw_pass_sum": ("first ? {ACC_W{1'b0}} : acc", "{ACC_W{1'b0}}"),
        },
        {
            "dw_mac_cell": ("product_sign = ACC_SIGNED &&", "product_sign ="),
            "dw_pass_sum": ("sign = (SIGNED != 0) && ", "sign = 1'b0 && "),
        },
        {
            "dw_mac_cell": ("psum_sign = ACC_SIGNED &&", "psum_sign = 1'b0 &&"),
        },
        {
            "kernel_row": (".CYCLES(3)", ".CYCLES(2)"),
        },
    ),
    "leaf_scale": (
        {
            "dw_multiplier": ("a_sign = (A_SIGNED != 0) && ", "a_sign = "),
            "dw_step_shift": ("steps[0] ? odd : even", "steps[0] ? even : odd"),
            "dw_clamp_bounds": ("zero + ~{", "zero - {"),
        },
        {
            "dw_multiplier": ("if (CYCLES == 3)", "if (CYCLES == 4)"),
            "dw_step_shift": (" ^ {OUT_W{invert}}", ""),
            "dw_clamp_bounds": ("{zero_point[OFMAP_W-1], zero_point}", "{1'b0, zero_point}"),
        },
        *(
            {"dw_product": in_product, "dw_round_shift": in_round_shift}
            for in_product, in_round_shift in (
                ((".B_SIGNED(TWO)", ".B_SIGNED(1)"), ("{(W - 2) {sign}}", "{(W - 2) {1'b0}}")),
                (
                    ("{sides[SIDE_W]}}, sides", "{1'b0}}, sides"),
                    ("product, 1'b0}", "product, 1'b1}"),
                ),
                (
                    ("{side_m_q[SIDE_W-1], side_m_q}", "{1'b0, side_m_q}"),
                    ("|flipped[W+15+:12]", "|flipped[W+16+:11]"),
                ),
                (
                    (".CYCLES  (3)\n      ) u_side (", ".CYCLES  (2)\n      ) u_side ("),
                    ("|flipped[W+43+:4]", "|flipped[W+43+:3]"),
                ),
                (
                    (".CYCLES  (3)\n  ) u_high", ".CYCLES  (2)\n  ) u_high"),
                    ("|flipped[64:W+47]", "1'b0"),
                ),
                (
                    (", low_q[0+:LIMB_W]}", ", low[0+:LIMB_W]}"),
                    ("|coarse[W+3+:4]", "|coarse[W+3+:3]"),
                ),
            )
        ),
        *(
            {"dw_round_shift": fault}
            for fault in (
                ("|coarse[W+11+:4]", "|coarse[W+12+:3]"),
                ("tail_0    <= flipped[31]", "tail_0    <= 1'b1"),
                ("&flipped[32+:12]", "&flipped[33+:11]"),
                ("&flipped[44+:4]", "&flipped[44+:3]"),
                ("&coarse[0+:4]", "&coarse[1+:3]"),
                ("&coarse[8+:4]", "&coarse[8+:3]"),
                ("(twice && tail)", "tail"),
                ("(twice && tail) ^ sign_q", "(twice && tail)"),
                ("((steps[1:0] == 2'd0) && fine_q[W])", "1'b0"),
                ("(!steps[1] || fine_q[1])", "fine_q[1]"),
                ("positive       <= !sign_q", "positive       <= sign_q"),
            )
        ),
    ),
    "leaf_requantise": tuple(
        {"dw_requantise": fault}
        for fault in (
            ("{acc[ACC_W-1]}}, acc}", "{1'b0}}, acc}"),
            ("((ROUNDING == 3) && !single_rounding)", "!single_rounding"),
            (".twice      (twice)", ".twice      (1'b1)"),
            ("{{2{negative}}, field", "{2'b00, field"),
            ("zero_point, nudge, positive}", "zero_point, nudge, 1'b0}"),
            ("zero_point, nudge, positive}", "zero_point, 1'b0, positive}"),
            ("{below[OFMAP_W], below,", "{1'b0, below,"),
            ("{above[OFMAP_W], above,", "{1'b0, above,"),
            ("outside ? negative : ", ""),
            ("outside ? positive : ", ""),
            ("outside ? positive : ", "outside ? negative : "),
            ("else if (is_above) ofmap <= act_max;", ""),
        )
    ),
}
# The engine spec, of tests.leaf.leaf_instances, whose module is broken.
GENERATED = {"kernel_row": "wide", "row_tree": "largest", "lane_spread": "spread"}


@pytest.mark.parametrize(
    ("bench", "broken"),
    [
        pytest.param(bench, broken, id=f"{bench}-{index}")
        for bench, rounds in ROUNDS.items()
        for index, broken in enumerate(rounds)
    ],
)
def test_a_broken_leaf_is_noticed(
    bench: str, broken: dict[str, tuple[str, str]], seed: int, tmp_path: Path
) -> None:
    sources = leaf_sources(tuple(broken))
    for leaf, (right, wrong) in broken.items():
        name = f"{GENERATED[leaf]}_{leaf}.v" if leaf in GENERATED else f"{leaf}.v"
        assert sources[name].count(right) == 1, f"{name} has changed: {right!r} is not there once"
        sources[name] = sources[name].replace(right, wrong)
    build = build_wrapper("icarus", "leaf_broken", tuple(broken), sources)
    log = tmp_path / "run.log"
    result = run_leaves(
        build, "leaf_broken", bench, chosen_seed(seed), log, cycles=CYCLES, leaves=tuple(broken)
    )
    # A comparison has to fail, not the bench itself.
    noticed = {f.name.split(".")[-1] for f in result.failures if " fails in cycle " in f.message}
    assert broken.keys() <= noticed


def test_every_leaf_is_broken_once() -> None:
    for bench, rounds in ROUNDS.items():
        assert {leaf for broken in rounds for leaf in broken} == set(LEAVES[bench])
