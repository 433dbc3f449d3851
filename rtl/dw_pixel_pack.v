// dw_pixel_pack: packs the values that leave the array into pixels, and the pixels into beats.
//
// Promises: after an `active` cycle VALUES values come. The first of them belongs to lane `lane`, the
// next ones to the lanes that follow; after the last lane comes the first lane of the next pixel. A
// pixel with `keep` enters the beat. `write` comes one cycle after the values that end a beat: the
// last of PIXELS pixels, or the final_pixel of a plane. A restart drops the values of its cycle and of
// the next one. `count` has the number of its pixels, and places without a pixel are 0. `ended` comes
// with the beat of a final_pixel, which must come with `keep`.
`default_nettype none

module dw_pixel_pack #(
    parameter LANES   = 16,
    parameter VALUES  = 13,  // at most LANES
    parameter PIXELS  = 4,   // of a beat
    parameter WIDTH   = 8,   // bits of a value
    // derived
    parameter LANE_W  = (LANES > 1) ? $clog2(LANES) : 1,  // index of a lane
    parameter COUNT_W = $clog2(PIXELS + 1)  // count of a beat's pixels
) (
    input  wire                          clk,
    input  wire                          restart,
    input  wire                          active,
    input  wire [            LANE_W-1:0] lane,
    input  wire [      VALUES*WIDTH-1:0] values,       // one cycle after `active`, `lane`, `keep`
    input  wire                          keep,         // the pixel that is completed counts
    input  wire                          final_pixel,  // ... and is the last of its plane
    output reg                           write,
    output reg                           ended,
    output reg  [           COUNT_W-1:0] count,
    output reg  [PIXELS*LANES*WIDTH-1:0] beat
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (VALUES < 1) begin : bad_1 dw_pixel_pack_VALUES_must_be_at_least_1 u (); end
    if (PIXELS < 1) begin : bad_2 dw_pixel_pack_PIXELS_must_be_at_least_1 u (); end
    if (WIDTH < 1) begin : bad_3 dw_pixel_pack_WIDTH_must_be_at_least_1 u (); end
    if (VALUES > LANES) begin : bad_4 dw_pixel_pack_VALUES_must_be_at_most_LANES u (); end
    if ((LANE_W < 1) || ((1 << LANE_W) < LANES)) begin : bad_5
      dw_pixel_pack_LANE_W_must_hold_LANES_minus_1 u ();
    end
    if ((1 << COUNT_W) <= PIXELS) begin : bad_6 dw_pixel_pack_COUNT_W_must_hold_PIXELS u (); end
  endgenerate

  // ---- values to lanes: `lane` is a multiple of the common divisor of LANES and VALUES ------
  function integer common(input integer a, input integer b);
    integer x, y, rest;
    begin
      x = a;
      y = b;
      while (y != 0) begin
        rest = x % y;
        x = y;
        y = rest;
      end
      common = x;
    end
  endfunction
  localparam GRAIN = common(LANES, VALUES);
  localparam TURNS = LANES / GRAIN;

  // The marks that choose and enable are registers: each of them has all bits of a beat to move.
  localparam [LANE_W+1:0] ALL_LANES = LANES;
  localparam [LANE_W+1:0] ALL_VALUES = VALUES;
  wire [LANE_W+1:0] behind = {2'b00, lane} + ALL_VALUES;  // the lane behind the last value
  reg [TURNS-1:0] turn;
  reg there, push, final_there;
  always @(posedge clk) begin
    there       <= active && !restart;
    push        <= active && !restart && keep && (behind >= ALL_LANES);
    final_there <= final_pixel;
  end
  wire [LANES-1:0] arrives;  // a value of the lane arrives in this cycle
  wire [LANES-1:0] belongs;  // ... and belongs to the unfinished pixel, not to the next one
  wire [LANES*WIDTH-1:0] placed;
  reg [LANES*WIDTH-1:0] lanes;
  wire [LANES*WIDTH-1:0] pixel;

  genvar t, s;
  generate
    for (t = 0; t < TURNS; t = t + 1) begin : g_turn
      localparam FIRST = t * GRAIN;
      always @(posedge clk) turn[t] <= (lane == FIRST[LANE_W-1:0]);
    end
    for (s = 0; s < LANES; s = s + 1) begin : g_lane
      reg [WIDTH-1:0] chosen;
      reg is_here, is_open;
      integer k;
      always @* begin
        chosen = {WIDTH{1'b0}};
        is_here = 1'b0;
        is_open = 1'b0;
        for (k = 0; k < TURNS; k = k + 1) begin
          // The index of the lane's value, if it arrives in this cycle.
          if (turn[k] && ((s + LANES - k * GRAIN) % LANES < VALUES)) begin
            chosen = values[(((s+LANES-k*GRAIN)%LANES)%VALUES)*WIDTH+:WIDTH];
            is_here = 1'b1;
            is_open = (s >= k * GRAIN);
          end
        end
      end
      assign placed[s*WIDTH+:WIDTH] = chosen;
      assign arrives[s] = is_here;
      assign belongs[s] = is_open;
      assign pixel[s*WIDTH+:WIDTH] = belongs[s] ? placed[s*WIDTH+:WIDTH] : lanes[s*WIDTH+:WIDTH];
      always @(posedge clk)
        if (there && arrives[s]) lanes[s*WIDTH+:WIDTH] <= placed[s*WIDTH+:WIDTH];
    end
  endgenerate

  // ---- pixels to beats --------------------------------------------------------------------
  localparam [PIXELS-1:0] FIRST_PLACE = 1;
  reg [COUNT_W-1:0] held;
  reg [PIXELS-1:0] place;  // one bit: the place of the next pixel
  wire ends = place[PIXELS-1] || final_there;
  wire [2*PIXELS-1:0] next_place = {{PIXELS{1'b0}}, place} << 1;
  wire unused_place = &{1'b0, next_place[2*PIXELS-1:PIXELS], 1'b0};

  genvar p;
  generate
    for (p = 0; p < PIXELS; p = p + 1) begin : g_pixel
      always @(posedge clk)
        if (push && place[p]) beat[p*LANES*WIDTH+:LANES*WIDTH] <= pixel;
        else if (push && place[0]) beat[p*LANES*WIDTH+:LANES*WIDTH] <= {(LANES * WIDTH) {1'b0}};
    end
  endgenerate

  always @(posedge clk) begin
    write <= push && ends && !restart;
    ended <= final_there;
    count <= held + 1'b1;
    if (restart || (push && ends)) begin
      held  <= {COUNT_W{1'b0}};
      place <= FIRST_PLACE;
    end else if (push) begin
      held  <= held + 1'b1;
      place <= next_place[PIXELS-1:0];
    end
  end

endmodule

`default_nettype wire
