// The float requantiser around its conversion, its product and its two roundings, which are free here:
// dw_float_convert.sv, dw_product.sv, dw_float_round.sv and dw_round_shift.sv prove what they return.
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

module dw_float_convert (
    input clk,
    input [31:0] x,
    output [24:0] significand,
    output [4:0] zeros,
    output negative
);
  (* anyseq *) reg [30:0] free;
  assign {significand, zeros, negative} = free;
endmodule

module dw_float_round #(
    parameter FIELD_W = 8
) (
    input clk,
    input [63:0] product,
    input [4:0] zeros,
    input negative,
    input [5:0] right_shift,
    output [FIELD_W:0] field,
    output negative_q,
    output positive_q,
    output nudge,
    output outside
);
  (* anyseq *) reg [FIELD_W+3:0] free;
  assign {field, negative_q, nudge, outside} = free;
  assign positive_q = !negative_q;
endmodule

module check_dw_float_requantise #(
    parameter OFMAP_W = 8,
    parameter ROUNDING = 7
) (
    input clk,
    input [19:0] acc,
    input [31:0] bias,
    input [31:0] multiplier,
    input [5:0] right_shift,
    input single_rounding,
    input float_rounding,
    input [OFMAP_W-1:0] zero_point,
    input [OFMAP_W-1:0] act_min,
    input [OFMAP_W-1:0] act_max
);
  // dw_clamp_bounds
  wire [OFMAP_W:0] below = {zero_point[OFMAP_W-1], zero_point} - {act_min[OFMAP_W-1], act_min};
  wire [OFMAP_W:0] above = {zero_point[OFMAP_W-1], zero_point} + ~{act_max[OFMAP_W-1], act_max};
  wire [OFMAP_W-1:0] ofmap;
  dw_float_requantise #(.ACC_W(20), .OFMAP_W(OFMAP_W), .ROUNDING(ROUNDING)) dut (.*);
  (* hierconn *) wire [31:0] \dut.u_product.x , \dut.u_product.multiplier ;
  (* hierconn *) wire [63:0] \dut.product , \dut.g_others.u_round_shift.product ;
  (* hierconn *) wire [5:0] \dut.g_others.u_round_shift.right_shift ;
  (* hierconn *) wire \dut.g_others.u_round_shift.twice ;
  (* hierconn *) wire [31:0] \dut.u_float_convert.x ;
  (* hierconn *) wire [63:0] \dut.u_float_round.product ;
  (* hierconn *) wire [5:0] \dut.u_float_round.right_shift ;
  (* hierconn *) wire [4:0] \dut.u_float_round.zeros , \dut.zeros ;
  (* hierconn *) wire \dut.u_float_round.negative , \dut.negative_x ;
  (* hierconn *) wire [24:0] \dut.significand ;
  (* hierconn *) wire [OFMAP_W:0] \dut.g_others.whole_field , \dut.float_field ;
  (* hierconn *) wire \dut.g_others.whole_negative , \dut.g_others.whole_nudge ;
  (* hierconn *) wire \dut.g_others.whole_outside , \dut.float_negative , \dut.float_nudge ;
  (* hierconn *) wire \dut.float_outside ;
  (* hierconn *) wire [OFMAP_W:0] \dut.field ;
  (* hierconn *) wire \dut.negative , \dut.nudge , \dut.outside ;
  // The true rounded result, where only its sign is known.
  (* anyseq *) reg signed [31:0] far;

  localparam ALL_W = 3 * OFMAP_W + 2;
  wire [ALL_W-1:0] all = {single_rounding, float_rounding, zero_point, act_min, act_max};
  reg [ALL_W-1:0] held;
  reg [2:0] age = 3'd0;
  reg signed [31:0] bias_1, sum;
  reg [31:0] multiplier_1;
  reg [5:0] shift_1;
  wire carry = (\dut.field [0] + \dut.nudge + !\dut.negative ) > 1;
  wire signed [31:0] near = $signed({\dut.negative , \dut.field [OFMAP_W:1]}) +
                            $signed({1'b0, carry});
  reg [5*32-1:0] sums;
  reg [5*6-1:0] exponents;
  localparam FIELD_BITS = OFMAP_W + 4;
  wire [FIELD_BITS-1:0] float_field = {\dut.float_field , \dut.float_negative , \dut.float_nudge ,
      \dut.float_outside };
  wire [FIELD_BITS-1:0] whole_field = {\dut.g_others.whole_field , \dut.g_others.whole_negative ,
      \dut.g_others.whole_nudge , \dut.g_others.whole_outside };
  wire [FIELD_BITS-1:0] field = {\dut.field , \dut.negative , \dut.nudge , \dut.outside };
  reg [2*FIELD_BITS-1:0] whole_fields;
  reg signed [31:0] rounded_1, rounded;
  reg outside_1, was_outside;
  always @(posedge clk) begin
    if (age < 7) age <= age + 1;
    held <= all;
    bias_1 <= bias;
    sum <= $signed(acc) + bias_1;
    multiplier_1 <= multiplier;
    shift_1 <= right_shift;
    sums <= {sums, sum};
    exponents <= {exponents, \dut.negative_x , \dut.zeros };
    whole_fields <= {whole_fields, whole_field};
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
  wire meets = \dut.u_float_round.product == \dut.product && \dut.g_others.u_round_shift.product == \dut.product ;
  wire chosen = \dut.g_others.u_round_shift.twice ;
  wire signed [31:0] x = \dut.u_float_convert.x , factor = \dut.u_product.x ;
  wire [31:0] multiplier_in = \dut.u_product.multiplier ;
  wire shifts_meet = \dut.g_others.u_round_shift.right_shift == shift_1 && \dut.u_float_round.right_shift == shift_1;
  wire [31:0] significand = {1'b0, \dut.significand , 6'd0};
  wire [5:0] exponent = {\dut.u_float_round.negative , \dut.u_float_round.zeros };
  always @* begin
    `PROMISE(product_and_roundings_meet, 1'b1, meets)
    `PROMISE(chooses_the_rounding, 1'b1, chosen == !single_rounding)
    if (age == 7) begin
      `PROMISE(adds_the_bias, 1'b1, x == sum)
      `PROMISE(multiplies_the_significand, float_rounding, factor == significand)
      `PROMISE(multiplies_the_number, !float_rounding, factor == sums[4*32+:32])
      `PROMISE(delays_the_multiplier, 1'b1, multiplier_in == multiplier_1)
      `PROMISE(delays_the_right_shift, 1'b1, shifts_meet)
      `PROMISE(sign_and_exponent_meet_the_product, 1'b1, exponent == exponents[4*6+:6])
      `PROMISE(takes_the_float_rounding, float_rounding, field == float_field)
      `PROMISE(or_the_other_one, !float_rounding, field == whole_fields[FIELD_BITS+:FIELD_BITS])
      `PROMISE(adds_the_zero_point_and_clamps, !was_outside, $signed(ofmap) == expected)
      `PROMISE(clamps_what_does_not_fit, was_outside, $signed(ofmap) == expected)
    end
  end
endmodule
