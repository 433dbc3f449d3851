// The sum of a window of two passes, each of two chains of two cells, with stand-ins for the multiplier
// and the adder.
`include "promise.svh"
`include "float_stand_ins.svh"

module check_dw_float_array (
    input clk,
    input pass_q,
    input [31:0] operands,
    input [23:0] weights
);
  localparam WIDTH = 3, LANES = 2;
  `include "float_stand_in_sum.svh"
  wire [5:0] acc;
  dw_float_array #(.LANES(LANES), .ROWS(2), .COLS(2), .PASSES(2), .PASS_CYCLES(4), .EXPONENT_W(1),
      .SIGNIFICAND_W(1), .ACC_EXPONENT_W(1), .ACC_SIGNIFICAND_W(1), .SUM_CYCLES(`STAND_IN_CYCLES)
  ) dut (.*);

  // The product takes a cycle; chain, tree and passes take one sum each. The weights come a cycle
  // before their operands, and the passes of a window in consecutive cycles.
  localparam LATEST = 1 + 3 * `STAND_IN_CYCLES;
  reg [3:0] age = 4'd0;
  reg [(LATEST+1)*32-1:0] older_operands;
  reg [(LATEST+2)*24-1:0] older_weights;
  reg [LATEST-1:0] passes;
  always @(posedge clk) begin
    if (age < LATEST + 2) age <= age + 1;
    older_operands <= {older_operands, operands};
    older_weights <= {older_weights, weights};
    passes <= {passes, pass_q};
  end
  function [WIDTH-1:0] product_of(input [WIDTH:0] tap, input [WIDTH-1:0] weight);
    product_of = tap[WIDTH] ? tap[WIDTH-1:0] + weight + weight : 0;
  endfunction
  // The sums of each lane: products, chains, and passes; first those of the earlier pass.
  reg [WIDTH-1:0] products [0:15], chains [0:7], sums [0:3];
  reg [1:0] outside;
  integer lane, k, place;
  always @* begin
    outside = 2'b11;
    for (lane = 0; lane < 2; lane = lane + 1) begin
      for (k = 0; k < 8; k = k + 1) begin
        place = (k % 4) * LANES + lane;
        products[lane*8+k] = product_of(
            older_operands[(LATEST-k/4)*8*(WIDTH+1)+place*(WIDTH+1)+:WIDTH+1],
            older_weights[(LATEST+1-k/4)*8*WIDTH+place*WIDTH+:WIDTH]);
        if (older_operands[(LATEST-k/4)*8*(WIDTH+1)+place*(WIDTH+1)+WIDTH]) outside[lane] = 1'b0;
      end
      for (k = 0; k < 4; k = k + 1)
        chains[lane*4+k] = stand_in_sum(products[lane*8+2*k], products[lane*8+2*k+1]);
      for (k = 0; k < 2; k = k + 1)
        sums[lane*2+k] = stand_in_sum(chains[lane*4+2*k], chains[lane*4+2*k+1]);
    end
  end
  // The sum of a pass leaves the tree four cycles after pass_q, and takes one more round.
  wire window = age == LATEST + 2 && passes[6:5] == 2'b01;
  always @* begin
    `PROMISE(sums_chains_then_rows_then_passes, window,
             acc[WIDTH-1:0] == stand_in_sum(sums[0], sums[1]))
    `PROMISE(each_lane_has_its_own_taps, window,
             acc[2*WIDTH-1:WIDTH] == stand_in_sum(sums[2], sums[3]))
    `PROMISE(skips_taps_outside, window && outside[0], acc[WIDTH-1:0] == 0)
  end
endmodule
