// dw_raster: walks the planes of a stream, each of plane_rows x row_pitch pixels of `interleave`
// slots, and marks the slots that are hit.
//
// Promises: the first step after a restart is the first channel group of position (0, 0). Each
// further step is the next slot, pixel by pixel and row by row. After the last slot of a plane
// comes the first slot of the next plane. A plane counts as done at its last hit: has_planes is 1
// until that of the stream's last plane. The module does not track if a plane is in progress:
// `step` must come only with slots that belong to a plane.
`default_nettype none

module dw_raster #(
    parameter MAX_ROW_PITCH  = 255,  // columns
    parameter MAX_PLANE_ROWS = 255,  // rows
    parameter MAX_INTERLEAVE = 1,    // channel groups that share a plane
    parameter MAX_PLANES     = 255,  // planes of a stream
    // derived
    parameter COL_W          = $clog2(MAX_ROW_PITCH + 1),
    parameter ROW_W          = $clog2(MAX_PLANE_ROWS + 1),
    parameter INTERLEAVE_W   = $clog2(MAX_INTERLEAVE + 1),
    parameter PLANES_W       = $clog2(MAX_PLANES + 1)
) (
    input  wire                    clk,
    input  wire                    restart,
    input  wire                    step,
    input  wire [INTERLEAVE_W-1:0] interleave,
    input  wire [       COL_W-1:0] row_pitch,
    input  wire [       ROW_W-1:0] plane_rows,
    input  wire [       COL_W-1:0] stride_w,
    input  wire [       ROW_W-1:0] stride_h,
    input  wire [       COL_W-1:0] count_w,
    input  wire [       ROW_W-1:0] count_h,
    input  wire [    PLANES_W-1:0] planes,
    output wire                    pixel_end,  // this slot is the last of its pixel
    output wire                    row_end,    // ... of its row
    output wire                    plane_end,  // ... of its plane
    output wire                    final_hit,  // ... of its plane that is hit
    output wire                    hit_next,   // the next slot of the plane is hit
    output reg                     has_planes,
    output reg                     last_plane,  // the plane to be done next is the last
    output wire                    turns        // the plane ends, and another one follows
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (MAX_ROW_PITCH < 1) begin : bad_1 dw_raster_MAX_ROW_PITCH_must_be_at_least_1 u (); end
    if (MAX_PLANE_ROWS < 1) begin : bad_2 dw_raster_MAX_PLANE_ROWS_must_be_at_least_1 u (); end
    if (MAX_INTERLEAVE < 1) begin : bad_3 dw_raster_MAX_INTERLEAVE_must_be_at_least_1 u (); end
    if ((1 << COL_W) <= MAX_ROW_PITCH) begin : bad_4
      dw_raster_COL_W_must_hold_MAX_ROW_PITCH u ();
    end
    if ((1 << ROW_W) <= MAX_PLANE_ROWS) begin : bad_5
      dw_raster_ROW_W_must_hold_MAX_PLANE_ROWS u ();
    end
    if ((1 << INTERLEAVE_W) <= MAX_INTERLEAVE) begin : bad_6
      dw_raster_INTERLEAVE_W_must_hold_MAX_INTERLEAVE u ();
    end
    if (MAX_PLANES < 1) begin : bad_7 dw_raster_MAX_PLANES_must_be_at_least_1 u (); end
    if ((1 << PLANES_W) <= MAX_PLANES) begin : bad_8
      dw_raster_PLANES_W_must_hold_MAX_PLANES u ();
    end
  endgenerate

  wire col_last, col_hit, col_hit_next, col_final;
  wire row_last, row_hit, row_hit_next, row_final;

  assign row_end = pixel_end && col_last;
  assign plane_end = row_end && row_last;
  assign final_hit = pixel_end && col_final && row_final;
  assign hit_next = (pixel_end ? col_hit_next : col_hit) && (row_end ? row_hit_next : row_hit);

  generate
    if (MAX_INTERLEAVE == 1) begin : g_one_group
      wire unused_interleave = &{1'b0, interleave, 1'b0};
      assign pixel_end = 1'b1;
    end else begin : g_groups
      dw_countdown #(
          .WIDTH(INTERLEAVE_W)
      ) u_group (
          .clk    (clk),
          .restart(restart),
          .step   (step),
          .count  (interleave),
          .last   (pixel_end)
      );
    end
  endgenerate

  dw_raster_axis #(
      .WIDTH(COL_W)
  ) u_col (
      .clk      (clk),
      .restart  (restart),
      .step     (step && pixel_end),
      .pitch    (row_pitch),
      .stride   (stride_w),
      .count    (count_w),
      .last     (col_last),
      .hit      (col_hit),
      .hit_next (col_hit_next),
      .final_hit(col_final)
  );

  dw_raster_axis #(
      .WIDTH(ROW_W)
  ) u_row (
      .clk      (clk),
      .restart  (restart),
      .step     (step && row_end),
      .pitch    (plane_rows),
      .stride   (stride_h),
      .count    (count_h),
      .last     (row_last),
      .hit      (row_hit),
      .hit_next (row_hit_next),
      .final_hit(row_final)
  );

  reg [PLANES_W-1:0] planes_left;  // planes that are not done
  wire has_planes_next = final_hit ? !last_plane : has_planes;
  assign turns = plane_end && has_planes_next;

  always @(posedge clk) begin
    if (restart) begin
      planes_left <= planes;
      has_planes  <= (planes != 0);
      last_plane  <= (planes == 1);
    end else if (step) begin
      planes_left <= planes_left - {{(PLANES_W - 1) {1'b0}}, final_hit};
      has_planes  <= has_planes_next;
      last_plane  <= final_hit ? ({1'b0, planes_left} == 2) : last_plane;
    end
  end

endmodule

`default_nettype wire
