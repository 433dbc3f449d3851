// The beats against a list of the pixels that wait. Three pixels of a beat, two a cycle.
`include "promise.svh"

module check_dw_pixel_merge (
    input clk,
    input restart,
    input active,
    input [3:0] values,
    input [1:0] keep,
    input final_pixel
);
  localparam BEAT = 3;
  wire write, ended;
  wire [1:0] count;
  wire [5:0] beat;
  dw_pixel_merge #(.LANES(1), .PIXELS(2), .BEAT(BEAT), .WIDTH(2)) dut (.*);
  (* hierconn *) wire [3:0] \dut.pixels ;
  (* hierconn *) wire [1:0] \dut.arrived , \dut.held ;
  (* hierconn *) wire \dut.ends , \dut.rest ;
  (* hierconn *) wire [5:0] \dut.store ;

  reg started = 1'b0;
  // The list after the pixels of this cycle; the first pixel is the lowest.
  reg [2:0] waiting, length;
  reg [9:0] listed, list;
  reg plane_rest;  // the list has the last pixel of a plane, behind a full beat
  wire here = active && !restart;
  integer k;
  always @* begin
    list = listed;
    length = waiting;
    for (k = 0; k < 2; k = k + 1)
      if (here && keep[k]) begin
        list[length*2+:2] = values[k*2+:2];
        length = length + 1;
      end
  end
  wire ends = here && final_pixel;
  wire full = length >= BEAT;
  wire emits = full || ends || plane_rest;
  wire closes = plane_rest || (ends && length <= BEAT);
  // What the beat of two cycles later must be.
  reg emits_1, emits_2, closes_1, closes_2;
  reg [2:0] length_1, length_2;
  reg [5:0] beat_1, beat_2;
  reg restarted, ends_then, rest_then;
  reg [2:0] waiting_then, entered_then;
  reg [9:0] listed_then, entries_then;
  always @(posedge clk) begin
    restarted <= restart;
    {ends_then, rest_then} <= restart ? 0 : {ends, plane_rest};
    waiting_then <= restart ? 0 : waiting;
    listed_then <= restart ? 0 : listed;
    entered_then <= restart ? 0 : length - waiting;
    entries_then <= restart ? 0 : list >> 2 * waiting;
    started <= started || restart;
    waiting <= (restart || closes) ? 0 : full ? length - BEAT : length;
    listed <= (restart || closes) ? 0 : full ? list >> 2 * BEAT : list;
    plane_rest <= !restart && ends && length > BEAT;
    {emits_1, closes_1} <= restart ? 0 : {emits, closes};
    {emits_2, closes_2} <= restart ? 0 : {emits_1, closes_1};
    length_1 <= full ? BEAT : length;
    length_2 <= length_1;
    beat_1 <= list[5:0];
    beat_2 <= beat_1;
  end
  always @* begin
    assume (!(plane_rest && active && keep != 0));
    assume (!(plane_rest && active && final_pixel));
  end
  always @* if (started) begin
    `PROMISE(writes_each_full_or_final_beat, emits_2, write)
    `PROMISE(writes_nothing_else, !emits_2, !write)
    `PROMISE(pixels_in_order_and_zeros_behind, emits_2, beat == beat_2)
    `PROMISE(counts_the_pixels, emits_2, count == length_2)
    `PROMISE(ends_the_plane, emits_2 && closes_2, ended)
    `PROMISE(ends_no_other_beat, emits_2 && !closes_2, !ended)
    `PROMISE(drops_all_with_a_restart, restarted, !write)
    aid_waiting: assert (waiting < BEAT && (listed >> 2 * waiting) == 0);
    aid_held: assert (\dut.held == waiting_then && \dut.store == listed_then);
    aid_arrived: assert (\dut.arrived == entered_then && \dut.pixels == entries_then);
    aid_ends: assert (\dut.ends == ends_then && \dut.rest == rest_then);
  end
endmodule
