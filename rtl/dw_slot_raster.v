// dw_slot_raster: the only module that counts slots. In each cycle it decides if the next slot
// enters, if the slot takes a beat, and if the window under it is emitted.
//
// Promises (the timing law): a plane's input raster and output raster start `lag` slots
// apart, the input's first unless `lead`; planes follow each other without a gap while beats
// are available. A slot that takes a beat waits for the beat, a slot that emits waits for credit,
// and all other slots enter at once. If the next plane could start but has no beat, voids enter
// and the outputs of the planes before it come out.
//
// A window is held for one cycle a pass. No slot enters during that time, and the first pass of
// each ofmap beat waits for credit. Outside the run no beat and no output is due; voids enter
// there, and no output shows them.
`default_nettype none

module dw_slot_raster #(
    parameter KERNEL_H         = 3,
    parameter KERNEL_W         = 3,
    parameter MAX_ROW_PITCH    = 255,  // columns of a plane's raster
    parameter MAX_PLANE_ROWS   = 255,  // rows of a plane's raster
    parameter MAX_INTERLEAVE   = 1,    // channel groups that share a plane
    parameter MAX_PLANES       = 255,  // planes of a stream
    parameter MAX_LAG          = 1,    // longest lag or lead; 0: none
    parameter SHIFT_LENGTH_MAX = 4,    // longest delay line that is a shift register
    // derived
    parameter COL_W            = $clog2(MAX_ROW_PITCH + 1),
    parameter ROW_W            = $clog2(MAX_PLANE_ROWS + 1),
    parameter TAP_ROW_W        = ROW_W + 2,  // a row from -MAX_PLANE_ROWS to 2 * MAX_PLANE_ROWS
    parameter TAP_COL_W        = COL_W + 2,
    parameter INTERLEAVE_W     = $clog2(MAX_INTERLEAVE + 1),
    parameter PLANES_W         = $clog2(MAX_PLANES + 1),
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
    if ((1 << COL_W) <= MAX_ROW_PITCH) begin : bad_3
      dw_slot_raster_COL_W_must_hold_MAX_ROW_PITCH u ();
    end
    if ((1 << ROW_W) <= MAX_PLANE_ROWS) begin : bad_4
      dw_slot_raster_ROW_W_must_hold_MAX_PLANE_ROWS u ();
    end
    if (TAP_ROW_W != ROW_W + 2) begin : bad_5 dw_slot_raster_TAP_ROW_W_must_be_ROW_W_plus_2 u (); end
    if (TAP_COL_W != COL_W + 2) begin : bad_6 dw_slot_raster_TAP_COL_W_must_be_COL_W_plus_2 u (); end
    if ((1 << INTERLEAVE_W) <= MAX_INTERLEAVE) begin : bad_7
      dw_slot_raster_INTERLEAVE_W_must_hold_MAX_INTERLEAVE u ();
    end
    if ((1 << PLANES_W) <= MAX_PLANES) begin : bad_8
      dw_slot_raster_PLANES_W_must_hold_MAX_PLANES u ();
    end
    if ((LAG_W < 1) || ((1 << LAG_W) <= MAX_LAG)) begin : bad_9
      dw_slot_raster_LAG_W_must_hold_MAX_LAG u ();
    end
  endgenerate

  wire step;  // a slot enters
  wire in_may_begin, in_live, in_due, in_hit, out_live, out_due, out_hit;
  wire in_plane_end, in_final_hit, in_hit_next, in_has_planes, in_last_plane, in_turns;
  wire out_pixel_end, out_row_end, out_plane_end, out_hit_next, out_has_planes, out_turns;

  dw_plane_start #(
      .MAX_LAG         (MAX_LAG),
      .SHIFT_LENGTH_MAX(SHIFT_LENGTH_MAX)
  ) u_plane_start (
      .clk           (clk),
      .rst           (rst),
      .restart       (restart),
      .start         (start && (planes != 0)),
      .run           (run),
      .step          (step),
      .lag           (lag),
      .lead          (lead),
      .beat_available(beat_available),
      .in_plane_end  (in_plane_end),
      .in_turns      (in_turns),
      .in_hit_next   (in_hit_next),
      .out_plane_end (out_plane_end),
      .out_turns     (out_turns),
      .out_hit_next  (out_hit_next),
      .in_may_begin  (in_may_begin),
      .in_live       (in_live),
      .in_due        (in_due),
      .in_hit        (in_hit),
      .out_live      (out_live),
      .out_due       (out_due),
      .out_hit       (out_hit)
  );

  localparam [COL_W-1:0] EVERY_COL = 1;
  localparam [ROW_W-1:0] EVERY_ROW = 1;
  wire unused_in_pixel_end, unused_in_row_end;

  dw_raster #(
      .MAX_ROW_PITCH (MAX_ROW_PITCH),
      .MAX_PLANE_ROWS(MAX_PLANE_ROWS),
      .MAX_INTERLEAVE(MAX_INTERLEAVE),
      .MAX_PLANES    (MAX_PLANES)
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
      .planes    (planes),
      .pixel_end (unused_in_pixel_end),
      .row_end   (unused_in_row_end),
      .plane_end (in_plane_end),
      .final_hit (in_final_hit),
      .hit_next  (in_hit_next),
      .has_planes(in_has_planes),
      .last_plane(in_last_plane),
      .turns     (in_turns)
  );

  dw_raster #(
      .MAX_ROW_PITCH (MAX_ROW_PITCH),
      .MAX_PLANE_ROWS(MAX_PLANE_ROWS),
      .MAX_INTERLEAVE(MAX_INTERLEAVE),
      .MAX_PLANES    (MAX_PLANES)
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
      .planes    (planes),
      .pixel_end (out_pixel_end),
      .row_end   (out_row_end),
      .plane_end (out_plane_end),
      .final_hit (plane_final),
      .hit_next  (out_hit_next),
      .has_planes(out_has_planes),
      .last_plane(plane_last),
      .turns     (out_turns)
  );

  wire [KERNEL_H-1:0] row_mask_now;
  wire [KERNEL_W-1:0] col_mask_now;

  dw_tap_axis #(
      .TAPS    (KERNEL_H),
      .MAX_SIZE(MAX_PLANE_ROWS)
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
      .TAPS    (KERNEL_W),
      .MAX_SIZE(MAX_ROW_PITCH)
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
  assign done = !in_has_planes && !out_has_planes && !holding;

  // A void in place of the first slot of a plane that has no beat yet is also a stall.
  wire stalls = run && !done && !emit;
  assign backpressured = stalls && (holding || (!step && beat_ok));
  assign starved = stalls && !holding && (step ? (in_may_begin && !beat_available) : !beat_ok);

  always @(posedge clk) begin
    step_q <= step && run && !rst;
    emit_q <= emit && !rst;
    if (step) begin
      row_mask <= row_mask_now;
      col_mask <= col_mask_now;
    end
  end

endmodule

`default_nettype wire
