// dw_float_bias: adds the bias of its channel to the sum of each lane, in floating point.
//
// Promises, six cycles after acc and bias: for each lane their sum, as dw_float_adder rounds it.
`default_nettype none

module dw_float_bias #(
    parameter LANES         = 8,
    parameter EXPONENT_W    = 8,
    parameter SIGNIFICAND_W = 23,
    parameter SUBNORMALS    = 1,  // 0: subnormal numbers count as zero
    // derived
    parameter WIDTH         = 1 + EXPONENT_W + SIGNIFICAND_W
) (
    input  wire                   clk,
    input  wire [LANES*WIDTH-1:0] acc,
    input  wire [LANES*WIDTH-1:0] bias,
    output wire [LANES*WIDTH-1:0] sum
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (LANES < 1) begin : bad_1 dw_float_bias_LANES_must_be_at_least_1 u (); end
    if (WIDTH != 1 + EXPONENT_W + SIGNIFICAND_W) begin : bad_2
      dw_float_bias_WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W u ();
    end
  endgenerate

  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : g_lane
      dw_float_adder #(
          .EXPONENT_W   (EXPONENT_W),
          .SIGNIFICAND_W(SIGNIFICAND_W),
          .SUBNORMALS   (SUBNORMALS)
      ) u_adder (
          .clk(clk),
          .a  (acc[lane*WIDTH+:WIDTH]),
          .b  (bias[lane*WIDTH+:WIDTH]),
          .sum(sum[lane*WIDTH+:WIDTH])
      );
    end
  endgenerate

endmodule

`default_nettype wire
