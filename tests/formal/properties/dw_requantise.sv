// The requantiser around its product and its rounding, which are free here: dw_round_shift.sv and
// dw_product.sv prove what they return.
`include "promise.svh"

module dw_product #(
    parameter X_W = 32,
    parameter MULTIPLIER_W = 32
) (
    input clk,
    input [X_W-1:0] x,
    input [MULTIPLIER_W-1:0] multiplier,
    output [63:0] product
);
  (* anyseq *) reg [63:0] free;
  assign product = free;
endmodule

module dw_round_shift #(
    parameter FIELD_W = 8
) (
    input clk,
    input [63:0] product,
    input [5:0] right_shift,
    input twice,
    output [FIELD_W:0] field,
    output negative,
    output positive,
    output nudge,
    output outside
);
  (* anyseq *) reg [FIELD_W:0] free_field;
  (* anyseq *) reg free_negative, free_nudge, free_outside;
  assign field = free_field;
  assign negative = free_negative;
  assign positive = !free_negative;
  assign nudge = free_nudge;
  assign outside = free_outside;
endmodule

module check_dw_requantise #(
    parameter OFMAP_W = 8,
    parameter ROUNDING = 3
) (
    input clk,
    input [19:0] acc,
    input [31:0] bias,
    input [31:0] multiplier,
    input [5:0] right_shift,
    input single_rounding,
    input [OFMAP_W-1:0] zero_point,
    input [OFMAP_W-1:0] act_min,
    input [OFMAP_W-1:0] act_max
);
  // dw_clamp_bounds
  wire [OFMAP_W:0] below = {zero_point[OFMAP_W-1], zero_point} - {act_min[OFMAP_W-1], act_min};
  wire [OFMAP_W:0] above = {zero_point[OFMAP_W-1], zero_point} + ~{act_max[OFMAP_W-1], act_max};
  wire [OFMAP_W-1:0] ofmap;
  dw_requantise #(.ACC_W(20), .MULTIPLIER_W(32), .OFMAP_W(OFMAP_W),
      .ROUNDING(ROUNDING)) dut (.*);
  (* hierconn *) wire [31:0] \dut.u_product.x , \dut.u_product.multiplier ;
  (* hierconn *) wire [63:0] \dut.product , \dut.u_round_shift.product ;
  (* hierconn *) wire [5:0] \dut.u_round_shift.right_shift ;
  (* hierconn *) wire \dut.u_round_shift.twice ;
  (* hierconn *) wire [OFMAP_W:0] \dut.field ;
  (* hierconn *) wire \dut.negative , \dut.nudge , \dut.outside ;
  // The true rounded result, where only its sign is known.
  (* anyseq *) reg signed [31:0] far;

  localparam ALL_W = 3 * OFMAP_W + 1;
  wire [ALL_W-1:0] all = {single_rounding, zero_point, act_min, act_max};
  reg [ALL_W-1:0] held;
  reg [1:0] age = 2'd0;
  reg signed [31:0] bias_1, sum;
  reg [31:0] multiplier_1;
  reg [5:0] shift_1;
  wire carry = (\dut.field [0] + \dut.nudge + !\dut.negative ) > 1;
  wire signed [31:0] near = $signed({\dut.negative , \dut.field [OFMAP_W:1]}) +
                            $signed({1'b0, carry});
  reg signed [31:0] rounded_1, rounded;
  reg outside_1, was_outside;
  always @(posedge clk) begin
    if (age < 3) age <= age + 1;
    held <= all;
    bias_1 <= bias;
    sum <= $signed(acc) + bias_1;
    multiplier_1 <= multiplier;
    shift_1 <= right_shift;
    {rounded_1, rounded} <= {\dut.outside ? far : near, rounded_1};
    {outside_1, was_outside} <= {\dut.outside , outside_1};
  end
  localparam signed [31:0] EDGE = 1 << OFMAP_W;
  wire signed [31:0] zero = $signed(zero_point);
  wire signed [31:0] least = $signed(act_min), most = $signed(act_max);
  always @* begin
    assume (age == 0 || all == held);
    assume (least <= most);
    // floor(product / 2^right_shift) is at least 2^OFMAP_W or below -2^OFMAP_W.
    assume (\dut.negative ? far <= -EDGE : far >= EDGE);
    assume (far > -(EDGE <<< 12) && far < (EDGE <<< 12));
  end

  wire signed [31:0] shifted = rounded + zero;
  wire signed [31:0] expected = (shifted < least) ? least : (shifted > most) ? most : shifted;
  wire meets = \dut.u_round_shift.product == \dut.product ;
  wire chosen = \dut.u_round_shift.twice ;
  wire signed [31:0] x = \dut.u_product.x ;
  wire twice = ROUNDING == 1 || (ROUNDING == 3 && !single_rounding);
  always @* begin
    `PROMISE(product_and_rounding_meet, 1'b1, meets)
    `PROMISE(chooses_the_rounding, 1'b1, chosen == twice)
    if (age >= 2) begin
      `PROMISE(adds_the_bias, 1'b1, x == sum)
      `PROMISE(delays_the_multiplier, 1'b1, \dut.u_product.multiplier == multiplier_1)
      `PROMISE(delays_the_right_shift, 1'b1, \dut.u_round_shift.right_shift == shift_1)
      `PROMISE(adds_the_zero_point_and_clamps, !was_outside, $signed(ofmap) == expected)
      `PROMISE(clamps_what_does_not_fit, was_outside, $signed(ofmap) == expected)
    end
  end
endmodule
