// The order of the sums of three passes, and their cycle, with a stand-in for the adder.
`include "promise.svh"
`include "float_stand_ins.svh"

module check_dw_float_pass_sum (
    input clk,
    input [1:0] pass,
    input [4:0] sum
);
  localparam WIDTH = 5;
  `include "float_stand_in_sum.svh"
  wire [WIDTH-1:0] acc;
  dw_float_pass_sum #(
      .PASSES(3), .EXPONENT_W(2), .SIGNIFICAND_W(2), .SUM_CYCLES(`STAND_IN_CYCLES)
  ) dut (.*);
  reg [2:0] age = 3'd0;
  reg [6*WIDTH-1:0] sums;
  reg [13:0] passes;
  always @(posedge clk) begin
    if (age < 7) age <= age + 1;
    sums <= {sums, sum};
    passes <= {passes, pass};
  end
  // Two rounds after the last pass. The passes of a window come in consecutive cycles, each one cycle
  // before its sum.
  wire window = age == 7 && passes[13:8] == {2'd0, 2'd1, 2'd2};
  wire [WIDTH-1:0] first = sums[5*WIDTH+:WIDTH], second = sums[4*WIDTH+:WIDTH];
  wire [WIDTH-1:0] third = sums[3*WIDTH+:WIDTH];
  wire [WIDTH-1:0] pair = stand_in_sum(first, second);
  always @* begin
    // With 0 at the end the sum is that of the pair, or 0 if that is -0.
    `PROMISE(adds_the_first_pair, window && third == 0, acc == pair || pair == 16)
    `PROMISE(then_the_last, window, acc == stand_in_sum(pair, third))
  end
endmodule
