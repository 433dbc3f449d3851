// Stand-ins for dw_requantise and dw_float_requantise, for proofs of the modules that connect them: the
// ofmap value is the list of its operands, each at the time at which the unit takes it. The bias comes
// a cycle before the acc, the multiplier `MULTIPLIER_CYCLES and the right shift `SHIFT_CYCLES after it.
module dw_requantise #(
    parameter ACC_W = 1,
    parameter MULTIPLIER_W = 32,
    parameter OFMAP_W = 1,
    parameter ROUNDING = 1,
    parameter X_W = (MULTIPLIER_W == 16) ? 48 : 32
) (
    input clk,
    input [ACC_W-1:0] acc,
    input [X_W-1:0] bias,
    input [MULTIPLIER_W-1:0] multiplier,
    input [5:0] right_shift,
    input single_rounding,
    input [OFMAP_W-1:0] zero_point,
    input [OFMAP_W-1:0] act_min,
    input [OFMAP_W-1:0] act_max,
    input [OFMAP_W:0] below,
    input [OFMAP_W:0] above,
    output reg [OFMAP_W-1:0] ofmap
);
  localparam LATER = `SHIFT_CYCLES, KEPT = `SHIFT_CYCLES - `MULTIPLIER_CYCLES;
  wire [5*OFMAP_W+2:0] constants = {single_rounding, zero_point, act_min, act_max, below, above};
  reg [X_W-1:0] bias_q;
  reg [LATER*(ACC_W+X_W)-1:0] sums;
  reg [KEPT*MULTIPLIER_W-1:0] factors;
  always @(posedge clk) begin
    bias_q <= bias;
    sums <= {sums, bias_q, acc};
    factors <= {factors, multiplier};
    ofmap <= {right_shift, factors[(KEPT-1)*MULTIPLIER_W+:MULTIPLIER_W],
               sums[(LATER-1)*(ACC_W+X_W)+:ACC_W+X_W]};
  end
endmodule

module dw_float_requantise #(
    parameter ACC_W = 1,
    parameter MULTIPLIER_W = 32,
    parameter OFMAP_W = 1,
    parameter ROUNDING = 1,
    parameter X_W = (MULTIPLIER_W == 16) ? 48 : 32
) (
    input clk,
    input [ACC_W-1:0] acc,
    input [X_W-1:0] bias,
    input [MULTIPLIER_W-1:0] multiplier,
    input [5:0] right_shift,
    input single_rounding,
    input float_rounding,
    input [OFMAP_W-1:0] zero_point,
    input [OFMAP_W-1:0] act_min,
    input [OFMAP_W-1:0] act_max,
    input [OFMAP_W:0] below,
    input [OFMAP_W:0] above,
    output reg [OFMAP_W-1:0] ofmap
);
  localparam LATER = `SHIFT_CYCLES, KEPT = `SHIFT_CYCLES - `MULTIPLIER_CYCLES;
  wire [5*OFMAP_W+3:0] constants = {single_rounding, float_rounding, zero_point, act_min, act_max, below, above};
  reg [X_W-1:0] bias_q;
  reg [LATER*(ACC_W+X_W)-1:0] sums;
  reg [KEPT*MULTIPLIER_W-1:0] factors;
  always @(posedge clk) begin
    bias_q <= bias;
    sums <= {sums, bias_q, acc};
    factors <= {factors, multiplier};
    ofmap <= {right_shift, factors[(KEPT-1)*MULTIPLIER_W+:MULTIPLIER_W],
               sums[(LATER-1)*(ACC_W+X_W)+:ACC_W+X_W]};
  end
endmodule
