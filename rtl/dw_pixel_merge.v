// dw_pixel_merge: packs several pixels a cycle into beats.
//
// Promises: an `active` cycle brings PIXELS pixels of LANES values. Those with `keep` enter the beat
// in order. `write` comes two cycles after the pixels that fill a beat, or that have the final_pixel
// of a plane. If these fill a beat and begin another one, that one follows in the next cycle. The
// cycle after a final_pixel must therefore not be active, unless all its pixels are dropped and it has
// no final_pixel. `count` has the number of the beat's pixels, and places without a pixel are 0.
// `ended` comes with the beat of the final_pixel. A final_pixel without `keep` also ends its plane, with
// a beat of no pixels if none is held; the engine has none, as last_cell stands on an ofmap pixel.
`default_nettype none

module dw_pixel_merge #(
    parameter LANES   = 16,
    parameter PIXELS  = 2,   // that arrive in a cycle
    parameter BEAT    = 4,   // pixels of a beat: at least PIXELS
    parameter WIDTH   = 8,   // bits of a value
    // derived
    parameter COUNT_W = $clog2(BEAT + 1)  // count of a beat's pixels
) (
    input  wire                          clk,
    input  wire                          restart,
    input  wire                          active,
    input  wire [PIXELS*LANES*WIDTH-1:0] values,
    input  wire [            PIXELS-1:0] keep,
    input  wire                          final_pixel,  // one of the pixels is the last of its plane
    output reg                           write,
    output reg                           ended,
    output reg  [           COUNT_W-1:0] count,
    output reg  [  BEAT*LANES*WIDTH-1:0] beat
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (LANES < 1) begin : bad_1 dw_pixel_merge_LANES_must_be_at_least_1 u (); end
    if (PIXELS < 1) begin : bad_2 dw_pixel_merge_PIXELS_must_be_at_least_1 u (); end
    if (BEAT < PIXELS) begin : bad_3 dw_pixel_merge_BEAT_must_be_at_least_PIXELS u (); end
    if (WIDTH < 1) begin : bad_4 dw_pixel_merge_WIDTH_must_be_at_least_1 u (); end
    if ((1 << COUNT_W) <= BEAT) begin : bad_5 dw_pixel_merge_COUNT_W_must_hold_BEAT u (); end
  endgenerate

  localparam PIXEL = LANES * WIDTH;
  localparam [COUNT_W:0] FULL = BEAT;

  // ---- pixels that count close up -----------------------------------------------------------
  wire enters = active && !restart;
  reg [PIXELS*PIXEL-1:0] closed;
  reg [COUNT_W-1:0] entered;  // pixels that count
  integer k;
  always @* begin
    closed  = {(PIXELS * PIXEL) {1'b0}};
    entered = {COUNT_W{1'b0}};
    for (k = 0; k < PIXELS; k = k + 1) begin
      if (enters && keep[k]) begin
        closed[entered*PIXEL+:PIXEL] = values[k*PIXEL+:PIXEL];
        entered = entered + 1'b1;
      end
    end
  end

  reg [PIXELS*PIXEL-1:0] pixels;
  reg [COUNT_W-1:0] arrived;
  reg ends;
  always @(posedge clk) begin
    pixels  <= closed;
    arrived <= entered;
    ends    <= enters && final_pixel;
  end

  // ---- pixels enter the beat, behind those that are held -------------------------------------
  reg [COUNT_W-1:0] held;
  reg rest;  // pixels behind the last full beat of a plane are held
  reg [BEAT*PIXEL-1:0] store;

  wire [COUNT_W:0] total = {1'b0, held} + {1'b0, arrived};
  wire full = (total >= FULL);
  wire [COUNT_W:0] left_over = total - FULL;
  wire unused_left_over = &{1'b0, left_over[COUNT_W], 1'b0};
  wire whole = (total <= FULL);
  wire last = (ends && whole) || rest;

  // Held pixels, then those that arrived; what does not fit in a beat lies above it.
  wire [2*BEAT*PIXEL-1:0] line =
      {{(BEAT * PIXEL) {1'b0}}, store}
      | ({{((2 * BEAT - PIXELS) * PIXEL) {1'b0}}, pixels} << (held * PIXEL));

  always @(posedge clk) begin
    write <= (full || last) && !restart;
    ended <= last;
    count <= full ? FULL[COUNT_W-1:0] : total[COUNT_W-1:0];
    beat  <= line[BEAT*PIXEL-1:0];
    rest  <= ends && !whole && !restart;
    if (restart || last) begin
      held  <= {COUNT_W{1'b0}};
      store <= {(BEAT * PIXEL) {1'b0}};
    end else begin
      held  <= full ? left_over[COUNT_W-1:0] : total[COUNT_W-1:0];
      store <= full ? line[2*BEAT*PIXEL-1:BEAT*PIXEL] : line[BEAT*PIXEL-1:0];
    end
  end

endmodule

`default_nettype wire
