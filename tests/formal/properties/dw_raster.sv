// The raster against nested counters: group in the pixel, column, row.
`include "promise.svh"

module check_dw_raster #(
    parameter MAX_PLANES = 3,
    parameter COL_W = 3,
    parameter ROW_W = 3,
    parameter MAX_INTERLEAVE = 3
) (
    input clk,
    input restart,
    input step,
    input [$clog2(MAX_INTERLEAVE+1)-1:0] interleave,
    input [COL_W-1:0] row_pitch,
    input [ROW_W-1:0] plane_rows,
    input [COL_W-1:0] stride_w,
    input [ROW_W-1:0] stride_h,
    input [COL_W-1:0] count_w,
    input [ROW_W-1:0] count_h,
    input [1:0] planes
);
  wire pixel_end, row_end, plane_end, final_hit, hit_next;
  wire has_planes, last_plane, turns;
  (* hierconn *) wire [1:0] \dut.planes_left ;
  dw_raster #(.MAX_ROW_PITCH(7), .MAX_PLANE_ROWS(7), .MAX_INTERLEAVE(MAX_INTERLEAVE),
      .MAX_PLANES(MAX_PLANES)) dut (.*);
  (* hierconn *) wire [COL_W-1:0] \dut.u_col.left , \dut.u_col.phase , \dut.u_col.hits_left ;
  (* hierconn *) wire [ROW_W-1:0] \dut.u_row.left , \dut.u_row.phase , \dut.u_row.hits_left ;
  (* hierconn *) wire \dut.u_col.has_more , \dut.u_row.has_more ;
  (* hierconn *) wire \dut.u_col.in_phase , \dut.u_row.in_phase ;
  (* hierconn *) wire \dut.u_col.final_hit , \dut.u_row.final_hit ;
  (* hierconn *) wire \dut.u_col.last , \dut.u_row.last , \dut.u_col.hit , \dut.u_row.hit ;
  (* hierconn *) wire [$clog2(MAX_INTERLEAVE+1)-1:0] \dut.g_groups.u_group.left ;

  localparam ALL_W = $clog2(MAX_INTERLEAVE + 1) + 3 * COL_W + 3 * ROW_W + 2;
  wire [ALL_W-1:0] all = {interleave, row_pitch, plane_rows, stride_w, stride_h, count_w, count_h,
      planes};
  reg started = 1'b0, stepped, promised_hit;
  reg [ALL_W-1:0] held;
  reg [COL_W:0] x, hits_x, phase_x;  // phase: distance from the last multiple of the stride
  reg [ROW_W:0] y, hits_y, phase_y;
  reg [$clog2(MAX_INTERLEAVE+1)-1:0] group;
  reg [2:0] done;  // planes of which the last hit has been stepped over
  reg ended;  // the last plane has ended: no slot belongs to a plane
  wire final_now = group_ends && hit_x && hit_y && hits_x + 1 == count_w && hits_y + 1 == count_h;
  wire group_ends = group + 1 == interleave;
  wire row_ends = x + 1 == row_pitch;
  wire plane_ends = y + 1 == plane_rows;
  wire hit_x = phase_x == 0 && hits_x < count_w;
  wire hit_y = phase_y == 0 && hits_y < count_h;
  always @(posedge clk) begin
    started <= started || restart;
    held <= all;
    stepped <= step && !restart;
    promised_hit <= hit_next;
    if (restart) done <= 0;
    else if (step && done < planes) done <= done + final_now;
    if (restart) ended <= planes == 0;
    else if (step && plane_end) ended <= done + final_now >= planes;
    if (restart) {group, x, y, hits_x, hits_y, phase_x, phase_y} <= 0;
    else if (step) begin
      group <= group_ends ? 0 : group + 1;
      if (group_ends) begin
        x <= row_ends ? 0 : x + 1;
        phase_x <= (row_ends || phase_x + 1 == stride_w) ? 0 : phase_x + 1;
        hits_x <= row_ends ? 0 : hits_x + hit_x;
        if (row_ends) begin
          y <= plane_ends ? 0 : y + 1;
          phase_y <= (plane_ends || phase_y + 1 == stride_h) ? 0 : phase_y + 1;
          hits_y <= plane_ends ? 0 : hits_y + hit_y;
        end
      end
    end
  end

  always @* begin
    assume (interleave != 0 && interleave <= MAX_INTERLEAVE && row_pitch != 0 && plane_rows != 0);
    assume (stride_w != 0 && stride_h != 0 && count_w != 0 && count_h != 0);
    assume (restart || all == held);
  end

  always @* assume (!(step && ended && started && !restart));

  always @* if (started && !restart) begin
    `PROMISE(pixels_end, group_ends, pixel_end)
    `PROMISE(pixels_do_not_end_early, !group_ends, !pixel_end && !row_end && !plane_end)
    `PROMISE(rows_end, group_ends && row_ends, row_end)
    `PROMISE(rows_do_not_end_early, !row_ends, !row_end && !plane_end)
    `PROMISE(planes_end, group_ends && row_ends && plane_ends, plane_end)
    `PROMISE(planes_do_not_end_early, !plane_ends, !plane_end)
    `PROMISE(final_hit_of_the_plane,
             group_ends && hit_x && hit_y && hits_x + 1 == count_w && hits_y + 1 == count_h,
             final_hit)
    `PROMISE(no_other_final_hit,
             !(group_ends && hit_x && hit_y && hits_x + 1 == count_w && hits_y + 1 == count_h),
             !final_hit)
    `PROMISE(has_planes_until_the_last_hit, done < planes, has_planes)
    `PROMISE(has_no_planes_after_it, done == planes, !has_planes)
    `PROMISE(knows_the_last_plane, done < planes, last_plane == (done + 1 == planes))
    `PROMISE(turns_to_another_plane, plane_end && done < planes,
             turns == (done + final_now < planes))
    `PROMISE(hit_next_is_known, stepped, promised_hit == (hit_x && hit_y))
    aid_done: assert (done <= planes && (done == planes || \dut.planes_left == planes - done));
    aid_ended: assert (!ended || done == planes);
    aid_spent: assert (done < planes || ended || hits_y == count_h ||
                       (hit_y && hits_y + 1 == count_h && hits_x == count_w));
    aid_group: assert (group < interleave && \dut.g_groups.u_group.left == interleave - group);
    aid_x: assert (x < row_pitch && \dut.u_col.left == row_pitch - x);
    aid_y: assert (y < plane_rows && \dut.u_row.left == plane_rows - y);
    aid_phase_x: assert (phase_x < stride_w && \dut.u_col.phase == stride_w - phase_x);
    aid_phase_y: assert (phase_y < stride_h && \dut.u_row.phase == stride_h - phase_y);
    aid_flags: assert (\dut.u_col.in_phase == (\dut.u_col.phase == 1) &&
                       \dut.u_row.in_phase == (\dut.u_row.phase == 1));
    aid_last: assert (\dut.u_col.last == row_ends && \dut.u_row.last == plane_ends &&
                      pixel_end == group_ends);
    aid_hits_x: assert (hits_x <= count_w && \dut.u_col.hits_left == count_w - hits_x &&
        \dut.u_col.hit == hit_x && \dut.u_col.has_more == (hits_x + hit_x < count_w) &&
        \dut.u_col.final_hit == (hit_x && hits_x + 1 == count_w));
    aid_hits_y: assert (hits_y <= count_h && \dut.u_row.hits_left == count_h - hits_y &&
        \dut.u_row.hit == hit_y && \dut.u_row.has_more == (hits_y + hit_y < count_h) &&
        \dut.u_row.final_hit == (hit_y && hits_y + 1 == count_h));
  end
endmodule
