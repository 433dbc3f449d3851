// dw_ring_writer: takes ifmap beats into the ring while the ring has room.
//
// Promises: in every cycle of `run` in which a beat is available and the ring has a free place, the
// writer takes the beat; it writes it in the next cycle, at write_address. `filled` counts the
// pixels that can be read. The beats of a stream take consecutive addresses. `done` is 1 when all
// beats of the stream have been taken.
`default_nettype none

module dw_ring_writer #(
    parameter BEAT_PIXELS   = 4,   // pixels of a beat: a power of two
    parameter ADDR_W        = 8,   // bits of the address of a beat
    parameter PIXEL_W       = 12,  // bits of a pixel's place in the stream, modulo 2^PIXEL_W
    parameter PLANE_BEATS_W = 8,
    parameter PLANES_W      = 8,
    parameter LAPS_W        = 2,   // bits of the laps from the writer to next_free, signed
    parameter KERNEL_PIXELS = 1    // pixels of the rows that the largest kernel reaches over
) (
    input  wire                     clk,
    input  wire                     restart,
    input  wire                     run,
    input  wire [PLANE_BEATS_W-1:0] plane_beats,
    input  wire [     PLANES_W-1:0] planes,
    input  wire                     available,      // the ifmap port has a beat
    output wire                     take,
    output wire                     final_take,     // ... and it is the last of the stream
    input  wire [      PIXEL_W-1:0] next_free,      // the oldest pixel needed in the next cycle
    output reg  [      PIXEL_W-1:0] filled,
    output reg                      write,
    output wire [       ADDR_W-1:0] write_address,
    output reg                      done
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if ((BEAT_PIXELS < 1) || ((BEAT_PIXELS & (BEAT_PIXELS - 1)) != 0)) begin : bad_1
      dw_ring_writer_BEAT_PIXELS_must_be_a_power_of_two u ();
    end
    if (ADDR_W < 1) begin : bad_2 dw_ring_writer_ADDR_W_must_be_at_least_1 u (); end
    if (PLANE_BEATS_W < 1) begin : bad_3 dw_ring_writer_PLANE_BEATS_W_must_be_at_least_1 u (); end
    if (PLANES_W < 1) begin : bad_4 dw_ring_writer_PLANES_W_must_be_at_least_1 u (); end
    if (PIXEL_W < $clog2(BEAT_PIXELS) + ADDR_W + 1) begin : bad_5
      dw_ring_writer_PIXEL_W_must_exceed_the_bits_of_a_pixel_address u ();
    end
    if (KERNEL_PIXELS >= (BEAT_PIXELS << ADDR_W)) begin : bad_6
      dw_ring_writer_KERNEL_PIXELS_must_be_less_than_the_pixels_of_the_ring u ();
    end
    if (LAPS_W < 2) begin : bad_7 dw_ring_writer_LAPS_W_must_be_at_least_2 u (); end
  endgenerate

  localparam BEAT_W = $clog2(BEAT_PIXELS);
  localparam CAPACITY_W = BEAT_W + ADDR_W;  // the ring has 2^CAPACITY_W pixels
  localparam [PIXEL_W-1:0] STEP = BEAT_PIXELS;
  localparam [PIXEL_W-1:0] INTO_BEAT = BEAT_PIXELS - 1;

  reg [PLANES_W-1:0] planes_left;
  reg [PLANE_BEATS_W-1:0] beats_left;
  reg plane_end, final_plane;  // the next beat is the last of its plane; its plane is the last one
  wire plane_take = take && plane_end;

  // ---- room for the next beat ------------------------------------------------------------------
  // `take` comes late, so it chooses between two comparisons, and no sum lies between a decision and
  // the one before it.
  reg [PIXEL_W-1:0] written;
  reg [PIXEL_W-1:0] written_behind;  // with the next beat
  reg has_room;
  wire [PIXEL_W-1:0] oldest = next_free & ~INTO_BEAT;
  wire ahead, ahead_behind;  // `oldest` lies ahead of the beat in the same lap
  wire [PIXEL_W-1:0] used, used_behind;
  assign {ahead, used} = {1'b0, written} - {1'b0, oldest};
  assign {ahead_behind, used_behind} = {1'b0, written_behind} - {1'b0, oldest};
  // A lap has 2^PIXEL_W addresses. next_free moves by a plane at most, which is less than half a lap.
  // It can be laps ahead of the writer if all windows lie in the padding.
  reg signed [LAPS_W-1:0] laps;  // from `written` to next_free in the cycle before
  reg free_half;  // next_free in the cycle before was in the second half of its lap
  wire free_wraps = free_half && !next_free[PIXEL_W-1];
  wire written_wraps = written[PIXEL_W-1] && !written_behind[PIXEL_W-1];
  wire signed [LAPS_W-1:0] laps_behind = laps - $signed({{(LAPS_W - 1) {1'b0}}, written_wraps});
  // next_free comes late, so it chooses between comparisons, and no sum precedes them.
  wire fits = (free_wraps ? laps >= 0 : laps > 0)
      || (ahead && (free_wraps ? laps == -1 : laps == 0))
      || (used[PIXEL_W-1:CAPACITY_W] == 0);
  wire fits_behind = (free_wraps ? laps_behind >= 0 : laps_behind > 0)
      || (ahead_behind && (free_wraps ? laps_behind == -1 : laps_behind == 0))
      || (used_behind[PIXEL_W-1:CAPACITY_W] == 0);
  wire unused_used = &{1'b0, used[CAPACITY_W-1:0], used_behind[CAPACITY_W-1:0], 1'b0};

  assign take = run && available && !done && has_room;
  assign final_take = plane_take && final_plane;
  assign write_address = filled[BEAT_W+:ADDR_W];

  always @(posedge clk) begin
    write <= take && !restart;
    if (restart) begin
      planes_left <= planes;
      final_plane <= (planes == 1);
      done <= 1'b0;
      beats_left <= plane_beats;
      plane_end <= (plane_beats == 1);
      written <= {PIXEL_W{1'b0}};
      written_behind <= STEP;
      has_room <= 1'b1;
      laps <= {LAPS_W{1'b0}};
      free_half <= 1'b0;
      filled <= {PIXEL_W{1'b0}};
    end else begin
      has_room <= take ? fits_behind : fits;
      // `take` comes late, so it chooses between sums.
      laps <= take ? laps_behind + $signed({{(LAPS_W - 1) {1'b0}}, free_wraps})
          : laps + $signed({{(LAPS_W - 1) {1'b0}}, free_wraps});
      free_half <= next_free[PIXEL_W-1];
      if (take) begin
        beats_left <= plane_end ? plane_beats : beats_left - 1'b1;
        plane_end <= plane_end ? (plane_beats == 1) : ({1'b0, beats_left} == 2);
        written <= written_behind;
        written_behind <= written_behind + STEP;
      end
      if (plane_take) begin
        planes_left <= planes_left - 1'b1;
        final_plane <= ({1'b0, planes_left} == 2);
        done <= final_plane;
      end
      if (write) filled <= filled + STEP;
    end
  end

endmodule

`default_nettype wire
