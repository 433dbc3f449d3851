// The order of the sums of five chains, and their cycle, with a stand-in for the adder.
`include "promise.svh"
`include "float_stand_ins.svh"

module check_dw_float_row_tree (
    input clk,
    input [24:0] rows
);
  localparam WIDTH = 5;
  `include "float_stand_in_sum.svh"
  wire [WIDTH-1:0] sum;
  dw_float_row_tree #(
      .ROWS(5), .EXPONENT_W(2), .SIGNIFICAND_W(2), .SUM_CYCLES(`STAND_IN_CYCLES)
  ) dut (.*);
  reg [2:0] age = 3'd0;
  reg [149:0] older;
  always @(posedge clk) begin
    if (age < 6) age <= age + 1;
    older <= {older, rows};
  end
  wire [24:0] was = older[149:125];
  wire [WIDTH-1:0] pair_0 = stand_in_sum(was[4:0], was[9:5]);
  wire [WIDTH-1:0] pair_1 = stand_in_sum(was[14:10], was[19:15]);
  wire [WIDTH-1:0] four = stand_in_sum(pair_0, pair_1);
  always @* if (age == 6) begin
    // With 0 at the end the sum is that of the pairs, or 0 if that is -0.
    `PROMISE(adds_in_pairs, was[24:20] == 0, sum == four || four == 16)
    `PROMISE(the_last_of_an_odd_number_waits, 1'b1, sum == stand_in_sum(four, was[24:20]))
  end
endmodule
