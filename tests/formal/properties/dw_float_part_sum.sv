// The sums of two values of three parts each, with a stand-in for the adder.
`include "promise.svh"
`include "float_stand_ins.svh"

module check_dw_float_part_sum (
    input clk,
    input [29:0] parts
);
  localparam WIDTH = 5;
  `include "float_stand_in_sum.svh"
  wire [9:0] sums;
  dw_float_part_sum #(.VALUES(2), .PARTS(3), .EXPONENT_W(2), .SIGNIFICAND_W(2),
      .SUM_CYCLES(`STAND_IN_CYCLES)) dut (.*);
  reg [2:0] age = 3'd0;
  reg [4*30-1:0] older;
  always @(posedge clk) begin
    if (age < 4) age <= age + 1;
    older <= {older, parts};
  end
  wire [29:0] was = older[3*30+:30];
  always @* if (age == 4) begin
    `PROMISE(adds_the_parts_in_pairs, 1'b1,
             sums[4:0] == stand_in_sum(stand_in_sum(was[4:0], was[9:5]), was[14:10]))
    `PROMISE(adds_those_of_each_value, 1'b1,
             sums[9:5] == stand_in_sum(stand_in_sum(was[19:15], was[24:20]), was[29:25]))
  end
endmodule
