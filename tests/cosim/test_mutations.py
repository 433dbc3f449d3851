"""Is the cosimulation worth anything? Each fault put into the RTL must make it fail.

The faults run in Icarus Verilog, where a build takes a fifth of a second and not five; the
sound RTL passes the same jobs in both simulators.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dwsim import EngineSpec
from dwsim.codegen.verilog import bench_verilog
from dwsim.errors import MismatchError
from dwsim.rtlsim import cosim
from dwsim.rtlsim.cosim import build_bench, run_jobs
from dwsim.rtlsim.job import Job
from tests.cosim.layers import layer, layer_data, make_job

ENGINE = EngineSpec(
    name="broken",
    lanes=2,
    kernel_h=3,
    kernel_w=3,
    ifmap_width=4,
    weight_width=4,
    max_row_pitch=12,
    max_plane_rows=8,
    max_channel_groups=4,
    max_channel_multiplier=2,
    max_interleave=3,
    max_lead=20,
)

IN_PASSES = replace(ENGINE, name="in_passes", taps_per_cycle=2)
"""Nine taps in five passes: faults of what only such an engine has."""


@dataclass(frozen=True)
class Fault:
    """One edit of one file; ``old`` must be there exactly once. ``seen`` is in the message."""

    name: str
    file: str
    old: str
    new: str
    seen: str
    engine: EngineSpec = ENGINE

    def edit(self, files: dict[str, str]) -> dict[str, str]:
        """The files with the fault in them."""
        found = files[self.file].count(self.old)
        assert found == 1, f"{self.name}: {found} times in {self.file}: {self.old!r}"
        return files | {self.file: files[self.file].replace(self.old, self.new)}


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
        "marker_one_slot_early",
        "dw_plane_marker.v",
        "else if (step) held <= delayed;",
        "else if (step) held <= mark || delayed;",
        r"out_col_left|in_col_left|emit_q|step_q",
    ),
    Fault(
        "marker_of_the_stream_before",
        "dw_plane_marker.v",
        "          fresh <= 1'b0;\n",
        "          fresh <= 1'b1;\n",
        r"emit_q|out_col_left|operands|credits",
    ),
    Fault(
        "credit_lost_when_taken_and_given",
        "dw_credit.v",
        "else if (take && !give)",
        "else if (take)",
        r"credits",
    ),
    Fault(
        "emission_without_credit",
        "dw_slot_raster.v",
        "(holding && (credit_available || !claims))",
        "holding",
        r"credits|holding|weight_word",
    ),
    Fault(
        "weights_of_two_columns_swapped",
        "dw_weight_store.v",
        ".write        (write_word[row*COLS+col])",
        ".write        (write_word[row*COLS+((col == 1) ? 2 : col)])",
        r"row_sums",
    ),
    Fault(
        "weights_of_the_next_set",
        "dw_param_loader.v",
        "{!active_bank, index}",
        "{!active_bank, index ^ word[WORDS-1]}",
        r"row_sums",
    ),
    Fault(
        "weights_into_the_active_bank",
        "dw_param_loader.v",
        "{!active_bank, index}",
        "{active_bank, index}",
        r"row_sums",
    ),
    Fault(
        "bank_not_switched",
        "dw_param_loader.v",
        "active_bank <= !active_bank;",
        "active_bank <= active_bank;",
        r"active_bank",
    ),
    Fault(
        "next_stream_while_windows_are_in_flight",
        "dw_control.v",
        "stream_end = done && (drain_left == 0);",
        "stream_end = done;",
        r"cfg_ready|state",
    ),
    Fault(
        "drain_one_cycle_short",
        "dw_control.v",
        "ALL_CYCLES = DRAIN_CYCLES;",
        "ALL_CYCLES = DRAIN_CYCLES - 1;",
        r"cfg_ready|state",
    ),
    Fault(
        "next_tensor_into_the_bank_in_use",
        "dw_param_loader.v",
        "s_axis_param_tready <= !loaded_next;",
        "s_axis_param_tready <= 1'b1;",
        r"s_axis_param_tready",
    ),
    Fault(
        "wrong_number_of_sets_unnoticed",
        "dw_param_loader.v",
        "if (swap && (sets != wanted_sets)) error <= 1'b1;",
        "",
        r"error",
    ),
    Fault(
        "tlast_with_the_first_of_two_beats",
        "dw_group_tag.v",
        "last_q <= window_last && is_last;",
        "last_q <= is_last;",
        r"m_axis_ofmap_tlast",
    ),
    Fault(
        "tlast_of_every_plane",
        "dw_group_tag.v",
        "wire is_last = holding ? held_last : plane_final && plane_last;",
        "wire is_last = holding ? held_last : plane_final;",
        r"m_axis_ofmap_tlast",
    ),
    Fault(
        "tlast_of_every_held_plane",
        "dw_group_tag.v",
        "held_last  <= plane_final && plane_last;",
        "held_last  <= plane_final;",
        r"m_axis_ofmap_tlast",
    ),
    Fault(
        "tail_of_every_plane",
        "dw_group_tag.v",
        "tail_q <= group_last && image_last;",
        "tail_q <= group_last;",
        r"m_axis_ofmap_tkeep",
    ),
    Fault(
        "tail_in_every_group_of_the_last_plane",
        "dw_group_tag.v",
        "tail_q <= group_last && image_last;",
        "tail_q <= image_last;",
        r"m_axis_ofmap_tkeep",
    ),
    Fault(
        "weights_of_the_plane_before",
        "dw_group_tag.v",
        "else weight_word <= is_final ? word_onward : word_base;",
        "else weight_word <= word_base;",
        r"weight_word",
    ),
    Fault(
        "weights_not_back_for_the_next_pixel",
        "dw_group_tag.v",
        "if (!pixel_last) weight_word",
        "if (!window_last || !is_final) weight_word",
        r"weight_word",
    ),
    Fault(
        "columns_step_with_every_group",
        "dw_raster.v",
        ".step     (step && pixel_end)",
        ".step     (step)",
        r"in_col_left|out_col_left",
    ),
    Fault(
        "last_output_of_the_first_group",
        "dw_raster.v",
        "assign final_hit = pixel_end && col_final && row_final;",
        "assign final_hit = col_final && row_final;",
        r"in_planes|out_planes",
    ),
    Fault(
        "taps_move_with_every_group",
        "dw_slot_raster.v",
        ".step   (step && out_live && out_pixel_end)",
        ".step   (step && out_live)",
        r"col_mask",
    ),
    Fault(
        "tkeep_of_the_tail_not_carried_on",
        "dw_group_tag.v",
        "keep_left - ALL_KEEP : {KEEP_W{1'b0}}",
        "keep_left - ALL_KEEP : keep_left",
        r"m_axis_ofmap_tkeep",
    ),
    Fault(
        "window_held_too_long",
        "dw_group_tag.v",
        "holding <= !window_last;",
        "holding <= !window_last || beat_last;",
        r"holding",
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
        "beat_lost_in_the_skid_buffer",
        "dw_skid_buffer.v",
        "else if (accept) s_ready <= 1'b0;",
        "",
        r"s_axis_ifmap_tready",
    ),
    Fault(
        "beat_lost_in_reset",
        "dw_skid_buffer.v",
        "      s_ready <= 1'b0;\n      write_second",
        "      s_ready <= 1'b1;\n      write_second",
        r"s_axis_ifmap_tready",
    ),
    Fault(
        "geometry_taken_in_reset",
        "dw_control.v",
        "      cfg_ready <= 1'b0;\n",
        "      cfg_ready <= 1'b1;\n",
        r"cfg_ready",
    ),
    Fault(
        "skid_buffer_forgets_the_order",
        "dw_skid_buffer.v",
        "if (m_ready && out_valid) read_second",
        "if (m_ready) read_second",
        r"operands|row_sums|short_stream|in_planes|excess",
    ),
    Fault(
        "fifo_wraps_one_entry_early",
        "dw_output_fifo.v",
        "write && (write_address == LAST)",
        "write && (write_address == LAST - 1'b1)",
        r"m_axis_ofmap_t",
    ),
    Fault(
        "ofmap_beat_not_held",
        "dw_output_fifo.v",
        "else if (m_ready) m_valid <= 1'b0;",
        "else m_valid <= 1'b0;",
        r"m_axis_ofmap_tvalid",
    ),
    Fault(
        "reset_leaves_a_beat",
        "dw_output_fifo.v",
        "      not_empty <= 1'b0;\n      m_valid <= 1'b0;\n",
        "      not_empty <= 1'b0;\n",
        r"m_axis_ofmap_tvalid",
    ),
    Fault(
        "stride_one_too_long",
        "dw_raster_axis.v",
        "multiple ? stride : phase - 1'b1",
        "multiple ? stride + (stride != 1) : phase - 1'b1",
        r"emit_q|credits",
    ),
    Fault(
        "surplus_beats_into_the_next_tensor",
        "dw_control.v",
        "wire ready = !port_blocked && ",
        "wire ready = ",
        r"state|in_col_left|error|operands",
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
        "every_pass_is_a_beat",
        "dw_group_tag.v",
        "valid_q <= beat_end && !rst;",
        "valid_q <= emit && !rst;",
        r"m_axis_ofmap_t|acc|row_sums",
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
    Fault(
        "weights_of_the_first_pass_only",
        "dw_param_loader.v",
        "else if (accept && pass_end && !overflow) index <= index + 1'b1;",
        "else if (accept && set_end && !overflow) index <= index + 1'b1;",
        r"row_sums|acc",
        IN_PASSES,
    ),
    Fault(
        "pass_of_the_tensor_before",
        "dw_param_loader.v",
        "if (rst || tensor_end) pass",
        "if (rst) pass",
        r"param_word|sets|error|row_sums|acc",
        IN_PASSES,
    ),
)


def jobs(engine: EngineSpec) -> list[Job]:
    """Few short jobs, those without stalls first."""
    shapes = [
        (layer("same", (5, 6), (3, 3), 5, "SAME", channel_multiplier=2, batch=2), "none"),
        (layer("one_multiple", (4, 4), (3, 3), 3, (1, 0, 0, 2), batch=2), "none"),
        (layer("strided", (6, 7), (3, 3), 4, "SAME", (2, 3)), "none"),
        (layer("small_kernel", (4, 5), (2, 1), 1, channel_multiplier=2), "none"),
        (layer("short_delays", (3, 1), (3, 3), 3, "SAME", batch=2), "none"),
        (layer("short_delays_of_two", (4, 2), (3, 3), 3, "SAME", batch=2), "none"),
        (layer("lead", (4, 3), (3, 3), 3, (4, 0, 1, 0), channel_multiplier=2), "none"),
        (layer("lag_over_plane", (1, 2), (3, 3), 6, "SAME", batch=3), "both"),
        (layer("same", (5, 6), (3, 3), 6, "SAME", channel_multiplier=2), "slow-sink"),
        (layer("strided", (7, 6), (3, 3), 3, "SAME", (3, 1)), "slow-source"),
        (layer("one_multiple", (4, 4), (3, 3), 6, (2, 1, 1, 2)), "both"),
        (layer("same", (5, 5), (3, 3), 3, "SAME", channel_multiplier=2), "boundary"),
    ]
    made = [make_job(shape, engine, seed, stalls) for seed, (shape, stalls) in enumerate(shapes, 1)]
    mixed = layer("interleaved", (4, 3), (3, 3), 7, "SAME", channel_multiplier=2, batch=2)
    nhwc = layer("nhwc", (5, 4), (2, 3), 5, (1, 0, 1, 1), (2, 1))
    interleaved = [
        make_job(mixed, engine, 31, "none", interleave=2),
        make_job(nhwc, engine, 32, "none", interleave=3),
        make_job(mixed, engine, 33, "both", interleave=2),
    ]
    # The largest and the smallest sum that there is.
    extreme = [
        replace(make_job(layer("extreme", (3, 4), (3, 3), 2, "SAME"), engine, 1, "none"), **values)
        for values in _extremes()
    ]
    kept = made[0].layer
    last = [
        replace(made[8], ifmap_surplus=-4, seed=21),
        replace(made[10], ifmap_surplus=3, seed=22),
        # Long enough to be there still when the next stream starts.
        replace(made[9], ifmap_surplus=70, seed=27),
        replace(made[9], param_surplus=made[9].plan(engine).numbers.formats.param_words, seed=23),
        # Ends inside a weight set; the next tensor starts on its own first beat.
        replace(made[9], param_surplus=5, seed=28),
        replace(made[8], reset_after=60, seed=24),
        make_job(kept, engine, 25, "slow-sink"),
        Job(kept, layer_data(kept, engine, 26)[0], layer_data(kept, engine, 25)[1], load=False),
    ]
    last[-1] = replace(last[-1], stalls="both", seed=26)
    return made[:7] + interleaved[:2] + extreme + made[7:] + interleaved[2:] + last


def _extremes() -> list[dict]:
    shape = layer("extreme", (3, 4), (3, 3), 2, "SAME")
    ifmap, weight = layer_data(shape, ENGINE, 1)
    low = {"ifmap": ifmap * 0 - 8, "weight": weight * 0 - 8}
    return [low, low | {"weight": weight * 0 + 7}]


@pytest.mark.parametrize("engine", [ENGINE, IN_PASSES], ids=lambda engine: engine.name)
@pytest.mark.parametrize("simulator", ["verilator", "icarus"])
def test_the_sound_rtl_passes(simulator: str, engine: EngineSpec) -> None:
    build = build_bench(engine, simulator=simulator)
    run_jobs(engine, jobs(engine), build=build, simulator=simulator)


def test_the_faults_differ() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 40
    files = {engine.name: bench_verilog(engine) for engine in (ENGINE, IN_PASSES)}
    texts = [fault.edit(files[fault.engine.name])[fault.file] for fault in FAULTS]
    assert len(set(texts)) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found(fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cosim, "FAILURES", tmp_path)
    # What does not build is no fault found: that is a ToolError.
    build = build_bench(fault.engine, simulator="icarus", edit=fault.edit)
    with pytest.raises(MismatchError) as caught:
        run_jobs(fault.engine, jobs(fault.engine), build=build, simulator="icarus")
    message = str(caught.value)
    assert "RTL and model differ in cycle" in message
    assert re.search(fault.seen, message.split("\nin job")[0]), message
