// The segments against nested counters of planes, groups, weight sets, kernel rows and taps. Addresses
// are those of rows of ifmap_w pixels, behind the pixels of the planes before.
`include "promise.svh"

module check_dw_fetch_walk #(
    parameter W = 4,
    parameter PIXEL_W = 5
) (
    input clk,
    input restart,
    input [W-1:0] ifmap_h,
    input [1:0] kernel_h,
    input [1:0] kernel_w,
    input tap_segments,
    input [W-1:0] pitch,
    input [W-1:0] start_x,
    input [W-1:0] start_y,
    input [W-1:0] step_x,
    input [W-1:0] step_y,
    input [W-1:0] stride_h,
    input [W-1:0] dilation_w,
    input [W-1:0] dilation_h,
    input [PIXEL_W-1:0] start_address,
    input [PIXEL_W-1:0] step_address,
    input [PIXEL_W-1:0] row_address,
    input [PIXEL_W-1:0] tap_address,
    input [1:0] plane_beats,
    input [1:0] groups,
    input [1:0] sets,
    input [1:0] planes,
    input take
);
  wire valid, frees;
  wire [W-1:0] x, y, group_y;
  wire [PIXEL_W-1:0] address, free_pixel;
  dw_fetch_walk #(.BEAT_PIXELS(2), .X_W(W), .Y_W(W), .PIXEL_W(PIXEL_W), .TAP_W(2), .GROUPS_W(2),
      .SETS_W(2), .PLANES_W(2), .PLANE_BEATS_W(2)) dut (.*);
  (* hierconn *) wire [W-1:0] \dut.group_x , \dut.beyond , \dut.wrapped_x , \dut.wrapped_y ;
  (* hierconn *) wire [PIXEL_W-1:0] \dut.group_address , \dut.plane_base ;
  (* hierconn *) wire [PIXEL_W-1:0] \dut.wrapped_address , \dut.plane_behind ;
  (* hierconn *) wire [1:0] \dut.u_taps.left , \dut.u_rows.left , \dut.u_sets.left ;
  (* hierconn *) wire [1:0] \dut.u_groups.left , \dut.u_planes.left ;
  (* hierconn *) wire \dut.u_taps.last , \dut.u_rows.last , \dut.u_sets.last ;
  (* hierconn *) wire \dut.u_groups.last , \dut.u_planes.last ;

  // ---- the geometry, which is constant while a stream runs, as signed numbers -----------------
  (* anyconst *) reg [2:0] ifmap_w;
  wire signed [W+1:0] columns = $signed(pitch), height = $signed(ifmap_h);
  wire signed [W+1:0] from_x = $signed(start_x), from_y = $signed(start_y);
  wire signed [W+1:0] on_x = $signed(step_x), on_y = $signed(step_y), row_y = $signed(stride_h);
  wire signed [W+1:0] apart_x = $signed(dilation_w), apart_y = $signed(dilation_h);
  localparam signed [W+1:0] MOST = (1 << (W - 1)) - 1;
  localparam signed [W+1:0] LEAST = -(1 << (W - 1));
  localparam ALL_W = 9 * W + 4 * PIXEL_W + 13;
  wire [ALL_W-1:0] all = {ifmap_h, kernel_h, kernel_w, tap_segments, pitch, start_x, start_y,
      step_x, step_y, stride_h, dilation_w, dilation_h, start_address, step_address, row_address,
      tap_address, plane_beats, groups, sets, planes};
  reg started = 1'b0;
  reg [ALL_W-1:0] held;
  wire [1:0] taps = tap_segments ? kernel_w : 1;
  always @* begin
    assume (restart || all == held);
    assume (kernel_w != 0 && kernel_h != 0 && groups != 0 && sets != 0 && planes != 0);
    assume (columns > 0 && height > 0 && row_y > 0 && apart_x > 0 && apart_y > 0);
    assume (from_x <= 0 && from_x >= -columns && from_y <= 0);
    assume (on_x >= 0 && on_x < columns && on_y >= 0 && on_y + row_y <= MOST);
    assume (start_address == PIXEL_W'(from_y * $signed({1'b0, ifmap_w})));
    assume (step_address == PIXEL_W'(on_y * $signed({1'b0, ifmap_w})));
    assume (row_address == PIXEL_W'(row_y * $signed({1'b0, ifmap_w})));
    assume (tap_address == PIXEL_W'(apart_y * $signed({1'b0, ifmap_w})));
  end

  // ---- the segment ------------------------------------------------------------------------------
  reg [1:0] tap, row, set, group, plane;
  reg signed [W+1:0] place_x, place_y;  // of the group
  reg [PIXEL_W-1:0] base;  // pixels of the planes before
  wire row_ends = tap + 1 == taps;
  wire set_ends = row_ends && row + 1 == kernel_h;
  wire group_ends = set_ends && set + 1 == sets;
  wire plane_ends = group_ends && group + 1 == groups;
  wire left = plane < planes;  // a segment is left
  wire signed [W+1:0] next_x = place_x + on_x;
  wire wraps = next_x >= from_x + columns;
  wire signed [W+1:0] next_y = place_y + on_y + (wraps ? row_y : 0);
  wire signed [W+1:0] at_x = place_x + (tap_segments ? $signed({1'b0, tap}) * apart_x : 0);
  wire signed [W+1:0] at_y = place_y + $signed({1'b0, row}) * apart_y;
  always @(posedge clk) begin
    started <= started || restart;
    held <= all;
    if (restart) begin
      {tap, row, set, group, plane, base} <= 0;
      {place_x, place_y} <= {from_x, from_y};
    end else if (take) begin
      tap <= row_ends ? 0 : tap + 1;
      if (row_ends) row <= set_ends ? 0 : row + 1;
      if (set_ends) set <= group_ends ? 0 : set + 1;
      if (group_ends) begin
        group <= plane_ends ? 0 : group + 1;
        place_x <= plane_ends ? from_x : wraps ? next_x - columns : next_x;
        place_y <= plane_ends ? from_y : next_y;
      end
      if (plane_ends) begin
        plane <= plane + 1;
        base <= base + {plane_beats, 1'b0};
      end
    end
  end
  always @* begin
    assume (!take || restart || valid);
    // No coordinate of a layer leaves the range of its bits.
    assume (at_x <= MOST && at_y <= MOST && (next_y <= MOST || group + 1 == groups));
  end

  wire [PIXEL_W-1:0] row_pixel = PIXEL_W'(at_y * $signed({1'b0, ifmap_w}));
  wire [PIXEL_W-1:0] group_pixel = PIXEL_W'(place_y * $signed({1'b0, ifmap_w}));
  always @* if (started && !restart) begin
    `PROMISE(a_segment_is_left, left, valid)
    `PROMISE(no_segment_is_left, !left, !valid)
    `PROMISE(column_of_the_segment, left, x == W'(at_x))
    `PROMISE(row_of_the_segment, left, y == W'(at_y))
    `PROMISE(address_of_the_row, left, address == base + row_pixel)
    `PROMISE(row_of_the_group, left, group_y == W'(place_y))
    `PROMISE(frees_unless_below_the_ifmap, left, frees == (place_y < height))
    `PROMISE(keeps_the_rows_of_the_group, left && place_y >= 0 && place_y < height,
             free_pixel == base + group_pixel)
    `PROMISE(keeps_the_plane_above_it, left && place_y < 0, free_pixel == base)
    aid_ranges: assert (plane <= planes && tap < taps && row < kernel_h && set < sets &&
                        group < groups && (left || {tap, row, set, group} == 0));
    aid_taps: assert (\dut.u_taps.left == taps - tap && \dut.u_taps.last == row_ends);
    aid_rows: assert (\dut.u_rows.left == kernel_h - row &&
                      \dut.u_rows.last == (row + 1 == kernel_h));
    aid_sets: assert (\dut.u_sets.left == sets - set && \dut.u_sets.last == (set + 1 == sets));
    aid_groups: assert (\dut.u_groups.left == groups - group &&
                        \dut.u_groups.last == (group + 1 == groups));
    aid_planes: assert (!left || (\dut.u_planes.left == planes - plane &&
                        \dut.u_planes.last == (plane + 1 == planes)));
    aid_place: assert (place_x >= from_x && place_x < from_x + columns && place_y <= MOST &&
                       place_y >= from_y);
    aid_group: assert (\dut.group_x == W'(place_x) && group_y == W'(place_y) &&
                       \dut.beyond == W'(next_x - from_x - columns));
    aid_sums: assert ((\dut.wrapped_x == W'(on_x - columns) &&
        \dut.wrapped_y == W'(on_y + row_y) &&
        \dut.wrapped_address == PIXEL_W'(step_address + row_address)));
    aid_base: assert (\dut.plane_base == base &&
                      \dut.plane_behind == PIXEL_W'(base + {plane_beats, 1'b0} + start_address) &&
                      \dut.group_address == base + group_pixel);
    aid_segment: assert (x == W'(at_x) && y == W'(at_y) && address == base + row_pixel);
  end
endmodule
