"""The AXI4-Lite port and the check of a start: proofs and faults."""

from __future__ import annotations

from tests.formal.prover import Proof

PROOFS = (
    Proof(
        "dw_axil_port",
        bound=8,
        faults={
            "response_holds": ("else if (s_axil_bready) s_axil_bvalid", "else s_axil_bvalid"),
            "read_data_holds": ("read = read_held && !s_axil_rvalid", "read = read_held"),
            "no_response_without_address_and_data": (
                "address_held && data_held && !s",
                "address_held && !s",
            ),
            "no_read_data_without_address": (
                "if (read) s_axil_rvalid <= 1'b1;",
                "if (s_axil_arvalid) s_axil_rvalid <= 1'b1;",
            ),
            "write_has_address_and_data": (
                "if (s_axil_awvalid && s_axil_awready) write_address",
                "if (s_axil_awvalid) write_address",
            ),
            "write_is_answered": (
                "if (write) s_axil_bvalid",
                "if (write && !write_refused) s_axil_bvalid",
            ),
            "slverr_if_refused": ("{write_failed, 1'b0}", "{1'b0, write_failed}"),
            "okay_if_not": (
                "if (write) write_failed <= write_refused",
                "if (write && write_refused) write_failed <= 1'b1",
            ),
            "read_is_answered": (
                "s_axil_rdata <= read_data",
                "s_axil_rdata <= read_data + read_address",
            ),
            "read_slverr_if_refused": (
                "read_failed  <= read_refused",
                "read_failed  <= write_refused",
            ),
            "read_at_its_address": (
                "if (s_axil_arvalid && s_axil_arready) read_address",
                "if (s_axil_arvalid) read_address",
            ),
            "one_write_ahead_at_most": (
                "s_axil_awready = out_of_reset && !address_held",
                "s_axil_awready = out_of_reset",
            ),
            "one_data_ahead_at_most": (
                "s_axil_wready = out_of_reset && !data_held",
                "s_axil_wready = out_of_reset",
            ),
            "one_read_ahead_at_most": (
                "s_axil_arready = out_of_reset && !read_held",
                "s_axil_arready = out_of_reset",
            ),
            "no_access_is_lost": ("else if (write) data_held", "else if (s_axil_bready) data_held"),
            "ready_for_a_free_channel": ("else if (write) address_held <= 1'b0;", ""),
            "quiet_in_reset": ("      out_of_reset <= 1'b0;\n", ""),
        },
    ),
    Proof(
        "dw_stream_control",
        bound=8,
        faults={
            "start_makes_a_stream_pending": (
                "if (start) pending",
                "if (start && !running) pending",
            ),
            "nothing_pending_without_a_start": ("started || refused) pending", "started) pending"),
            "not_before_the_check_has_passed": (
                "pending && !checking && !running",
                "pending && !running",
            ),
            "not_while_a_stream_runs": ("pending && !checking && !running", "pending && !checking"),
            "then_at_once": ("else if (finished) running", "else if (finished && start) running"),
            "holds_until_the_handshake": (
                "started || refused) pending",
                "last_transfer || refused) pending",
            ),
            "ends_with_the_last_transfer": (
                "finished = running && ",
                "finished = running && !pending && ",
            ),
            "no_other_end": ("finished = running && ", "finished = "),
            "tells_a_refusal": ("refused = check_done && ", "refused = running && check_done && "),
            "remembers_load": ("if (start) load", "if (start && !running) load"),
            "remembers_the_loaded_sets": ("if (started && load) kept", "if (started) kept"),
            "quiet_in_reset": ("      kept_sets <= {SETS_W{1'b0}};\n", ""),
        },
    ),
    Proof(
        "dw_stream_counters",
        bound=14,
        faults={
            "counts_cycles": ("      cycles <= ONE;", "      cycles <= {WIDTH{1'b0}};"),
            "saturates": ("(&cycles) ? cycles : cycles + ONE", "cycles + ONE"),
            "counts_starved": (
                "(was_starved && !(&starved))",
                "(was_starved && !(&starved) && !was_backpressured)",
            ),
            "counts_backpressured": (
                "      backpressured <= backpressured_now;",
                "      backpressured <= starved_now;",
            ),
            "keeps_the_last_stream": ("last_cycles <= cycles_now", "last_cycles <= cycles"),
            "counts_streams": ("streams <= streams + ONE", "streams <= streams + running"),
            "clear_after_reset": ("      streams <= {WIDTH{1'b0}};\n", ""),
        },
    ),
    Proof(
        "dw_float_limits",
        parameters={"SUBNORMALS": 0},
        bound=1,
        faults={
            "accepts_limits_in_order": ("if (word[WIDTH-1]) place = -place;", ""),
            "refuses_others": ("place(act_min)", "place(act_max)"),
            "refuses_nan": ("((&exponent) || ", "("),
            "refuses_what_is_flushed": ("((SUBNORMALS == 0) && !(|exponent))", "1'b0"),
        },
    ),
    Proof("dw_float_limits", bound=1),
    Proof(
        "dw_geometry_check",
        sources=("dw_rule_walk.v",),
        bound=14,
        reach=150,
        reach_parameters={"HINT": 1},
        faults={
            "accepts_only_what_keeps_every_rule": (
                "code  <= broken ? rule : 8'd0",
                "code  <= 8'd0",
            ),
            "refuses_with_the_first_broken_rule": (
                "a = plane_rows; high = MAX_PLANE_ROWS;",
                "a = plane_rows; high = MAX_ROW_PITCH;",
            ),
            "each_cycle_comes_nearer_to_the_end": (
                "FETCH: state <= (kind",
                "FETCH: state <= (rule == 8'd3) ? FETCH : (kind",
            ),
            "work_ends": ("other <= other >> 1", "other <= other"),
            "division_ends": ("steps_left <= steps_left - ONE", "steps_left <= steps_left"),
            "work_leads_on": ("if (worked) state <= COMPARE", "if (worked) state <= FETCH"),
            "ends_with_an_answer": ("done  <= 1'b1;", "done  <= !broken;"),
        },
    ),
)
