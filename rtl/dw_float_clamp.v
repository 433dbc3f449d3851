// dw_float_clamp: keeps ofmap values in floating point between two limits.
//
// Promises, two cycles after value: for each lane act_min if the value is below it, act_max if it is
// above that, else the value itself. -0 and +0 are equal, so a limit of zero replaces neither. NaN is
// neither below nor above a number, so it passes. The limits are numbers or infinities, act_min is
// at most act_max, and both hold from the cycle of the value to the next one. All are numbers of one
// format; subnormal ones are compared by their values.
`default_nettype none

module dw_float_clamp #(
    parameter LANES         = 8,
    parameter EXPONENT_W    = 8,
    parameter SIGNIFICAND_W = 7,
    // derived
    parameter WIDTH         = 1 + EXPONENT_W + SIGNIFICAND_W
) (
    input  wire                   clk,
    input  wire [      WIDTH-1:0] act_min,
    input  wire [      WIDTH-1:0] act_max,
    input  wire [LANES*WIDTH-1:0] value,
    output wire [LANES*WIDTH-1:0] ofmap
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (LANES < 1) begin : bad_1 dw_float_clamp_LANES_must_be_at_least_1 u (); end
    if (EXPONENT_W < 2) begin : bad_2 dw_float_clamp_EXPONENT_W_must_be_at_least_2 u (); end
    if (SIGNIFICAND_W < 2) begin : bad_3 dw_float_clamp_SIGNIFICAND_W_must_be_at_least_2 u (); end
    if (WIDTH != 1 + EXPONENT_W + SIGNIFICAND_W) begin : bad_4
      dw_float_clamp_WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W u ();
    end
  endgenerate

  // The order of the keys, as numbers with a sign, is that of the values; both zeros have the key 0.
  function [WIDTH-1:0] key(input [WIDTH-1:0] word);
    begin
      key = {1'b0, word[WIDTH-2:0]};
      if (word[WIDTH-1]) key = -key;
    end
  endfunction

  wire signed [WIDTH-1:0] least = key(act_min);
  wire signed [WIDTH-1:0] most = key(act_max);

  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : g_lane
      // ---- 1: comparisons -----------------------------------------------------------------
      wire [WIDTH-1:0] word = value[lane*WIDTH+:WIDTH];
      wire signed [WIDTH-1:0] place = key(word);
      wire nan = (&word[SIGNIFICAND_W+:EXPONENT_W]) && (|word[SIGNIFICAND_W-1:0]);
      reg [WIDTH-1:0] value_1;
      reg below_1, above_1;
      always @(posedge clk) begin
        value_1 <= word;
        below_1 <= !nan && (place < least);
        above_1 <= !nan && (place > most);
      end

      // ---- 2: selection -------------------------------------------------------------------
      reg [WIDTH-1:0] clamped;
      always @(posedge clk) begin
        if (below_1) clamped <= act_min;
        else if (above_1) clamped <= act_max;
        else clamped <= value_1;
      end
      assign ofmap[lane*WIDTH+:WIDTH] = clamped;
    end
  endgenerate

endmodule

`default_nettype wire
