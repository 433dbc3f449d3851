// dw_float_round: rounds the product of two float32 as float32 does, then to an integer. It returns
// the integer in the same form as dw_round_shift.
//
// Promises, four cycles after its inputs: let p = product[60:13] be the product of a significand of
// dw_float_convert and a significand of 24 bits. The result is p * 2^(15 - zeros - right_shift),
// rounded to 24 significant bits and then to an integer, each time to the nearest number, and to
// the even one of two that are equally near; it is negated if `negative` is 1. It is the two's
// complement number {negative_q, field[FIELD_W:1]}, plus the carry out of
// field[0] + nudge + positive_q. If the magnitude is 2^FIELD_W or more before it is rounded to an
// integer, `outside` is 1, and of the other outputs only negative_q and positive_q are valid.
//
// The highest bit of p is bit 47 or 46, because the significands are normalised; if both are 0, the
// result is 0. Float32 results below its normal numbers are below one half, so they round to 0 here
// whatever they are, and those beyond its largest number are outside.
`default_nettype none

module dw_float_round #(
    parameter FIELD_W = 8  // bits of the field without its sign
) (
    input  wire             clk,
    input  wire [     63:0] product,
    input  wire [      4:0] zeros,
    input  wire             negative,
    input  wire [      5:0] right_shift,
    output reg  [FIELD_W:0] field,
    output reg              negative_q,
    output reg              positive_q,
    output reg              nudge,
    output reg              outside
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if ((FIELD_W < 1) || (FIELD_W > 15)) begin : bad_1
      dw_float_round_FIELD_W_must_be_1_to_15 u ();
    end
  endgenerate

  // ---- 24 significant bits, and the bits below them -------------------------------------
  wire unused_product = &{1'b0, product[63:61], product[12:0], 1'b0};
  wire top = product[60];
  reg [23:0] kept;
  reg guard, sticky, top_1, not_zero, negative_1;
  reg [6:0] places_1;
  always @(posedge clk) begin
    kept       <= top ? product[60:37] : product[59:36];
    guard      <= top ? product[36] : product[35];
    sticky     <= (|product[34:13]) || (top && product[35]);
    top_1      <= top;
    not_zero   <= |product[60:59];
    places_1   <= {1'b0, right_shift} + {2'b00, zeros};
    negative_1 <= negative;
  end

  // ---- the rounding of float32 ----------------------------------------------------------
  // A significand that rounds up to 2^24 stays as it is. One unit of the result lies at bit
  // places - 38 - top of it. `distance` counts from the place at which the significand just fills
  // the field.
  localparam [7:0] OFFSET = 8'd62 - FIELD_W;
  reg [24:0] rounded;
  reg [7:0] distance;  // signed
  reg not_zero_2, negative_2;
  always @(posedge clk) begin
    rounded    <= {1'b0, kept} + {24'd0, guard && (sticky || kept[0])};
    distance   <= {1'b0, places_1} - (OFFSET + {7'd0, top_1});
    not_zero_2 <= not_zero;
    negative_2 <= negative_1;
  end

  // ---- steps of 4 -----------------------------------------------------------------------
  // Beyond the field and its guard, all of the significand lies below one half.
  localparam COARSE_W = FIELD_W + 5;  // integer with a carry, guard, and 3 bits for the last steps
  wire [COARSE_W-1:0] coarse;
  dw_step_shift #(
      .OUT_W(COARSE_W),
      .STEP (4)
  ) u_coarse (
      .d     ({15'd0, rounded[24:23-FIELD_W]}),
      .steps (distance[3:2]),
      .invert(1'b0),
      .q     (coarse)
  );
  localparam [7:0] LAST = FIELD_W;
  wire overflow = not_zero_2 && distance[7];
  wire vanishes = !not_zero_2 || (!distance[7] && (distance > LAST));
  wire [11:0] dropped;  // the bits that the coarse steps can drop
  generate
    if (FIELD_W < 10) begin : g_short
      assign dropped = {{(10 - FIELD_W) {1'b0}}, rounded[24:23-FIELD_W]};
    end else begin : g_long
      assign dropped = rounded[34-FIELD_W:23-FIELD_W];
    end
  endgenerate
  wire below = (|rounded[22-FIELD_W:0]) || ((distance[3:2] != 2'd0) && (|dropped[3:0]))
      || (distance[3] && (|dropped[7:4])) || ((distance[3:2] == 2'd3) && (|dropped[11:8]));
  reg [COARSE_W-1:0] coarse_q;
  reg [1:0] steps;
  reg below_q, overflow_q, negative_3;
  always @(posedge clk) begin
    coarse_q   <= vanishes ? {COARSE_W{1'b0}} : coarse;
    below_q    <= below;
    steps      <= distance[1:0];
    overflow_q <= overflow;
    negative_3 <= negative_2;
  end

  // ---- steps of 1, and the rounding to an integer ---------------------------------------
  wire [FIELD_W+1:0] last;
  dw_step_shift #(
      .OUT_W(FIELD_W + 2),
      .STEP (1)
  ) u_last (
      .d     (coarse_q),
      .steps (steps),
      .invert(1'b0),
      .q     (last)
  );
  wire tail = below_q || ((steps != 2'd0) && coarse_q[0]) || (steps[1] && coarse_q[1])
      || ((steps == 2'd3) && coarse_q[2]);
  wire up = last[0] && (last[1] || tail);
  always @(posedge clk) begin
    // The negated number is the inverted one plus 1.
    field      <= {last[FIELD_W:1] ^ {FIELD_W{negative_3}}, up ^ negative_3};
    nudge      <= up ^ negative_3;
    negative_q <= negative_3;
    positive_q <= !negative_3;
    outside    <= overflow_q || last[FIELD_W+1];
  end

endmodule

`default_nettype wire
