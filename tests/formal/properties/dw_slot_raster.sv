// Every slot of small planes against the timing law, which counts columns, rows and planes up.
`include "promise.svh"

module check_dw_slot_raster #(
    parameter MAX_ROW_PITCH = 2,
    parameter MAX_PLANE_ROWS = 2,
    parameter MAX_PLANES = 2,
    parameter MAX_LAG = 2,
    parameter COL_W = $clog2(MAX_ROW_PITCH + 1),
    parameter ROW_W = $clog2(MAX_PLANE_ROWS + 1),
    parameter PLANES_W = $clog2(MAX_PLANES + 1),
    parameter LAG_W = $clog2(MAX_LAG + 1)
) (
    input clk,
    input rst,
    input restart,
    input start,
    input run,
    input [COL_W-1:0] ifmap_w,
    input [ROW_W-1:0] ifmap_h,
    input [COL_W-1:0] ofmap_w,
    input [ROW_W-1:0] ofmap_h,
    input [COL_W-1:0] row_pitch,
    input [ROW_W-1:0] plane_rows,
    input [COL_W-1:0] stride_w,
    input [ROW_W-1:0] stride_h,
    input [LAG_W-1:0] lag,
    input lead,
    input [ROW_W+1:0] tap_row,
    input [COL_W+1:0] tap_col,
    input [PLANES_W-1:0] planes,
    input beat_available,
    input credit_available,
    input holding,
    input claims
);
  wire interleave = 1'b1;
  wire take, final_take, emit, plane_final, plane_last, done, starved, backpressured;
  wire step_q, emit_q, row_mask, col_mask;
  dw_slot_raster #(
      .KERNEL_H(1),
      .KERNEL_W(1),
      .MAX_ROW_PITCH(MAX_ROW_PITCH),
      .MAX_PLANE_ROWS(MAX_PLANE_ROWS),
      .MAX_INTERLEAVE(1),
      .MAX_PLANES(MAX_PLANES),
      .MAX_LAG(MAX_LAG)
  ) dut (.*);

  wire [2*COL_W+2*ROW_W+2*COL_W+2*ROW_W+LAG_W+1+ROW_W+2+COL_W+2+PLANES_W-1:0] geometry = {
    ifmap_w, ifmap_h, ofmap_w, ofmap_h, row_pitch, plane_rows, stride_w, stride_h, lag, lead,
    tap_row, tap_col, planes
  };
  reg [$bits(geometry)-1:0] held;
  reg started = 1'b0, was_run, was_rst;

  // The law. A plane is open if it has begun and has slots left; `left`: planes that the leading
  // raster has not begun. Bit i of `begun`: it began one i + 1 slots ago.
  reg in_open, out_open, in_finished, out_finished;
  reg [PLANES_W-1:0] left, in_plane, out_plane;
  reg [MAX_LAG:0] begun;
  reg [COL_W-1:0] in_x, out_x;
  reg [ROW_W-1:0] in_y, out_y;

  wire waits = !(lead ? out_open : in_open) && left != 0;
  wire lead_begins = waits && (lead || beat_available);
  wire follows = (lag == 0) ? lead_begins : begun[lag-1];
  wire in_live = in_open || (lead ? follows : lead_begins);
  wire out_live = out_open || (lead ? lead_begins : follows);
  wire in_row_end = in_x == row_pitch - 1;
  wire in_end = in_row_end && in_y == plane_rows - 1;
  wire out_row_end = out_x == row_pitch - 1;
  wire out_end = out_row_end && out_y == plane_rows - 1;

  wire takes = in_live && in_x < ifmap_w && in_y < ifmap_h;
  wire last_taken = in_x == ifmap_w - 1 && in_y == ifmap_h - 1;
  wire [COL_W-1:0] ofmap_x = out_x / stride_w;
  wire [ROW_W-1:0] ofmap_y = out_y / stride_h;
  wire is_position = out_x % stride_w == 0 && out_y % stride_h == 0;
  wire emits = out_live && is_position && ofmap_x < ofmap_w && ofmap_y < ofmap_h;
  wire last_emitted = ofmap_x == ofmap_w - 1 && ofmap_y == ofmap_h - 1;

  // Void slots enter while the first beat of a plane is missing. With lag 0 they wait for credit,
  // as the output plane that the beat begins would.
  wire beat_missing = takes && !beat_available;
  wire plane_missing = !lead && waits && !beat_available;
  wire credit_missing = (emits || (plane_missing && lag == 0)) && !credit_available;
  wire enters = !holding && !beat_missing && !credit_missing;
  wire is_done = in_finished && out_finished && !holding;

  reg entered, emitted, was_row_mask, was_col_mask, was_live;
  wire signed [ROW_W+2:0] tap_y = $signed(tap_row) + $signed({1'b0, out_y});
  wire signed [COL_W+2:0] tap_x = $signed(tap_col) + $signed({1'b0, out_x});
  always @(posedge clk) begin
    started <= started || rst;
    was_run <= run;
    was_rst <= rst;
    held <= geometry;
    emitted <= emit && !rst;
    entered <= enters && run && !rst;
    was_live <= out_live;
    was_row_mask <= tap_y >= 0 && tap_y < $signed({1'b0, ifmap_h});
    was_col_mask <= tap_x >= 0 && tap_x < $signed({1'b0, ifmap_w});
    if (rst || !run) begin
      {in_open, out_open, in_plane, out_plane, in_x, in_y, out_x, out_y} <= 0;
      begun <= 0;
      left <= (start && !rst) ? planes : 0;
      {in_finished, out_finished} <= {2{planes == 0}};
    end else if (enters) begin
      begun <= {begun, lead_begins};
      left <= left - lead_begins;
      in_open <= in_live && !in_end;
      out_open <= out_live && !out_end;
      if (in_live) begin
        in_x <= in_row_end ? 0 : in_x + 1;
        if (in_row_end) in_y <= in_end ? 0 : in_y + 1;
        if (in_end) in_plane <= in_plane + 1;
      end
      if (out_live) begin
        out_x <= out_row_end ? 0 : out_x + 1;
        if (out_row_end) out_y <= out_end ? 0 : out_y + 1;
        if (out_end) out_plane <= out_plane + 1;
      end
      if (takes && last_taken && in_plane == planes - 1) in_finished <= 1;
      if (emits && last_emitted && out_plane == planes - 1) out_finished <= 1;
    end
  end

  always @* begin
    assume (lag <= MAX_LAG && !(lead && lag == 0) && planes <= MAX_PLANES);
    assume (row_pitch != 0 && row_pitch <= MAX_ROW_PITCH);
    assume (plane_rows != 0 && plane_rows <= MAX_PLANE_ROWS);
    assume (ifmap_w != 0 && ifmap_w <= row_pitch && ifmap_h != 0 && ifmap_h <= plane_rows);
    assume (ofmap_w != 0 && stride_w != 0 && {1'b0, ofmap_w - 1'b1} * stride_w < row_pitch);
    assume (ofmap_h != 0 && stride_h != 0 && {1'b0, ofmap_h - 1'b1} * stride_h < plane_rows);
    assume (stride_w <= MAX_ROW_PITCH && stride_h <= MAX_PLANE_ROWS);
    // One stream after a reset: the search is short.
    assume (rst == !started);
    assume (restart == !run && start == !run);
    assume (run == (started && !was_rst));
    assume (!run || geometry == held);
  end

  always @* if (started && !was_rst && run) begin
    `PROMISE(takes_the_beats_of_the_ifmap, 1, take == (enters && takes))
    `PROMISE(tells_the_last_beat, take, final_take == (last_taken && in_plane == planes - 1))
    `PROMISE(no_last_beat_before, !take, !final_take)
    `PROMISE(emits_the_windows_of_the_ofmap, !holding, emit == (enters && emits))
    `PROMISE(emits_further_passes, holding, emit == (credit_available || !claims))
    `PROMISE(tells_the_last_window_of_a_plane, emit && !holding, plane_final == last_emitted)
    `PROMISE(tells_the_last_plane, emit && !holding, plane_last == (out_plane == planes - 1))
    `PROMISE(done_after_the_last_beat_and_window, 1, done == is_done)
    `PROMISE(starves_without_a_beat, !emit && !is_done,
             starved == (!holding && (beat_missing || (plane_missing && enters))))
    `PROMISE(waits_for_credit, !emit && !is_done,
             backpressured == (holding || (credit_missing && !beat_missing)))
    `PROMISE(no_cause_without_a_stall, emit || is_done, !starved && !backpressured)
    `PROMISE(tells_the_slot_that_entered, was_run, step_q == entered && emit_q == emitted)
    `PROMISE(masks_rows, was_run && entered && was_live, row_mask == was_row_mask)
    `PROMISE(masks_columns, was_run && entered && was_live, col_mask == was_col_mask)
  end
endmodule
