"""The benches notice: each leaf is broken on purpose, and its own bench has to fail.

Several leaves are broken in one run, but never a leaf together with one that it contains: what
the bench of ``dw_raster`` notices must be the break of ``dw_raster``. Icarus, because it builds
in no time.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rtl.leaf_instances import LEAVES
from tests.rtl.leaf_runner import build_wrapper, chosen_seed, leaf_sources, run_leaves

CYCLES = 1500

# In each round: leaf -> what is replaced by what in the source of its module.
ROUNDS = {
    "leaf_flow": (
        {
            "dw_skid_buffer": ("skid_valid ? skid_data : s_data", "s_data"),
            "dw_output_fifo": ("LAST_ENTRY = DEPTH - 1", "LAST_ENTRY = (1 << ADDR_W) - 1"),
            "dw_credit": ("if (take && !give)", "if (take)"),
            "dw_control": ("LOAD: if (params_ready)", "LOAD: if (params_loaded)"),
            "dw_ifmap_port": ("excess && s_valid && s_last", "excess && s_last"),
            "dw_param_loader": ("if (tensor_end && !set_end) error <= 1'b1;", ""),
            "dw_pipeline": ("(RESET != 0) && rst", "(RESET != 0) && rst && (i == 0)"),
        },
        {
            "dw_skid_buffer": ("s_ready = !skid_valid", "s_ready = !skid_valid || m_ready"),
            "dw_output_fifo": ("(!m_valid || m_ready)", "!m_valid"),
            "dw_credit": ("(credits != 0)", "(credits != 0) || give"),
            "dw_control": ("ALL_CYCLES = DRAIN_CYCLES", "ALL_CYCLES = DRAIN_CYCLES - 1"),
            "dw_ifmap_port": ("if (rst || restart) short_stream", "if (rst) short_stream"),
            "dw_param_loader": ("if (accept && overflow) error <= 1'b1;", ""),
            "dw_pipeline": ("stages[WIDTH*(CYCLES-1)+:WIDTH]", "stages[0+:WIDTH]"),
        },
        {
            "dw_control": ("swap = restart && load", "swap = restart"),
            "dw_param_loader": ("if (tensor_end) word <=", "if (0) word <="),
        },
    ),
    "leaf_raster": (
        {
            "dw_raster_axis": ("hit = (phase == 1) && (hits_left != 0)", "hit = (phase == 1)"),
            "dw_tap_axis": ("coordinate < limit", "coordinate <= limit"),
            "dw_group_tag": ("is_final && (hold_left == 1)", "is_final"),
        },
        {
            "dw_raster": ("else if (step && live) running", "else if (live) running"),
            "dw_tap_axis": ("else if (step) coordinate", "else coordinate"),
            "dw_group_tag": ("if (rst || restart) hold_left", "if (restart) hold_left"),
        },
    ),
    "leaf_storage": (
        {
            "dw_delay_line": ("(length == 2) ? last_d : read_data", "read_data"),
            "dw_weight_memory": ("read_data   <= memory_data", "read_data <= memory[read_address]"),
        },
        {
            "dw_window": ("rows[(r+1)*WIDTH+:WIDTH]),", "rows[(KERNEL_H-1)*WIDTH+:WIDTH]),"),
            "dw_weight_memory": ("if (write) memory", "memory"),
        },
        {
            "dw_delay_line": ("stale <= length - 1'b1", "stale <= length - 2'd2"),
        },
    ),
    "leaf_array": (
        {
            "dw_tap_mask": ("mask <= emit && ", "mask <= "),
            "dw_mac_cell": ("ifmap_sign = (IFMAP_SIGNED != 0) &&", "ifmap_sign ="),
            "row_tree": ("sum_3_0 <=", "sum_3_0 <= 1'b1 +"),
            "lane_spread": ("hold_index_q <= hold_index", "hold_index_q <= 0"),
        },
        {
            "dw_tap_mask": (": padding;", ": {WIDTH{1'b0}};"),
            "kernel_row": (".CYCLES(3)", ".CYCLES(2)"),
            "row_tree": ("acc = sum_4_0", "acc = {1'b0, sum_4_0} >> 1 << 1"),
            "lane_spread": ("multiplier_q <= multiplier", "multiplier_q <= 1"),
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
# The engine spec, of tests.rtl.leaf_instances, whose module is broken.
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
    sources = leaf_sources(LEAVES[bench])
    for leaf, (right, wrong) in broken.items():
        name = f"{GENERATED[leaf]}_{leaf}.v" if leaf in GENERATED else f"{leaf}.v"
        assert sources[name].count(right) == 1, f"{name} has changed: {right!r} is not there once"
        sources[name] = sources[name].replace(right, wrong)
    build = build_wrapper("icarus", "leaf_broken", LEAVES[bench], sources)
    log = tmp_path / "run.log"
    result = run_leaves(build, "leaf_broken", bench, chosen_seed(seed), log, cycles=CYCLES)
    # A comparison has to fail, not the bench itself.
    noticed = {f.name.split(".")[-1] for f in result.failures if " fails in cycle " in f.message}
    assert broken.keys() <= noticed


def test_every_leaf_is_broken_once() -> None:
    for bench, rounds in ROUNDS.items():
        assert {leaf for broken in rounds for leaf in broken} == set(LEAVES[bench])
