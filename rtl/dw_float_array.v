// dw_float_array: all multipliers of an engine in floating point: for each lane ROWS chains of COLS
// cells, the tree that adds the chains, and the sum of the passes of a window.
//
// Promises: a lane's acc is the sum of operand times weight over the taps of its window, in the
// order of its chains, its tree and its passes, each product and each sum rounded. pass_q comes
// PASS_CYCLES cycles before the sum of its pass, which leaves the tree. An operand has a bit above
// it, which is 0 for a tap that is skipped.
`default_nettype none

module dw_float_array #(
    parameter LANES             = 8,
    parameter ROWS              = 3,
    parameter COLS              = 3,
    parameter PASSES            = 1,
    parameter PASS_CYCLES       = 33,
    parameter EXPONENT_W        = 8,
    parameter SIGNIFICAND_W     = 7,
    parameter ACC_EXPONENT_W    = 8,
    parameter ACC_SIGNIFICAND_W = 23,
    parameter SUBNORMALS        = 1,                                        // 0: they count as zero
    parameter SUM_CYCLES        = 6,                                        // of dw_float_adder
    // derived
    parameter WIDTH             = 1 + EXPONENT_W + SIGNIFICAND_W,
    parameter ACC_W             = 1 + ACC_EXPONENT_W + ACC_SIGNIFICAND_W,
    parameter PASS_W            = (PASSES > 1) ? $clog2(PASSES) : 1
) (
    input  wire                                 clk,
    input  wire [                   PASS_W-1:0] pass_q,    // of the emission in the slot registers
    input  wire [ROWS*COLS*LANES*(WIDTH+1)-1:0] operands,
    input  wire [    ROWS*COLS*LANES*WIDTH-1:0] weights,
    output wire [              LANES*ACC_W-1:0] acc
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (LANES < 1) begin : bad_1 dw_float_array_LANES_must_be_at_least_1 u (); end
    if (ROWS < 1) begin : bad_2 dw_float_array_ROWS_must_be_at_least_1 u (); end
    if (COLS < 1) begin : bad_3 dw_float_array_COLS_must_be_at_least_1 u (); end
    if (PASSES < 1) begin : bad_4 dw_float_array_PASSES_must_be_at_least_1 u (); end
    if (PASS_CYCLES < 1) begin : bad_5 dw_float_array_PASS_CYCLES_must_be_at_least_1 u (); end
    if (SUM_CYCLES < 1) begin : bad_6 dw_float_array_SUM_CYCLES_must_be_at_least_1 u (); end
  endgenerate

  wire [PASS_W-1:0] pass;
  dw_pipeline #(
      .WIDTH (PASS_W),
      .CYCLES(PASS_CYCLES - 1)
  ) u_pass (
      .clk(clk),
      .rst(1'b0),
      .d  (pass_q),
      .q  (pass)
  );

  genvar lane, row, col;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : g_lane
      wire [ROWS*ACC_W-1:0] row_sums;
      wire [ACC_W-1:0] pass_sum;
      for (row = 0; row < ROWS; row = row + 1) begin : g_row
        wire [COLS*(WIDTH+1)-1:0] row_operands;
        wire [COLS*WIDTH-1:0] row_weights;
        for (col = 0; col < COLS; col = col + 1) begin : g_col
          localparam FIRST = (row * COLS + col) * LANES + lane;
          assign row_operands[col*(WIDTH+1)+:WIDTH+1] = operands[FIRST*(WIDTH+1)+:WIDTH+1];
          assign row_weights[col*WIDTH+:WIDTH] = weights[FIRST*WIDTH+:WIDTH];
        end
        dw_float_kernel_row #(
            .COLS             (COLS),
            .EXPONENT_W       (EXPONENT_W),
            .SIGNIFICAND_W    (SIGNIFICAND_W),
            .ACC_EXPONENT_W   (ACC_EXPONENT_W),
            .ACC_SIGNIFICAND_W(ACC_SIGNIFICAND_W),
            .SUBNORMALS       (SUBNORMALS),
            .SUM_CYCLES       (SUM_CYCLES)
        ) u_kernel_row (
            .clk     (clk),
            .operands(row_operands),
            .weights (row_weights),
            .psum    (row_sums[row*ACC_W+:ACC_W])
        );
      end
      dw_float_row_tree #(
          .ROWS         (ROWS),
          .EXPONENT_W   (ACC_EXPONENT_W),
          .SIGNIFICAND_W(ACC_SIGNIFICAND_W),
          .SUBNORMALS   (SUBNORMALS),
          .SUM_CYCLES   (SUM_CYCLES)
      ) u_row_tree (
          .clk (clk),
          .rows(row_sums),
          .sum (pass_sum)
      );
      if (PASSES > 1) begin : g_passes
        dw_float_pass_sum #(
            .PASSES       (PASSES),
            .EXPONENT_W   (ACC_EXPONENT_W),
            .SIGNIFICAND_W(ACC_SIGNIFICAND_W),
            .SUBNORMALS   (SUBNORMALS),
            .SUM_CYCLES   (SUM_CYCLES)
        ) u_pass_sum (
            .clk (clk),
            .pass(pass),
            .sum (pass_sum),
            .acc (acc[lane*ACC_W+:ACC_W])
        );
      end else begin : g_one_pass
        assign acc[lane*ACC_W+:ACC_W] = pass_sum;
      end
    end
    if (PASSES == 1) begin : g_unused
      wire unused_pass = &{1'b0, pass, 1'b0};
    end
  endgenerate

endmodule

`default_nettype wire
