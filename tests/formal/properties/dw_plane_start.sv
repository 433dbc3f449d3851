// The two rasters against a reference that knows no register of the module: the leading raster
// begins a plane when its plane before has ended, and the other raster `lag` slots later.
`include "promise.svh"
`include "plane_marker_stand_in.svh"

module check_dw_plane_start #(
    parameter MAX_LAG = 3,
    parameter LAG_W = $clog2(MAX_LAG + 1)
) (
    input clk,
    input rst,
    input restart,
    input start,
    input run,
    input step,
    input [LAG_W-1:0] lag,
    input lead,
    input beat_available,
    input in_plane_end,
    input in_turns,
    input in_hit_next,
    input out_plane_end,
    input out_turns,
    input out_hit_next
);
  wire in_may_begin, in_live, in_due, in_hit, out_live, out_due, out_hit;
  dw_plane_start #(.MAX_LAG(MAX_LAG)) dut (.*);
  (* hierconn *) wire \dut.in_sure , \dut.out_sure , \dut.both_may_begin , \dut.out_begins ;
  (* hierconn *) wire [MAX_LAG:0] \dut.g_lag.u_plane_marker.history ;

  // The engine: restart before the run, which begins in the cycle after start.
  reg started = 1'b0, was_run, was_start, was_restart, was_rst, was_idle;
  reg [LAG_W-1:0] held_lag;
  reg held_lead;

  // The reference. A plane is open if it has begun and has slots left. `more`: the leading raster
  // has a plane to begin. Bit i of `begun`: it began one i + 1 slots ago.
  reg in_open, out_open, more, in_hit_again, out_hit_again;
  reg [MAX_LAG:0] begun;
  wire waits = !(lead ? out_open : in_open) && more;
  wire lead_begins = waits && (lead || beat_available);
  wire follows = (lag == 0) ? lead_begins : begun[lag-1];
  wire in_begins = lead ? follows : lead_begins;
  wire out_begins = lead ? lead_begins : follows;
  wire is_in_live = in_open || in_begins;
  wire is_out_live = out_open || out_begins;
  // A beat decides if a plane of this raster begins.
  wire in_needs_beat = !lead && waits;
  wire out_needs_beat = !lead && lag == 0 && waits;
  wire lead_ends = lead ? is_out_live && out_plane_end : is_in_live && in_plane_end;

  always @(posedge clk) begin
    started <= started || rst;
    was_run <= run;
    was_start <= start;
    was_restart <= restart;
    was_rst <= rst;
    was_idle <= !in_open && !out_open && !more && begun == 0;
    held_lag <= lag;
    held_lead <= lead;
    if (rst || !run) begin
      {in_open, out_open, in_hit_again, out_hit_again} <= 0;
      begun <= 0;
      more <= start && !rst;
    end else if (step) begin
      in_open <= is_in_live && !in_plane_end;
      out_open <= is_out_live && !out_plane_end;
      in_hit_again <= in_hit_next;
      out_hit_again <= out_hit_next;
      begun <= {begun, lead_begins};
      more <= lead_ends ? (lead ? out_turns : in_turns) : more && !lead_begins;
    end
  end

  always @* begin
    assume (lag <= MAX_LAG);
    assume (!(lead && lag == 0));
    assume (!run || (lag == held_lag && lead == held_lead));
    assume (!(run && restart));
    assume (!start || restart);
    assume (!run || was_run || (was_start && was_restart && !was_rst));
    assume (!was_start || was_rst || run);
    assume (!was_rst || !run);
    assume (run || !was_run || was_rst || was_idle);
    assume (!in_turns || in_plane_end);
    assume (!out_turns || out_plane_end);
    // Planes of both rasters are equally long, and equally many.
    assume (lag != 0 || (in_plane_end == out_plane_end && in_turns == out_turns));
    assume (lag == 0 || !follows || !(lead ? in_open : out_open));
  end

  always @* if (started && !was_rst) begin
    `PROMISE(input_plane, run, in_live == is_in_live)
    `PROMISE(output_plane, run, out_live == is_out_live)
    `PROMISE(input_hit, run, in_hit == (in_begins || (in_open && in_hit_again)))
    `PROMISE(output_hit, run, out_hit == (out_begins || (out_open && out_hit_again)))
    `PROMISE(input_due_without_a_beat, run && !in_needs_beat, in_due == in_hit)
    `PROMISE(input_not_due_for_a_beat, run && in_needs_beat, !in_due)
    `PROMISE(output_due_if_hit, run && !out_needs_beat, out_due == out_hit)
    `PROMISE(output_due_if_a_beat_decides, run && out_needs_beat, out_due)
    `PROMISE(input_may_begin, run, in_may_begin == in_needs_beat)
    `PROMISE(nothing_is_hit_outside_the_run, !run, !in_hit && !out_hit)
    aid_in_sure: assert (!run || \dut.in_sure == (lead ? is_in_live : in_open));
    aid_out_sure: assert (!run || \dut.out_sure == (is_out_live || out_needs_beat));
    aid_both: assert (!run || \dut.both_may_begin == (lag == 0 && waits));
    aid_history: assert (!run || \dut.g_lag.u_plane_marker.history == begun);
    aid_out_begins: assert (!run || \dut.out_begins == (lead && lead_begins));
    aid_equal: assert (!run || lag != 0 || in_open == out_open);
    aid_open: assert (!(lead ? out_open : in_open) || !more);
  end
endmodule
