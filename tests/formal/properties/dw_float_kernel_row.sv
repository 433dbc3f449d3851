// The order of the sums of a chain of three cells, and the cycles of operands and weights, with
// stand-ins for the multiplier and the adder.
`include "promise.svh"
`include "float_stand_ins.svh"

module check_dw_float_kernel_row (
    input clk,
    input [17:0] operands,
    input [14:0] weights
);
  localparam WIDTH = 5;
  `include "float_stand_in_sum.svh"
  wire [WIDTH-1:0] psum;
  dw_float_kernel_row #(
      .COLS(3), .EXPONENT_W(2), .SIGNIFICAND_W(2), .ACC_EXPONENT_W(2), .ACC_SIGNIFICAND_W(2),
      .SUM_CYCLES(`STAND_IN_CYCLES)
  ) dut (.*);

  // The product takes one cycle, and the two sums two each.
  reg [2:0] age = 3'd0;
  reg [5*18-1:0] older_operands;
  reg [6*15-1:0] older_weights;
  always @(posedge clk) begin
    if (age < 6) age <= age + 1;
    older_operands <= {older_operands, operands};
    older_weights <= {older_weights, weights};
  end
  wire [17:0] taps = older_operands[4*18+:18];
  // A weight comes a cycle before its operand is used; that of the last cell is used two later.
  wire [14:0] early = older_weights[5*15+:15], late = older_weights[3*15+:15];
  function [WIDTH-1:0] product_of(input [WIDTH:0] tap, input [WIDTH-1:0] weight);
    product_of = tap[WIDTH] ? tap[WIDTH-1:0] + weight + weight : 0;
  endfunction
  wire [WIDTH-1:0] first = product_of(taps[0+:6], early[0+:5]);
  wire [WIDTH-1:0] second = product_of(taps[6+:6], early[5+:5]);
  wire [WIDTH-1:0] third = product_of(taps[12+:6], late[10+:5]);
  wire [WIDTH-1:0] pair = stand_in_sum(first, second);
  always @* if (age == 6) begin
    // With a skipped cell at the end the sum is that of the others, or 0 if that is -0.
    `PROMISE(adds_from_left_to_right, !taps[17], psum == pair || pair == 16)
    `PROMISE(the_last_cell_waits_for_the_others, 1'b1, psum == stand_in_sum(pair, third))
    `PROMISE(skips_taps_outside, !taps[5] && !taps[11] && !taps[17], psum == 0)
  end
endmodule
