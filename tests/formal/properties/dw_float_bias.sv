// The sum of each lane and its bias, with a stand-in for the adder.
`include "promise.svh"
`include "float_stand_ins.svh"

module check_dw_float_bias (
    input clk,
    input [9:0] acc,
    input [9:0] bias
);
  localparam WIDTH = 5;
  `include "float_stand_in_sum.svh"
  wire [9:0] sum;
  dw_float_bias #(.LANES(2), .EXPONENT_W(2), .SIGNIFICAND_W(2)) dut (.*);
  reg [1:0] age = 2'd0;
  reg [19:0] accs, biases;
  always @(posedge clk) begin
    if (age < 2) age <= age + 1;
    accs <= {accs, acc};
    biases <= {biases, bias};
  end
  always @* if (age == 2) begin
    `PROMISE(adds_the_bias, 1'b1, sum[4:0] == stand_in_sum(accs[14:10], biases[14:10]))
    `PROMISE(adds_that_of_the_lane, 1'b1, sum[9:5] == stand_in_sum(accs[19:15], biases[19:15]))
  end
endmodule
