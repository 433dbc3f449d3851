// The first pixel that is still needed against counters of planes and groups, and the raster place
// of the group, with columns from that of the first group on. A group needs the pixels from the start
// of its raster row on, if that is in the ifmap.
`include "promise.svh"

module check_dw_release #(
    parameter W = 4,
    parameter PIXEL_W = 5
) (
    input clk,
    input restart,
    input advance,
    input [W-1:0] ifmap_h,
    input [W-1:0] pitch,
    input [W-1:0] start_y,
    input [W-1:0] step_x,
    input [W-1:0] step_y,
    input [W-1:0] stride_h,
    input [PIXEL_W-1:0] start_address,
    input [PIXEL_W-1:0] step_address,
    input [PIXEL_W-1:0] row_address,
    input [1:0] plane_beats,
    input [1:0] groups,
    input [1:0] planes,  // the module goes on behind the last one
    input [2:0] ifmap_w  // the module takes the addresses of rows only
);
  wire [PIXEL_W-1:0] next_free;
  dw_release #(.BEAT_PIXELS(2), .X_W(W), .Y_W(W), .PIXEL_W(PIXEL_W), .GROUPS_W(2),
      .PLANE_BEATS_W(2)) dut (.clk, .restart, .advance, .ifmap_h, .pitch,
      .start_y, .step_x, .step_y, .stride_h, .start_address, .step_address, .row_address,
      .plane_beats, .groups, .next_free);
  (* hierconn *) wire [W-1:0] \dut.u_walk.beyond , \dut.u_walk.wrapped_y , \dut.u_walk.wrapped_x ;
  (* hierconn *) wire [W-1:0] \dut.u_walk.group_y ;
  (* hierconn *) wire [PIXEL_W-1:0] \dut.u_walk.group_address , \dut.u_walk.plane_base ;
  (* hierconn *) wire [PIXEL_W-1:0] \dut.u_walk.wrapped_address , \dut.u_walk.plane_behind ;
  (* hierconn *) wire \dut.u_walk.u_taps.last , \dut.u_walk.u_rows.last , \dut.u_walk.u_sets.last ;
  (* hierconn *) wire [1:0] \dut.u_walk.u_groups.left ;
  (* hierconn *) wire \dut.advances ;
  (* hierconn *) wire \dut.u_walk.u_groups.last ;

  // ---- the geometry, which is constant while a stream runs, as signed numbers -----------------
  localparam signed [W+1:0] MOST = (1 << (W - 1)) - 1;
  wire signed [W+1:0] columns = $signed(pitch), height = $signed(ifmap_h);
  wire signed [W+1:0] from_y = $signed(start_y);
  wire signed [W+1:0] on_x = $signed(step_x), on_y = $signed(step_y), row_y = $signed(stride_h);
  wire signed [PIXEL_W:0] width = $signed({1'b0, ifmap_w});
  localparam ALL_W = 6 * W + 3 * PIXEL_W + 9;
  wire [ALL_W-1:0] all = {ifmap_h, pitch, start_y, step_x, step_y, stride_h, start_address,
      step_address, row_address, plane_beats, groups, planes, ifmap_w};
  reg started = 1'b0;
  reg [ALL_W-1:0] held;
  always @* begin
    assume (restart || all == held);
    assume (groups != 0 && planes != 0 && columns > 0 && height > 0 && row_y > 0);
    assume (from_y <= 0);
    assume (on_x >= 0 && on_x < columns && on_y >= 0 && on_y + row_y <= MOST);
    assume (start_address == PIXEL_W'(from_y * width));
    assume (step_address == PIXEL_W'(on_y * width) && row_address == PIXEL_W'(row_y * width));
  end

  // ---- the group of the walk, which follows a tap by a cycle -----------------------------------
  reg advances = 1'b0;
  reg [1:0] group, plane;
  reg signed [W+1:0] x, y;
  reg [PIXEL_W-1:0] base;  // pixels of the planes before
  wire ends = group + 1 == groups;
  wire signed [W+1:0] next_x = x + on_x;
  wire wraps = next_x >= columns;
  wire signed [W+1:0] next_y = y + on_y + (wraps ? row_y : 0);
  // The group of the cycle before, whose pixel is there now.
  reg restarted, settled = 1'b0, was_left;
  reg signed [W+1:0] was_y;
  reg [PIXEL_W-1:0] was_base, free_before;
  always @(posedge clk) begin
    started <= started || restart;
    held <= all;
    {restarted, advances} <= {restart, advance};
    settled <= started && !restart;
    {was_y, was_base, was_left, free_before} <= {y, base, plane != planes, next_free};
    if (restart) begin
      {group, plane, base} <= 0;
      x <= 0;
      y <= from_y;
    end else if (advances) begin
      group <= ends ? 0 : group + 1;
      x <= ends ? 0 : wraps ? next_x - columns : next_x;
      y <= ends ? from_y : next_y;
      if (ends) begin
        plane <= plane + 1;
        base <= base + {plane_beats, 1'b0};
      end
    end
  end
  always @* begin
    // No group advances in a restart, and none behind the last one.
    assume (!advance || !restart);
    assume (!started || !advance || plane != planes);
    assume (!started || !advance || !advances || !ends || plane + 1 != planes);
    // No coordinate of a layer leaves the range of its bits.
    assume (!started || next_y <= MOST || ends);
  end

  always @* if (started && !restart) begin
    `PROMISE(begins_at_the_first_pixel, restarted, next_free == 0)
    `PROMISE(first_pixel_of_the_group, settled && was_left && was_y >= 0 && was_y < height,
             next_free == PIXEL_W'(was_base + was_y * width))
    `PROMISE(first_pixel_of_the_plane_above_it, settled && was_left && was_y < 0,
             next_free == was_base)
    `PROMISE(holds_for_a_group_below_the_ifmap, settled && was_y >= height,
             next_free == free_before)
    `PROMISE(all_pixels_at_the_end, settled && !was_left,
             next_free == PIXEL_W'(planes * {plane_beats, 1'b0}))
    aid_advances: assert (\dut.advances == advances && (!advances || plane != planes));
    aid_ranges: assert (plane <= planes && group < groups && (plane != planes || group == 0));
    aid_one_tap: assert (\dut.u_walk.u_taps.last && \dut.u_walk.u_rows.last &&
                         \dut.u_walk.u_sets.last );
    aid_groups: assert (\dut.u_walk.u_groups.left == groups - group &&
                        \dut.u_walk.u_groups.last == ends);
    aid_place: assert (x >= 0 && x < columns && y <= MOST && y >= from_y);
    aid_end: assert (plane != planes || y == from_y);
    aid_group: assert (\dut.u_walk.group_y == W'(y) &&
                       \dut.u_walk.beyond == W'(next_x - columns));
    aid_sums: assert (\dut.u_walk.wrapped_x == W'(on_x - columns) &&
                      \dut.u_walk.wrapped_y == W'(on_y + row_y) &&
                      \dut.u_walk.wrapped_address == PIXEL_W'(step_address + row_address));
    aid_base: assert (\dut.u_walk.plane_base == base &&
        base == PIXEL_W'(plane * {plane_beats, 1'b0}) &&
        \dut.u_walk.plane_behind == PIXEL_W'(base + {plane_beats, 1'b0} + start_address) &&
        \dut.u_walk.group_address == PIXEL_W'(base + y * width));
    aid_before: assert (!settled || was_left ||
                        (was_y == from_y && was_base == base && plane == planes));
  end
endmodule
