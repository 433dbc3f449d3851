// dw_float_part_sum: adds the partial sums of each value that leaves a tap-serial array.
//
// Promises: sums[v] is the sum of the PARTS words of value v, the first one lowest, added in pairs as
// dw_float_row_tree does. Each round takes SUM_CYCLES cycles.
`default_nettype none

module dw_float_part_sum #(
    parameter VALUES        = 2,
    parameter PARTS         = 6,
    parameter EXPONENT_W    = 8,
    parameter SIGNIFICAND_W = 23,
    parameter SUBNORMALS    = 1,  // 0: subnormal numbers count as zero
    parameter SUM_CYCLES    = 6,  // of dw_float_adder
    // derived
    parameter WIDTH         = 1 + EXPONENT_W + SIGNIFICAND_W
) (
    input  wire                          clk,
    input  wire [VALUES*PARTS*WIDTH-1:0] parts,
    output wire [      VALUES*WIDTH-1:0] sums
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (VALUES < 1) begin : bad_1 dw_float_part_sum_VALUES_must_be_at_least_1 u (); end
    if (PARTS < 1) begin : bad_2 dw_float_part_sum_PARTS_must_be_at_least_1 u (); end
    if (WIDTH != 1 + EXPONENT_W + SIGNIFICAND_W) begin : bad_3
      dw_float_part_sum_WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W u ();
    end
  endgenerate

  genvar v;
  generate
    for (v = 0; v < VALUES; v = v + 1) begin : g_value
      dw_float_row_tree #(
          .ROWS         (PARTS),
          .EXPONENT_W   (EXPONENT_W),
          .SIGNIFICAND_W(SIGNIFICAND_W),
          .SUBNORMALS   (SUBNORMALS),
          .SUM_CYCLES   (SUM_CYCLES)
      ) u_tree (
          .clk (clk),
          .rows(parts[v*PARTS*WIDTH+:PARTS*WIDTH]),
          .sum (sums[v*WIDTH+:WIDTH])
      );
    end
  endgenerate

endmodule

`default_nettype wire
