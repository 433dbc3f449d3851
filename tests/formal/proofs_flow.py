"""Streams, credits and parameter tensors: proofs and faults."""

from __future__ import annotations

from tests.formal.prover import Proof

PROOFS = (
    Proof(
        "dw_skid_buffer",
        faults={
            "every_beat_in_order": ("read_second ? second_data : first_data", "first_data"),
            "valid_while_beats_wait": ("!m_ready || !s_ready || s_valid", "!m_ready || s_valid"),
            "no_beat_invented": ("accept = s_valid && s_ready", "accept = s_valid"),
            "full_means_not_ready": ("else if (accept) s_ready <= 1'b0;", ""),
            "room_means_ready": ("if (m_ready || !out_valid) s_ready", "if (m_ready) s_ready"),
            "holds_until_the_transfer": ("if (m_ready && out_valid) read", "if (out_valid) read"),
            "next_valid_is_known": ("out_valid <= m_valid_next", "out_valid <= accept"),
            "quiet_in_reset": ("s_ready <= 1'b0;\n      write", "s_ready <= 1'b1;\n      write"),
        },
    ),
    Proof(
        "dw_output_fifo",
        parameters={"DEPTH": 3},
        faults={
            "every_beat_in_order": ("LAST_ENTRY = DEPTH - 1", "LAST_ENTRY = (1 << ADDR_W) - 1"),
            "nothing_popped_from_empty": ("not_empty <= (entries != 1)", "not_empty <= 1'b1"),
            "never_more_than_depth": ("entries <= entries - 1'b1", "entries <= entries"),
            "moves_to_the_output_at_once": ("(!m_valid || m_ready)", "m_ready"),
            "waits_for_the_sink": ("(!m_valid || m_ready)", "1'b1"),
            "holds_until_the_transfer": ("else if (m_ready) m_valid", "else m_valid"),
            "quiet_in_reset": ("      m_valid <= 1'b0;\n    end else", "    end else"),
        },
    ),
    Proof(
        "dw_credit",
        parameters={"DEPTH": 5},
        faults={
            "never_more_claims_than_entries": ("available <= (credits != 1)", "available <= 1'b1"),
            "every_free_entry_can_be_claimed": ("credits   <= ALL;", "credits <= ALL - 1'b1;"),
            "all_free_after_reset": (
                "available <= 1'b1;\n    end else if (take",
                "end else if (take",
            ),
        },
    ),
    Proof(
        "dw_control",
        parameters={"DRAIN_CYCLES": 3},
        faults={
            "restart_follows_the_handshake": (
                "if (capture) state <= LOAD",
                "if (capture && load) state <= LOAD",
            ),
            "restart_waits_for_parameters": ("(!load || params_loaded)", "1'b1"),
            "restart_waits_for_surplus_beats": ("wire ready = !port_blocked && ", "wire ready = "),
            "restart_ends_when_all_is_there": ("(!load || params_loaded)", "params_loaded"),
            "run_follows_the_start": ("LOAD: if (ready)", "LOAD: if (params_loaded)"),
            "restart_holds": ("LOAD: if (ready)", "LOAD: if (params_loaded)"),
            "run_holds_until_the_pipeline_is_empty": (
                "ALL_CYCLES = DRAIN_CYCLES",
                "ALL_CYCLES = DRAIN_CYCLES - 1",
            ),
            "swap_only_for_a_loading_stream": ("swap = start && load", "swap = start"),
            "swap_with_the_start": ("swap = start && load", "swap = 1'b0"),
            "not_two_states": ("run = state[1]", "run = state[0]"),
            "busy_outside_idle": ("(state != IDLE)", "(state == RUN)"),
            "ready_holds": ("cfg_ready <= !capture", "cfg_ready <= !cfg_ready"),
            "quiet_in_reset": ("      cfg_ready <= 1'b0;\n", "      cfg_ready <= 1'b1;\n"),
        },
    ),
    Proof(
        "dw_stall_flags",
        bound=5,
        faults={
            "lost_to_the_source": ("starved_now && !rst", "starved_now && !rst && !done"),
            "not_lost_to_the_source": ("starved_now && !rst", "run && !rst"),
            "lost_to_the_sink": ("(backpressured_now || ", "("),
            "not_lost_to_the_sink": ("run && done && sink_stalls", "run && done"),
            "quiet_in_reset": ("starved_now && !rst", "starved_now"),
        },
    ),
    Proof(
        "dw_ifmap_port",
        faults={
            "hands_on_the_beat_taken": ("short_stream ? {WIDTH{1'b0}} : s_data", "{WIDTH{1'b0}}"),
            "zeros_replace_missing_beats": ("short_stream ? {WIDTH{1'b0}} : s_data", "s_data"),
            "takes_a_beat_only_if_one_is_there": ("(short_stream && !restart)", "short_stream"),
            "consumes_what_it_hands_on": ("s_ready = excess || take_real", "s_ready = excess"),
            "leaves_the_next_stream_alone": (
                "s_ready = excess || take_real",
                "s_ready = excess || take",
            ),
            "consumes_nothing_else": ("s_ready = excess || take_real", "s_ready = excess || !take"),
            "drops_until_tlast": ("excess && s_valid && s_last", "excess && s_last"),
            "no_drop_of_a_right_stream": (
                "take_real && final_take && !s_last) excess",
                "take_real && final_take) excess",
            ),
            "short_stream_is_flagged": ("error_short <= 1'b1", "error_short <= 1'b0"),
            "long_stream_is_flagged": ("error_long <= 1'b1", "error_long <= 1'b0"),
            "right_streams_raise_no_flag": (
                "take_real && s_last && !final_take) error",
                "take_real && s_last) error",
            ),
            "quiet_in_reset": ("available <= !rst && ", "available <= "),
        },
    ),
    Proof(
        "dw_param_loader",
        bound=16,
        faults={
            "one_tensor_ahead": (
                "s_axis_param_tready <= !loaded_next",
                "s_axis_param_tready <= !loaded",
            ),
            "ready_for_the_next_tensor": (
                "swap ? 1'b0 : loaded || tensor_end",
                "loaded || tensor_end",
            ),
            "writes_each_beat_to_its_memory": (
                "(pass_end && !last_pass) ? FIRST_WORD : rotated",
                "rotated",
            ),
            "writes_the_other_bank": ("write_set <= {!active_bank", "write_set <= {active_bank"),
            "weights_at_set_and_pass": (
                "pass_end && !overflow) index",
                "set_end && !overflow) index",
            ),
            "scales_at_set": ("set_end && !overflow) sets", "pass_end && !overflow) sets"),
            "writes_the_data": (
                "write_data <= s_axis_param_tdata",
                "if (accept && word[0]) write_data <= s_axis_param_tdata",
            ),
            "writes_nothing_else": ("(accept && !overflow) ? word", "accept ? word"),
            "wrong_length_is_flagged": ("if (tensor_end && !set_end) error <= 1'b1;", ""),
            "right_length_raises_no_flag": ("if (accept && overflow) error", "if (overflow) error"),
            "swaps_the_banks": (
                "if (swap) active_bank <= !active_bank",
                "if (swap) active_bank <= 1'b0",
            ),
            "swaps_back": (
                "if (swap) active_bank <= !active_bank",
                "if (swap) active_bank <= 1'b1",
            ),
            "quiet_in_reset": ("      loaded <= 1'b0;\n", ""),
        },
    ),
    Proof(
        "dw_output_stage",
        sources=("dw_pipeline.v",),
        depth=4,
        bound=8,
        faults={
            "writes_after_cycles": (
                ".CYCLES(CYCLES),\n      .RESET (1)",
                ".CYCLES(CYCLES + 1),\n      .RESET (1)",
            ),
            "writes_nothing_else": (".RESET (1)", ".RESET (0)"),
            "values_pass": ("out_keep, values}", "out_keep, values << 1}"),
            "keeps_the_lowest_lanes": ("out_keep_count > lane", "out_keep_count >= lane"),
            "marks_the_last_beat": (".CYCLES(CYCLES - 1)", ".CYCLES(CYCLES)"),
        },
    ),
)
