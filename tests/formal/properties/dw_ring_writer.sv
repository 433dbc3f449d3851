// The writer against a count of the beats of a stream, and of the beats that the ring can hold.
`include "promise.svh"

module check_dw_ring_writer #(
    parameter PLANE_BEATS_W = 2,
    parameter PLANES_W = 2
) (
    input clk,
    input rst,
    input restart,
    input start,
    input [PLANE_BEATS_W-1:0] plane_beats,
    input [PLANES_W-1:0] planes,
    input available,
    input [4:0] next_free
);
  localparam RING = 4, LAP = 16;  // beats of the ring, and of pixel addresses
  wire take, final_take, write, done;
  wire [4:0] filled;
  wire [1:0] write_address;
  dw_ring_writer #(.BEAT_PIXELS(2), .ADDR_W(2), .PIXEL_W(5), .PLANE_BEATS_W(PLANE_BEATS_W),
      .PLANES_W(PLANES_W), .LAPS_W(2), .KERNEL_PIXELS(1)) dut (.*);
  (* hierconn *) wire [PLANES_W-1:0] \dut.planes_left ;
  (* hierconn *) wire [PLANE_BEATS_W-1:0] \dut.beats_left ;
  (* hierconn *) wire \dut.plane_end , \dut.final_plane , \dut.runs , \dut.open ;
  (* hierconn *) wire [3:0] \dut.overwritten , \dut.overwritten_behind ;
  (* hierconn *) wire [1:0] \dut.laps ;
  (* hierconn *) wire \dut.free_half ;

  reg started = 1'b0, restarted, took;
  reg began, stopped;  // the stream has begun; a reset has come since
  reg first;  // no beat has been taken
  reg [PLANE_BEATS_W-1:0] held_beats, beat;  // taken beats of the plane
  reg [PLANES_W-1:0] held_planes, plane;  // planes of which all beats are taken
  reg [3:0] taken, taken_then;  // beats of the stream, modulo LAP
  reg [3:0] needed;  // the beat of the oldest pixel needed, in this cycle
  wire all = plane == planes;
  wire ends_plane = beat + 1 == plane_beats;
  // From the next beat to the oldest one needed, which can lie more than a lap ahead of the writer.
  reg signed [6:0] lead;
  wire [3:0] freed = next_free[4:1] - needed;
  wire signed [6:0] next_lead = lead + freed - take;
  wire fits = lead > -RING;
  wire signed [6:0] count = {3'b0, taken};
  wire runs = began && !stopped && !all;
  wire due = runs && available && fits;
  always @(posedge clk) begin
    started <= started || restart;
    restarted <= restart;
    took <= take && !restart;
    {held_beats, held_planes} <= {plane_beats, planes};
    needed <= restart ? 0 : next_free[4:1];
    taken_then <= restart ? 0 : taken;
    lead <= restart ? 0 : next_lead;
    if (restart) {began, stopped} <= {start, rst};
    else if (rst) stopped <= 1'b1;
    first <= restart || (first && !take);
    if (restart) {beat, plane, taken} <= 0;
    else if (take) begin
      beat <= ends_plane ? 0 : beat + 1;
      plane <= plane + ends_plane;
      taken <= taken + 1;
    end
  end
  always @* begin
    assume (plane_beats != 0 && planes != 0);
    assume (restart || !start);
    assume (restart || (freed < LAP / 2 && next_lead <= LAP));
    assume (restart || {plane_beats, planes} == {held_beats, held_planes});
  end

  always @* if (started && !restart) begin
    `PROMISE(takes_each_beat_that_fits, due, take)
    `PROMISE(takes_nothing_without_room, !fits, !take)
    `PROMISE(takes_nothing_that_is_not_there, !available, !take)
    `PROMISE(takes_nothing_without_a_start, !began, !take)
    `PROMISE(takes_nothing_after_a_reset, stopped, !take)
    `PROMISE(takes_no_beat_of_another_stream, all, !take)
    `PROMISE(done_tells_what_is_left, 1'b1, done == !runs)
    `PROMISE(marks_the_last_beat, take && ends_plane && plane + 1 == planes, final_take)
    `PROMISE(marks_no_other_beat, !(take && ends_plane && plane + 1 == planes), !final_take)
    `PROMISE(writes_what_it_takes, took, write)
    `PROMISE(writes_nothing_else, !took, !write)
    `PROMISE(addresses_follow_each_other, write, write_address == taken_then[1:0])
    `PROMISE(filled_counts_what_is_written, taken_then != 0, filled == {taken_then, 1'b0})
    `PROMISE(empty_after_a_restart, restarted, filled == 0 && !write)
    aid_plane: assert (all || (beat < plane_beats && \dut.plane_end == ends_plane &&
                       \dut.beats_left == plane_beats - beat));
    aid_planes: assert (plane <= planes && (all || (\dut.planes_left == planes - plane &&
                        \dut.final_plane == (plane + 1 == planes))));
    aid_overwritten: assert ((first || \dut.overwritten == 4'(taken - RING)) &&
                             \dut.overwritten_behind == 4'(taken - RING + 1));
    aid_first: assert (!first || ({beat, plane, taken} == 0 && lead >= 0));
    aid_then: assert (taken_then == 4'(taken - took));
    aid_filled: assert (filled == {taken_then, 1'b0});
    aid_lead: assert (lead >= -RING && lead <= LAP && needed == 4'(taken + lead));
    aid_laps: assert (\dut.laps == 2'(((count + lead) >>> 4) - ((count - RING) >>> 4)) &&
                      \dut.free_half == needed[3]);
    aid_room: assert (\dut.runs == runs && \dut.open == (runs && fits));
  end
endmodule
