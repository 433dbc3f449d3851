// dw_plane_start: starts the planes of the input raster and of the output raster, and tells of the
// next slot of each raster if it belongs to a plane (live) and if it is hit.
//
// Promises: the leading raster (the input's, unless `lead`) starts a plane as soon as the plane
// before it has ended; an input plane also needs a beat. The other raster follows `lag` slots
// later: a plane marker in a delay line keeps the two apart even if the source makes gaps, over any
// number of planes in between. Outside the run no slot is hit: decisions therefore do not depend on
// `run`.
//
// The decision if a slot has to wait is the longest path of the engine, so it starts at registers.
// They describe the next slot of each raster: it belongs to a plane for certain (sure), and is hit
// (due). An output slot whose plane depends on a beat is also due: a void in its place may wait for
// credit.
`default_nettype none

module dw_plane_start #(
    parameter MAX_LAG          = 1,  // longest lag or lead; 0: none
    parameter SHIFT_LENGTH_MAX = 4,  // longest delay line that is a shift register
    // derived
    parameter LAG_W            = (MAX_LAG > 0) ? $clog2(MAX_LAG + 1) : 1
) (
    input  wire             clk,
    input  wire             rst,
    // Only the marker reads restart, and with MAX_LAG 0 there is none; the ports stay the same.
    // verilator lint_off UNUSEDSIGNAL
    input  wire             restart,
    // verilator lint_on UNUSEDSIGNAL
    input  wire             start,           // run comes with the next cycle, and a first plane
    input  wire             run,
    input  wire             step,            // a slot enters
    input  wire [LAG_W-1:0] lag,
    input  wire             lead,
    input  wire             beat_available,
    // the slot of each raster
    input  wire             in_plane_end,
    input  wire             in_turns,        // the plane ends, and another one follows
    input  wire             in_hit_next,     // the slot after it is hit, if the plane goes on
    input  wire             out_plane_end,
    input  wire             out_turns,
    input  wire             out_hit_next,
    output reg              in_may_begin,    // with a beat, a plane of the input begins
    output wire             in_live,
    output reg              in_due,
    output wire             in_hit,
    output wire             out_live,
    output reg              out_due,
    output wire             out_hit
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (MAX_LAG < 0) begin : bad_1 dw_plane_start_MAX_LAG_must_be_at_least_0 u (); end
    if ((LAG_W < 1) || ((1 << LAG_W) <= MAX_LAG)) begin : bad_2
      dw_plane_start_LAG_W_must_hold_MAX_LAG u ();
    end
  endgenerate

  reg in_sure, out_sure;
  reg both_may_begin;  // with a beat, and lag 0, a plane of both rasters begins
  reg out_begins;  // the outputs lead, and the next slot begins a plane

  wire in_begins = in_may_begin && beat_available;
  wire neither_begins = both_may_begin && !beat_available;
  assign in_live = in_sure || in_begins;
  assign in_hit = in_due || in_begins;
  assign out_live = out_sure && !neither_begins;
  assign out_hit = out_due && !neither_begins;

  wire marker_next;
  wire plane_start = lead ? out_begins : in_begins;

  generate
    if (MAX_LAG == 0) begin : g_no_lag
      wire unused_plane_start = &{1'b0, plane_start, 1'b0};
      assign marker_next = 1'b0;
    end else begin : g_lag
      dw_plane_marker #(
          .MAX_LAG         (MAX_LAG),
          .SHIFT_LENGTH_MAX(SHIFT_LENGTH_MAX)
      ) u_plane_marker (
          .clk      (clk),
          .restart  (restart),
          .step     (step),
          .lag      (lag),
          .mark     (plane_start),
          .mark_next(marker_next)
      );
    end
  endgenerate

  // With lag 0, the planes of the output follow each other like those of the input.
  wire leads = lead || (lag == 0);
  wire out_marked = !lead && marker_next;
  wire starts = start && !rst;

  always @(posedge clk) begin
    if (rst || !run) begin
      in_sure <= 1'b0;
      in_due <= 1'b0;
      in_may_begin <= starts && !lead;
      both_may_begin <= starts && (lag == 0);
      out_sure <= starts && leads;
      out_due <= starts && leads;
      out_begins <= starts && lead;
    end else if (step) begin
      if (in_live) begin
        in_may_begin <= !lead && in_turns;
        both_may_begin <= (lag == 0) && in_turns;
      end
      in_sure <= (in_live && !in_plane_end) || (lead && marker_next);
      in_due <= (in_live && !in_plane_end && in_hit_next) || (lead && marker_next);

      out_begins <= lead && out_live && out_turns;
      out_sure <= (out_live && (!out_plane_end || (leads && out_turns))) || out_marked ||
          neither_begins;
      out_due <= (out_live && (out_plane_end ? leads && out_turns : out_hit_next)) || out_marked ||
          neither_begins;
    end
  end

endmodule

`default_nettype wire
