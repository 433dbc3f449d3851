"""The AXI4-Lite port and the checks of a start: proofs and faults."""

from __future__ import annotations

from dataclasses import replace

from tests.exhaustive.builds import SERIAL
from tests.formal.prover import Proof

CHECKED = replace(
    SERIAL,
    name="checked",
    ifmap_width=8,
    weight_width=8,
    max_plane_rows=5,
    pixels=3,
    ring_rows=2,
    requantise="double",
    requantisers=4,
)
"""The build whose geometry check dw_serial_rules.sv has: its ring is too small for some layers."""

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
        combinational=True,
        faults={
            "accepts_limits_in_order": ("if (word[WIDTH-1]) place = -place;", ""),
            "refuses_others": ("place(act_min)", "place(act_max)"),
            "refuses_nan": ("((&exponent) || ", "("),
            "refuses_what_is_flushed": ("((SUBNORMALS == 0) && !(|exponent))", "1'b0"),
        },
    ),
    Proof("dw_float_limits", bound=1, combinational=True),
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
    Proof(
        "dw_serial_check",
        bound=10,
        reach=24,
        faults={
            "begins_with_the_first_step": ("if (state == IDLE) step", "if (done) step"),
            "computes_the_result": ("kind[1] ? ZERO : c", "ZERO"),
            "the_next_step_sees_it": ("step <= step + 6'd1", "step <= step + {5'd0, !keep[1]}"),
            "keeps_the_quotient": ("{quotient[WIDTH-2:0], fits}", "{quotient[WIDTH-2:0], 1'b0}"),
            "keeps_places_w": ("(keep == 2'd1)", "(keep == 2'd1 && !a[0])"),
            "keeps_ofmap_w": ("(keep == 2'd2)", "(keep == 2'd2 && !a[0])"),
            "keeps_ofmap_h": ("(keep == 2'd3)", "(keep == 2'd3 && !a[0])"),
            "ends_with_a_step_that_fails": (
                "code <= broken ? step_code : 8'd0",
                "code <= last ? 8'd0 : step_code",
            ),
            "or_with_the_last": ("code <= broken ? step_code : 8'd0", "code <= step_code"),
            "no_other_end": ("done  <= broken || last", "done  <= 1'b1"),
            "the_code_stays": ("if (broken || last) code", "code"),
            "a_product_ends": ("other <= other >> 1", "other <= other"),
            "a_division_ends": ("steps_left <= steps_left - ONE", "steps_left <= steps_left"),
            "work_leads_on": (
                "WORK: if (worked) state <= COMPARE",
                "WORK: if (worked) state <= FETCH",
            ),
            "a_step_begins_its_work": (
                "state <= (kind == 2'd0) ? COMPARE : WORK",
                "state <= (kind == 2'd1) ? WORK : COMPARE",
            ),
            "quiet_in_reset": ("      code  <= 8'd0;\n", ""),
        },
    ),
    Proof(
        "dw_serial_rules",
        bound=1,
        combinational=True,
        faults={
            "accepts_only_what_keeps_every_rule": (
                "(kernel_w == ONE) ? ONE",
                "(kernel_w == ZERO) ? ONE",
            ),
            "refuses_with_the_first_broken_rule": ("(quotient < ofmap_h) ?", "1'b1 ?"),
            "divides_natural_numbers": ("(value < ZERO) ? ZERO : value", "value"),
        },
    ),
)
