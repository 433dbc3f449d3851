// dw_float_row_tree: the pipelined tree that adds one lane's chains in floating point.
//
// Promises: sum is the sum of the rows, added in pairs: neighbours, then neighbours of those sums,
// until one is left; the last of an odd number of sums waits for the next round. Each round takes
// SUM_CYCLES cycles, and each sum is rounded.
`default_nettype none

module dw_float_row_tree #(
    parameter ROWS          = 3,
    parameter EXPONENT_W    = 8,
    parameter SIGNIFICAND_W = 23,
    parameter SUBNORMALS    = 1,  // 0: subnormal numbers count as zero
    parameter SUM_CYCLES    = 6,  // of dw_float_adder
    // derived
    parameter WIDTH         = 1 + EXPONENT_W + SIGNIFICAND_W
) (
    input  wire                  clk,
    input  wire [ROWS*WIDTH-1:0] rows,
    output wire [     WIDTH-1:0] sum
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (ROWS < 1) begin : bad_1 dw_float_row_tree_ROWS_must_be_at_least_1 u (); end
    if (SUM_CYCLES < 1) begin : bad_2 dw_float_row_tree_SUM_CYCLES_must_be_at_least_1 u (); end
    if (WIDTH != 1 + EXPONENT_W + SIGNIFICAND_W) begin : bad_3
      dw_float_row_tree_WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W u ();
    end
  endgenerate

  localparam LEVELS = $clog2(ROWS);

  genvar level, i;
  generate
    for (level = 0; level <= LEVELS; level = level + 1) begin : g_level
      localparam PARTS = (ROWS + (1 << level) - 1) >> level;
      wire [PARTS*WIDTH-1:0] sums;
      if (level == 0) begin : g_rows
        assign sums = rows;
      end else begin : g_pairs
        localparam ABOVE = (ROWS + (1 << (level - 1)) - 1) >> (level - 1);
        for (i = 0; i < PARTS; i = i + 1) begin : g_part
          if (2 * i + 1 < ABOVE) begin : g_pair
            dw_float_adder #(
                .EXPONENT_W   (EXPONENT_W),
                .SIGNIFICAND_W(SIGNIFICAND_W),
                .SUBNORMALS   (SUBNORMALS)
            ) u_adder (
                .clk(clk),
                .a  (g_level[level-1].sums[2*i*WIDTH+:WIDTH]),
                .b  (g_level[level-1].sums[(2*i+1)*WIDTH+:WIDTH]),
                .sum(sums[i*WIDTH+:WIDTH])
            );
          end else begin : g_odd
            dw_pipeline #(
                .WIDTH (WIDTH),
                .CYCLES(SUM_CYCLES)
            ) u_wait (
                .clk(clk),
                .rst(1'b0),
                .d  (g_level[level-1].sums[2*i*WIDTH+:WIDTH]),
                .q  (sums[i*WIDTH+:WIDTH])
            );
          end
        end
      end
      if (level == LEVELS) begin : g_last
        assign sum = sums;
      end
    end
    if (LEVELS == 0) begin : g_wire
      wire unused_clk = &{1'b0, clk, 1'b0};
    end
  endgenerate

endmodule

`default_nettype wire
