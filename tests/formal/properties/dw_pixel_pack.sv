// The beats against a list of the pixels that wait, filled value by value.
`include "promise.svh"

module check_dw_pixel_pack #(
    parameter LANES = 3,
    parameter VALUES = 2,
    parameter PIXELS = 2,
    parameter GRAIN = 1  // common divisor of LANES and VALUES
) (
    input clk,
    input restart,
    input active,
    input [1:0] lane,
    input [VALUES*2-1:0] values,
    input keep,
    input final_pixel
);
  localparam LANE_W = (LANES > 1) ? $clog2(LANES) : 1;
  localparam COUNT_W = $clog2(PIXELS + 1);
  wire write, ended;
  wire [COUNT_W-1:0] count;
  wire [PIXELS*LANES*2-1:0] beat;
  dw_pixel_pack #(.LANES(LANES), .VALUES(VALUES), .PIXELS(PIXELS), .WIDTH(2)) dut (
      .clk, .restart, .active, .lane(lane[LANE_W-1:0]), .values, .keep, .final_pixel,
      .write, .ended, .count, .beat);
  (* hierconn *) wire [LANES/GRAIN-1:0] \dut.turn ;
  (* hierconn *) wire [LANES*2-1:0] \dut.lanes ;
  (* hierconn *) wire \dut.there , \dut.push , \dut.final_there ;
  (* hierconn *) wire [COUNT_W-1:0] \dut.held ;
  (* hierconn *) wire [PIXELS-1:0] \dut.place ;

  reg started = 1'b0, restarted = 1'b1;
  reg [1:0] follows;  // the lane behind the last value that is announced
  // Marks of the values of this cycle.
  reg there = 1'b0, keep_then, final_then;
  reg [1:0] lane_then;
  // Lanes of the unfinished pixel, and the pixels that wait for their beat.
  reg [2:0] open, open_then;
  reg [LANES*2-1:0] lanes, lanes_then;
  reg [COUNT_W-1:0] waiting, length;
  reg [PIXELS*LANES*2-1:0] listed, list;
  reg emits, closes;
  reg completed;
  integer k;
  always @* begin
    lanes_then = lanes;
    open_then = lane_then;
    length = waiting;
    list = listed;
    completed = 1'b0;
    for (k = 0; k < VALUES; k = k + 1) if (there) begin
      lanes_then[open_then*2+:2] = values[k*2+:2];
      open_then = open_then + 1;
      if (open_then == LANES) begin
        open_then = 0;
        completed = 1'b1;
        if (keep_then) begin
          list[length*LANES*2+:LANES*2] = lanes_then;
          length = length + 1;
        end
      end
    end
  end
  wire pushed = completed && keep_then;
  wire ends = pushed && (length == PIXELS || final_then);
  reg due, due_end;
  reg [COUNT_W-1:0] due_count;
  reg [PIXELS*LANES*2-1:0] due_beat;
  always @(posedge clk) begin
    started <= started || restart;
    restarted <= restart;
    if (restart) follows <= 0;
    else if (active) follows <= (lane + VALUES) % LANES;
    there <= active && !restart;
    {lane_then, keep_then, final_then} <= {lane, keep, final_pixel};
    if (restart) open <= 0;
    else if (there) open <= open_then;
    if (there && !restart) lanes <= lanes_then;
    waiting <= (restart || ends) ? 0 : length;
    listed <= (restart || ends) ? 0 : list;
    due <= ends && !restart;
    due_end <= final_then;
    due_count <= length;
    due_beat <= list;
  end
  always @* begin
    assume (lane < LANES && lane % GRAIN == 0);
    // A group begins with lane 0; the lanes of its cycles follow each other.
    assume (!active || lane == 0 || lane == follows);
    assume (!active || !final_pixel || keep);
  end

  always @* if (started) begin
    `PROMISE(writes_each_full_or_final_beat, due, write)
    `PROMISE(writes_nothing_else, !due, !write)
    `PROMISE(values_in_lanes_and_pixels_in_order, due && due_count == PIXELS, beat == due_beat)
    `PROMISE(zeros_behind_the_last_pixel, due && due_count < PIXELS, beat == due_beat)
    `PROMISE(counts_the_pixels, due, count == due_count)
    `PROMISE(ends_the_plane, due && due_end, ended)
    `PROMISE(ends_no_other_beat, due && !due_end, !ended)
    `PROMISE(drops_all_with_a_restart, restarted, !write)
    aid_there: assert (\dut.there == there && \dut.final_there == final_then);
    aid_push: assert (\dut.push == (there && keep_then && lane_then + VALUES >= LANES));
    aid_held: assert (waiting < PIXELS && \dut.held == waiting && \dut.place == 1 << waiting);
    aid_open: assert (restarted || there || follows == open);
    aid_follows: assert (open < LANES && open % GRAIN == 0 && follows < LANES &&
                         follows % GRAIN == 0 && (!restarted || (open == 0 && follows == 0)));
    aid_lane: assert (!there || (lane_then < LANES && lane_then % GRAIN == 0 &&
                      (lane_then == 0 || lane_then == open) &&
                      follows == (lane_then + VALUES) % LANES));
  end
  reg lanes_agree, turns_agree, beats_agree;
  always @* begin
    lanes_agree = 1'b1;
    turns_agree = 1'b1;
    beats_agree = 1'b1;
    for (k = 0; k < LANES; k = k + 1) begin
      if (k < open && \dut.lanes [k*2+:2] != lanes[k*2+:2]) lanes_agree = 1'b0;
      if (k % GRAIN == 0 && \dut.turn [k/GRAIN] != (lane_then == k)) turns_agree = 1'b0;
    end
    for (k = 0; k < PIXELS; k = k + 1)
      if (beat[k*LANES*2+:LANES*2] != listed[k*LANES*2+:LANES*2]) beats_agree = 1'b0;
  end
  always @* if (started) begin
    aid_lanes: assert (lanes_agree);
    aid_turn: assert (!there || turns_agree);
    aid_beat: assert ((waiting == 0 || beats_agree) && listed >> waiting * LANES * 2 == 0);
  end
endmodule
