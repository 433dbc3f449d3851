// Stand-ins for dw_fetch_walk and dw_fetch_rows: any segments and any reads. The including module assumes
// of the reads that they keep the rules of dw_fetch_rows.
module dw_fetch_walk #(
    parameter BEAT_PIXELS = 1,
    parameter X_W = 1,
    parameter Y_W = 1,
    parameter PIXEL_W = 1,
    parameter TAP_W = 1,
    parameter GROUPS_W = 1,
    parameter SETS_W = 1,
    parameter PLANES_W = 1,
    parameter PLANE_BEATS_W = 1
) (
    input clk,
    input restart,
    input [Y_W-1:0] ifmap_h,
    input [TAP_W-1:0] kernel_h,
    input [TAP_W-1:0] kernel_w,
    input tap_segments,
    input [X_W-1:0] pitch,
    input [X_W-1:0] start_x,
    input [Y_W-1:0] start_y,
    input [X_W-1:0] step_x,
    input [Y_W-1:0] step_y,
    input [Y_W-1:0] stride_h,
    input [X_W-1:0] dilation_w,
    input [Y_W-1:0] dilation_h,
    input [PIXEL_W-1:0] start_address,
    input [PIXEL_W-1:0] step_address,
    input [PIXEL_W-1:0] row_address,
    input [PIXEL_W-1:0] tap_address,
    input [PLANE_BEATS_W-1:0] plane_beats,
    input [GROUPS_W-1:0] groups,
    input [SETS_W-1:0] sets,
    input [PLANES_W-1:0] planes,
    input take,
    output valid,
    output [X_W-1:0] x,
    output [Y_W-1:0] y,
    output [Y_W-1:0] group_y,
    output [PIXEL_W-1:0] address,
    output frees,
    output [PIXEL_W-1:0] free_pixel
);
  (* anyseq *) reg [1+X_W+2*Y_W+2*PIXEL_W:0] any;
  assign {valid, x, y, group_y, address, frees, free_pixel} = any;
endmodule

module dw_fetch_rows #(
    parameter BEAT_PIXELS = 1,
    parameter READ_PIXELS = 1,
    parameter X_W = 1,
    parameter Y_W = 1,
    parameter PIXEL_W = 1,
    parameter PLACE_W = 1
) (
    input clk,
    input restart,
    input [X_W-1:0] ifmap_w,
    input [Y_W-1:0] ifmap_h,
    input [X_W-1:0] span,
    input [X_W-1:0] pitch,
    input [Y_W-1:0] stride_h,
    input [Y_W-1:0] end_y,
    input [PIXEL_W-1:0] row_address,
    input walk_valid,
    input [X_W-1:0] walk_x,
    input [Y_W-1:0] walk_y,
    input [Y_W-1:0] walk_group_y,
    input [PIXEL_W-1:0] walk_address,
    input walk_frees,
    input [PIXEL_W-1:0] walk_free_pixel,
    output take,
    input ready,
    output valid,
    output filled,
    output segment_end,
    output [PIXEL_W-1:0] pixel,
    output [PIXEL_W-1:0] last_pixel,
    output [PLACE_W-1:0] first,
    output frees,
    output [PIXEL_W-1:0] free_pixel
);
  (* anyseq *) reg [4+3*PIXEL_W+PLACE_W:0] any;
  assign {take, valid, filled, segment_end, frees, pixel, last_pixel, free_pixel, first} = any;
endmodule
