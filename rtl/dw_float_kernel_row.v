// dw_float_kernel_row: a systolic chain of one lane: the multipliers and adders of a kernel row, or
// of a part of it.
//
// Promises: (COLS - 1)*SUM_CYCLES cycles after the products of dw_float_multiplier, psum is the sum
// of operand times weight over the cells of the chain. Each product and each sum is rounded to the accumulation format, and
// the cells are added from left to right. A cell whose operand has a 0 above it is skipped: its
// product is +0. All operands arrive together; the operand of a later cell waits here until the
// psum reaches the cell. The weight of a cell arrives one cycle before its operand is used, and
// waits in a register near the multiplier.
`default_nettype none

module dw_float_kernel_row #(
    parameter COLS              = 3,
    parameter EXPONENT_W        = 8,
    parameter SIGNIFICAND_W     = 7,
    parameter ACC_EXPONENT_W    = 8,
    parameter ACC_SIGNIFICAND_W = 23,
    parameter SUBNORMALS        = 1,  // 0: subnormal numbers count as zero
    parameter SUM_CYCLES        = 6,  // of dw_float_adder
    // derived
    parameter WIDTH             = 1 + EXPONENT_W + SIGNIFICAND_W
) (
    input  wire                                      clk,
    input  wire [                COLS*(WIDTH+1)-1:0] operands,  // a 1 above each tap in the ifmap
    input  wire [                    COLS*WIDTH-1:0] weights,
    output wire [ACC_EXPONENT_W+ACC_SIGNIFICAND_W:0] psum
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (COLS < 1) begin : bad_1 dw_float_kernel_row_COLS_must_be_at_least_1 u (); end
    if (SUM_CYCLES < 1) begin : bad_2 dw_float_kernel_row_SUM_CYCLES_must_be_at_least_1 u (); end
    if (WIDTH != 1 + EXPONENT_W + SIGNIFICAND_W) begin : bad_3
      dw_float_kernel_row_WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W u ();
    end
  endgenerate

  localparam ACC_WIDTH = 1 + ACC_EXPONENT_W + ACC_SIGNIFICAND_W;

  genvar c;
  generate
    for (c = 0; c < COLS; c = c + 1) begin : g_cell
      reg [WIDTH-1:0] weight;
      wire in_ifmap;
      wire [WIDTH-1:0] operand;
      wire [ACC_WIDTH-1:0] product, sum;
      always @(posedge clk) weight <= weights[c*WIDTH+:WIDTH];
      dw_pipeline #(
          .WIDTH (WIDTH + 1),
          .CYCLES((c > 1) ? (c - 1) * SUM_CYCLES : 0)
      ) u_skew (
          .clk(clk),
          .rst(1'b0),
          .d  (operands[c*(WIDTH+1)+:WIDTH+1]),
          .q  ({in_ifmap, operand})
      );
      dw_float_multiplier #(
          .EXPONENT_W       (EXPONENT_W),
          .SIGNIFICAND_W    (SIGNIFICAND_W),
          .ACC_EXPONENT_W   (ACC_EXPONENT_W),
          .ACC_SIGNIFICAND_W(ACC_SIGNIFICAND_W),
          .SUBNORMALS       (SUBNORMALS)
      ) u_multiplier (
          .clk    (clk),
          .skip   (!in_ifmap),
          .a      (operand),
          .b      (weight),
          .product(product)
      );
      if (c == 0) begin : g_first
        assign sum = product;
      end else begin : g_chain
        dw_float_adder #(
            .EXPONENT_W   (ACC_EXPONENT_W),
            .SIGNIFICAND_W(ACC_SIGNIFICAND_W),
            .SUBNORMALS   (SUBNORMALS)
        ) u_adder (
            .clk(clk),
            .a  (g_cell[c-1].sum),
            .b  (product),
            .sum(sum)
        );
      end
      if (c == COLS - 1) begin : g_last
        assign psum = sum;
      end
    end
  endgenerate

endmodule

`default_nettype wire
