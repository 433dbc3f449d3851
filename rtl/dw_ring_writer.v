// dw_ring_writer: takes ifmap beats into the ring while the ring has room.
//
// Promises: a stream begins with `start`, in the last cycle of `restart`. In every cycle in which a beat is
// available and the ring has a free place, the writer takes the beat, until the stream has no more
// or a reset comes. It writes it in the next cycle, at write_address. `filled` counts the pixels
// that can be read. The beats of a stream take consecutive addresses. `done` is 1 while no beat is
// left to take.
`default_nettype none

module dw_ring_writer #(
    parameter BEAT_PIXELS   = 4,   // pixels of a beat: a power of two
    parameter ADDR_W        = 8,   // bits of the address of a beat
    parameter PIXEL_W       = 12,  // bits of a pixel's place in the stream, modulo 2^PIXEL_W
    parameter PLANE_BEATS_W = 8,
    parameter PLANES_W      = 8,
    parameter LAPS_W        = 2,   // bits of the laps from the beat that goes next to next_free
    parameter KERNEL_PIXELS = 1    // pixels of the rows that the largest kernel reaches over
) (
    input  wire                     clk,
    input  wire                     rst,
    input  wire                     restart,
    input  wire                     start,
    input  wire [PLANE_BEATS_W-1:0] plane_beats,
    input  wire [     PLANES_W-1:0] planes,
    input  wire                     available,      // the ifmap port has a beat
    output wire                     take,
    output wire                     final_take,     // ... and it is the last of the stream
    input  wire [      PIXEL_W-1:0] next_free,      // the oldest pixel needed in the next cycle
    output reg  [      PIXEL_W-1:0] filled,
    output reg                      write,
    output wire [       ADDR_W-1:0] write_address,
    output wire                     done
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
  localparam BEATS_W = PIXEL_W - BEAT_W;
  localparam [PIXEL_W-1:0] STEP = BEAT_PIXELS;
  localparam [BEATS_W-1:0] SECOND = 1 - (1 << ADDR_W);  // the beat that the second one overwrites

  reg [PLANES_W-1:0] planes_left;
  reg [PLANE_BEATS_W-1:0] beats_left;
  reg plane_end, final_plane;  // the next beat is the last of its plane; its plane is the last one
  reg runs;  // a beat of the stream is left
  wire stream_end = plane_end && final_plane;

  // ---- room for the next beat ------------------------------------------------------------------
  // The next beat overwrites the one that a ring's length before it has brought. There is room when
  // the oldest pixel needed lies behind that one. `take` and next_free come late, so `take` chooses
  // between two comparisons, and no sum precedes them.
  reg [BEATS_W-1:0] overwritten;  // by the next beat
  reg [BEATS_W-1:0] overwritten_behind;  // ... and by the one behind it
  reg open;  // a beat is left, and the ring has room for it
  wire [BEATS_W-1:0] oldest = next_free[PIXEL_W-1:BEAT_W];
  wire unused_free = &{1'b0, next_free, 1'b0};  // a beat stays until its last pixel is free
  // A lap has 2^PIXEL_W addresses. next_free moves by a plane at most, which is less than half a lap.
  // It can be laps ahead of the writer if all windows lie in the padding.
  reg [LAPS_W-1:0] laps;  // from `overwritten` to next_free in the cycle before
  reg free_half;  // next_free in the cycle before was in the second half of its lap
  wire free_wraps = free_half && !next_free[PIXEL_W-1];
  wire beat_wraps = overwritten[BEATS_W-1] && !overwritten_behind[BEATS_W-1];
  wire [LAPS_W-1:0] laps_behind = laps - {{(LAPS_W - 1) {1'b0}}, beat_wraps};
  wire fits = (oldest > overwritten) || free_wraps || (laps != 0);
  wire fits_behind = (oldest > overwritten_behind)
      || (beat_wraps ? laps > {{(LAPS_W - 1) {1'b0}}, !free_wraps} : free_wraps || (laps != 0));

  // Two registers decide, so `take` can be decided again wherever it goes.
  assign take = open && available;
  assign final_take = take && stream_end;
  assign done = !runs;
  assign write_address = filled[BEAT_W+:ADDR_W];

  always @(posedge clk) begin
    write <= take && !restart;
    // No restart: until the first beat is taken, `laps` alone decides.
    if (take) overwritten <= overwritten_behind;
    if (rst || restart) begin
      runs <= start && !rst;
      open <= start && !rst;
    end else begin
      if (final_take) runs <= 1'b0;
      open <= take ? fits_behind && !stream_end : fits && runs;
    end
    if (restart) begin
      planes_left <= planes;
      final_plane <= (planes == 1);
      beats_left <= plane_beats;
      plane_end <= (plane_beats == 1);
      overwritten_behind <= SECOND;
      laps <= {{(LAPS_W - 1) {1'b0}}, 1'b1};
      free_half <= 1'b0;
      filled <= {PIXEL_W{1'b0}};
    end else begin
      laps <= (take ? laps_behind : laps) + {{(LAPS_W - 1) {1'b0}}, free_wraps};
      free_half <= next_free[PIXEL_W-1];
      if (take) begin
        beats_left <= plane_end ? plane_beats : beats_left - 1'b1;
        plane_end <= plane_end ? (plane_beats == 1) : ({1'b0, beats_left} == 2);
        overwritten_behind <= overwritten_behind + 1'b1;
      end
      if (take && plane_end) begin
        planes_left <= planes_left - 1'b1;
        final_plane <= ({1'b0, planes_left} == 2);
      end
      if (write) filled <= filled + STEP;
    end
  end

endmodule

`default_nettype wire
