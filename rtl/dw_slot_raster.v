// dw_slot_raster: the only module that counts slots. In each cycle it decides if the next slot
// enters, if the slot takes a beat, and if the window under it is emitted.
//
// Promises (the timing law): a plane's input raster and output raster start `lag` slots
// apart, the input's first unless `lead`; planes follow each other without a gap while beats
// are available. A slot that takes a beat waits for the beat, a slot that emits waits for credit,
// and all other slots enter at once. If the next plane could start but has no beat, voids enter
// and the outputs of the planes before it come out; a plane marker in a delay line keeps the two
// rasters `lag` slots apart even then, over any number of planes in between.
//
// A window is held for one cycle a pass. No slot enters during that time, and the first pass of
// each ofmap beat waits for credit. Outside the run no beat and no output is due. Decisions
// therefore do not depend on `run`: voids enter there, and no output shows them.
`default_nettype none

module dw_slot_raster #(
    parameter KERNEL_H         = 3,
    parameter KERNEL_W         = 3,
    parameter COL_W            = 8,   // bits of a count of columns
    parameter ROW_W            = 8,   // bits of a count of rows
    parameter TAP_ROW_W        = 10,  // bits of the row under a tap
    parameter TAP_COL_W        = 10,  // bits of the column under a tap
    parameter MAX_INTERLEAVE   = 1,   // channel groups that share a plane
    parameter PLANES_W         = 8,   // bits of a count of planes
    parameter MAX_LAG          = 1,   // longest lag or lead; 0: none
    parameter SHIFT_LENGTH_MAX = 4,   // longest delay line that is a shift register
    // derived
    parameter INTERLEAVE_W     = $clog2(MAX_INTERLEAVE + 1),
    parameter LAG_W            = (MAX_LAG > 0) ? $clog2(MAX_LAG + 1) : 1
) (
    input  wire                          clk,
    input  wire                          rst,
    input  wire                          restart,
    input  wire                          start,         // run comes with the next cycle
    input  wire                          run,
    // geometry, stable outside restart
    input  wire [             COL_W-1:0] ifmap_w,
    input  wire [             ROW_W-1:0] ifmap_h,
    input  wire [             COL_W-1:0] ofmap_w,
    input  wire [             ROW_W-1:0] ofmap_h,
    input  wire [      INTERLEAVE_W-1:0] interleave,
    input  wire [             COL_W-1:0] row_pitch,
    input  wire [             ROW_W-1:0] plane_rows,
    input  wire [             COL_W-1:0] stride_w,
    input  wire [             ROW_W-1:0] stride_h,
    input  wire [             LAG_W-1:0] lag,
    input  wire                          lead,
    input  wire [KERNEL_H*TAP_ROW_W-1:0] tap_row,
    input  wire [KERNEL_W*TAP_COL_W-1:0] tap_col,
    input  wire [          PLANES_W-1:0] planes,
    // a slot may have to wait for these
    input  wire                          beat_available,
    input  wire                          credit_available,
    input  wire                          holding,       // the last window has passes to go
    input  wire                          claims,        // ... and the next one needs credit
    // this cycle
    output wire                          take,         // a slot enters with a beat
    output wire                          final_take,   // ... the stream's last
    output wire                          emit,         // a pass of a window starts
    output wire                          plane_final,  // a window that enters is its plane's last
    output wire                          plane_last,   // its plane is the stream's last
    output wire                          done,
    // the cause of a stall in this cycle
    output wire                          starved,
    output wire                          backpressured,
    // the slot that entered last
    output reg                           step_q,
    output reg                           emit_q,
    output reg  [          KERNEL_H-1:0] row_mask,
    output reg  [          KERNEL_W-1:0] col_mask
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (KERNEL_H < 1) begin : bad_1 dw_slot_raster_KERNEL_H_must_be_at_least_1 u (); end
    if (KERNEL_W < 1) begin : bad_2 dw_slot_raster_KERNEL_W_must_be_at_least_1 u (); end
    if (COL_W < 1) begin : bad_3 dw_slot_raster_COL_W_must_be_at_least_1 u (); end
    if (ROW_W < 1) begin : bad_4 dw_slot_raster_ROW_W_must_be_at_least_1 u (); end
    if (PLANES_W < 1) begin : bad_5 dw_slot_raster_PLANES_W_must_be_at_least_1 u (); end
    if (TAP_ROW_W < ROW_W) begin : bad_6 dw_slot_raster_TAP_ROW_W_must_be_at_least_ROW_W u (); end
    if (TAP_COL_W < COL_W) begin : bad_7 dw_slot_raster_TAP_COL_W_must_be_at_least_COL_W u (); end
    if ((1 << INTERLEAVE_W) <= MAX_INTERLEAVE) begin : bad_8
      dw_slot_raster_INTERLEAVE_W_must_hold_MAX_INTERLEAVE u ();
    end
    if (MAX_LAG < 0) begin : bad_9 dw_slot_raster_MAX_LAG_must_be_at_least_0 u (); end
    if ((LAG_W < 1) || ((1 << LAG_W) <= MAX_LAG)) begin : bad_10
      dw_slot_raster_LAG_W_must_hold_MAX_LAG u ();
    end
  endgenerate

  wire step;  // a slot enters
  reg [PLANES_W-1:0] in_planes;  // planes whose last beat has not been taken
  reg [PLANES_W-1:0] out_planes;  // planes whose last output has not been emitted
  reg in_has_planes;  // in_planes is not 0
  reg out_has_planes;
  reg in_last_plane;  // in_planes is 1
  reg out_last_plane;

  // The decision if a slot has to wait is the longest path of the engine, so it starts at
  // registers. They describe the next slot of each raster: it belongs to a plane for certain
  // (sure), and is hit (due). An output slot whose plane depends on a beat is also due: a void in
  // its place may wait for credit.
  reg in_sure, in_due;
  reg out_sure, out_due;
  // With a beat, a plane begins: of the input; with lag 0, of both rasters.
  reg in_may_begin, both_may_begin;
  reg out_begins;  // the outputs lead, and the next slot begins a plane

  wire in_begins = in_may_begin && beat_available;
  wire in_live = in_sure || in_begins;
  wire in_hit = in_due || in_begins;
  wire neither_begins = both_may_begin && !beat_available;
  wire out_live = out_sure && !neither_begins;
  wire out_hit = out_due && !neither_begins;

  wire in_plane_end, in_final_hit, in_hit_next;
  wire out_pixel_end, out_row_end, out_plane_end, out_hit_next;

  // The leading raster starts the planes; the other one follows its marker.
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

  localparam [COL_W-1:0] EVERY_COL = 1;
  localparam [ROW_W-1:0] EVERY_ROW = 1;
  wire unused_in_pixel_end, unused_in_row_end;

  dw_raster #(
      .COL_W         (COL_W),
      .ROW_W         (ROW_W),
      .MAX_INTERLEAVE(MAX_INTERLEAVE)
  ) u_in (
      .clk       (clk),
      .restart   (restart),
      .step      (step && in_live),
      .interleave(interleave),
      .row_pitch (row_pitch),
      .plane_rows(plane_rows),
      .stride_w  (EVERY_COL),
      .stride_h  (EVERY_ROW),
      .count_w   (ifmap_w),
      .count_h   (ifmap_h),
      .pixel_end (unused_in_pixel_end),
      .row_end   (unused_in_row_end),
      .plane_end (in_plane_end),
      .final_hit (in_final_hit),
      .hit_next  (in_hit_next)
  );

  dw_raster #(
      .COL_W         (COL_W),
      .ROW_W         (ROW_W),
      .MAX_INTERLEAVE(MAX_INTERLEAVE)
  ) u_out (
      .clk       (clk),
      .restart   (restart),
      .step      (step && out_live),
      .interleave(interleave),
      .row_pitch (row_pitch),
      .plane_rows(plane_rows),
      .stride_w  (stride_w),
      .stride_h  (stride_h),
      .count_w   (ofmap_w),
      .count_h   (ofmap_h),
      .pixel_end (out_pixel_end),
      .row_end   (out_row_end),
      .plane_end (out_plane_end),
      .final_hit (plane_final),
      .hit_next  (out_hit_next)
  );

  wire [KERNEL_H-1:0] row_mask_now;
  wire [KERNEL_W-1:0] col_mask_now;

  dw_tap_axis #(
      .TAPS   (KERNEL_H),
      .WIDTH  (TAP_ROW_W),
      .COUNT_W(ROW_W)
  ) u_tap_row (
      .clk    (clk),
      .restart(restart),
      .step   (step && out_live && out_row_end),
      .reload (out_plane_end),
      .start  (tap_row),
      .size   (ifmap_h),
      .mask   (row_mask_now)
  );

  dw_tap_axis #(
      .TAPS   (KERNEL_W),
      .WIDTH  (TAP_COL_W),
      .COUNT_W(COL_W)
  ) u_tap_col (
      .clk    (clk),
      .restart(restart),
      .step   (step && out_live && out_pixel_end),
      .reload (out_row_end),
      .start  (tap_col),
      .size   (ifmap_w),
      .mask   (col_mask_now)
  );

  wire beat_ok = !in_due || beat_available;
  wire credit_ok = !out_due || credit_available;

  assign step = !holding && beat_ok && credit_ok;
  assign take = step && in_hit;
  assign final_take = take && in_final_hit && in_last_plane;
  assign emit = (step && out_hit) || (holding && (credit_available || !claims));
  assign plane_last = out_last_plane;
  assign done = !in_has_planes && !out_has_planes && !holding;

  // A void in place of the first slot of a plane that has no beat yet is also a stall.
  wire stalls = run && !done && !emit;
  assign backpressured = stalls && (holding || (!step && beat_ok));
  assign starved = stalls && !holding && (step ? (in_may_begin && !beat_available) : !beat_ok);

  wire in_has_planes_next = in_final_hit ? !in_last_plane : in_has_planes;
  wire out_has_planes_next = plane_final ? !out_last_plane : out_has_planes;
  wire in_turns = in_plane_end && in_has_planes_next;  // another plane follows
  wire out_turns = out_plane_end && out_has_planes_next;

  // With lag 0, the planes of the output follow each other like those of the input.
  wire leads = lead || (lag == 0);
  wire out_marked = !lead && marker_next;
  wire starts = start && !rst && (planes != 0);

  always @(posedge clk) begin
    if (restart) begin
      in_planes <= planes;
      in_has_planes <= (planes != 0);
      in_last_plane <= (planes == 1);
      out_planes <= planes;
      out_has_planes <= (planes != 0);
      out_last_plane <= (planes == 1);
    end else if (step) begin
      if (in_live) begin
        in_planes <= in_planes - {{(PLANES_W - 1) {1'b0}}, in_final_hit};
        in_last_plane <= in_final_hit ? ({1'b0, in_planes} == 2) : in_last_plane;
        in_has_planes <= in_has_planes_next;
      end
      if (out_live) begin
        out_planes <= out_planes - {{(PLANES_W - 1) {1'b0}}, plane_final};
        out_last_plane <= plane_final ? ({1'b0, out_planes} == 2) : out_last_plane;
        out_has_planes <= out_has_planes_next;
      end
    end

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

    step_q <= step && run && !rst;
    emit_q <= emit && !rst;
    if (step) begin
      row_mask <= row_mask_now;
      col_mask <= col_mask_now;
    end
  end

endmodule

`default_nettype wire
