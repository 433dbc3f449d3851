// dw_float_limits: turns the limits of a clamp in floating point into integers for the geometry check.
//
// Promises, without a register: `least` is at most `most`, as numbers in two's complement, if and only
// if a stream may have these limits: neither is NaN, act_min is at most act_max, and with SUBNORMALS = 0
// neither is a subnormal number. -0 and +0 are equal. The limits are words of one format.
`default_nettype none

module dw_float_limits #(
    parameter EXPONENT_W    = 8,
    parameter SIGNIFICAND_W = 7,
    parameter SUBNORMALS    = 1,
    // derived
    parameter WIDTH         = 1 + EXPONENT_W + SIGNIFICAND_W
) (
    input  wire [WIDTH-1:0] act_min,
    input  wire [WIDTH-1:0] act_max,
    output wire [WIDTH-1:0] least,
    output wire [WIDTH-1:0] most
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (EXPONENT_W < 2) begin : bad_1 dw_float_limits_EXPONENT_W_must_be_at_least_2 u (); end
    if (SIGNIFICAND_W < 2) begin : bad_2 dw_float_limits_SIGNIFICAND_W_must_be_at_least_2 u (); end
    if (WIDTH != 1 + EXPONENT_W + SIGNIFICAND_W) begin : bad_3
      dw_float_limits_WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W u ();
    end
  endgenerate

  localparam [WIDTH-1:0] ZERO = 0;
  localparam [WIDTH-1:0] ONE = 1;

  // Magnitude with sign: the order of these integers is that of the values.
  function [WIDTH-1:0] place(input [WIDTH-1:0] word);
    begin
      place = {1'b0, word[WIDTH-2:0]};
      if (word[WIDTH-1]) place = -place;
    end
  endfunction

  // NaN has the exponent of an infinity, a subnormal number that of zero.
  function unfit(input [WIDTH-2:0] magnitude);
    reg [EXPONENT_W-1:0] exponent;
    begin
      exponent = magnitude[WIDTH-2:SIGNIFICAND_W];
      unfit = ((&exponent) || ((SUBNORMALS == 0) && !(|exponent))) && (|magnitude[SIGNIFICAND_W-1:0]);
    end
  endfunction

  wire refuse = unfit(act_min[WIDTH-2:0]) || unfit(act_max[WIDTH-2:0]);
  assign least = refuse ? ONE : place(act_min);
  assign most = refuse ? ZERO : place(act_max);

endmodule

`default_nettype wire
