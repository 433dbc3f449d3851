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
    parameter PIXEL_W       = 12,  // bits of the address of a pixel, and two more
    parameter PLANE_BEATS_W = 8,
    parameter PLANES_W      = 8,
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
    input  wire [      PIXEL_W-1:0] free,           // the oldest pixel that is still needed
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
    if (PIXEL_W < $clog2(BEAT_PIXELS) + ADDR_W + 2) begin : bad_5
      dw_ring_writer_PIXEL_W_must_exceed_the_bits_of_a_pixel_address_by_2 u ();
    end
    if (KERNEL_PIXELS >= (BEAT_PIXELS << ADDR_W)) begin : bad_6
      dw_ring_writer_KERNEL_PIXELS_must_be_less_than_the_pixels_of_the_ring u ();
    end
  endgenerate

  localparam BEAT_W = $clog2(BEAT_PIXELS);
  localparam [PIXEL_W-1:0] CAPACITY = BEAT_PIXELS << ADDR_W;
  localparam [PIXEL_W-1:0] STEP = BEAT_PIXELS;
  localparam [PIXEL_W-1:0] INTO_BEAT = BEAT_PIXELS - 1;

  reg [PLANES_W-1:0] planes_left;
  reg [PLANE_BEATS_W-1:0] beats_left;
  reg [PIXEL_W-1:0] written;
  wire plane_end = (beats_left == 1);
  wire [PIXEL_W-1:0] used = written - (free & ~INTO_BEAT);
  // After the last segment of a stream `free` can lie ahead of the writer; `used` is negative then.
  wire has_room = used[PIXEL_W-1] || (used < CAPACITY);

  assign done = (planes_left == 0);
  assign take = run && available && !done && has_room;
  assign final_take = take && plane_end && (planes_left == 1);
  assign write_address = filled[BEAT_W+:ADDR_W];

  always @(posedge clk) begin
    write <= take && !restart;
    if (restart) begin
      planes_left <= planes;
      beats_left <= plane_beats;
      written <= {PIXEL_W{1'b0}};
      filled <= {PIXEL_W{1'b0}};
    end else begin
      if (take) begin
        beats_left <= plane_end ? plane_beats : beats_left - 1'b1;
        if (plane_end) planes_left <= planes_left - 1'b1;
        written <= written + STEP;
      end
      if (write) filled <= filled + STEP;
    end
  end

endmodule

`default_nettype wire
