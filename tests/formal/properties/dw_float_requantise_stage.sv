// The operands of each lane's requantiser and their times, with a stand-in for it.
`define MULTIPLIER_CYCLES 1
`define SHIFT_CYCLES 2
`include "promise.svh"
`include "requantise_stand_ins.svh"

module check_dw_float_requantise_stage (
    input clk,
    input [3:0] acc,
    input [143:0] scale,
    input single_rounding,
    input float_rounding,
    input [71:0] ofmap_zero_point,
    input [71:0] act_min,
    input [71:0] act_max
);
  localparam OFMAP_W = 72, MULTIPLIER_W = 32, BYTES = 9, SCALE_W = 16 * BYTES;
  wire [2*OFMAP_W-1:0] ofmap;
  dw_float_requantise_stage #(.LANES(2), .ACC_W(2), .OFMAP_W(OFMAP_W)) dut (.*);
  (* hierconn *) wire [363:0] \dut.g_requantise[0].u_requantise.constants ;
  (* hierconn *) wire [363:0] \dut.g_requantise[1].u_requantise.constants ;

  (* anyconst *) reg lane;
  // The bytes of the lane, side by side.
  reg [8*BYTES-1:0] of_lane;
  integer k;
  always @* for (k = 0; k < BYTES; k = k + 1) of_lane[8*k+:8] = scale[(2*k+lane)*8+:8];
  reg [2:0] age = 3'd0;
  reg [4*8*BYTES-1:0] scales;  // of the cycles before, the last one lowest
  reg [3*4-1:0] accs;
  reg [3*OFMAP_W-1:0] held;
  always @(posedge clk) begin
    if (age < 4) age <= age + 1;
    scales <= {scales, of_lane};
    accs <= {accs, acc};
    held <= {ofmap_zero_point, act_min, act_max};
  end
  wire [3:0] acc_then = accs[2*4+:4];
  wire [8*BYTES-1:0] early = scales[3*8*BYTES+:8*BYTES];
  wire [8*BYTES-1:0] same = scales[(2-`MULTIPLIER_CYCLES)*8*BYTES+:8*BYTES];
  wire [8*BYTES-1:0] late = scales[0+:8*BYTES];
  wire [OFMAP_W-1:0] got = ofmap[lane*OFMAP_W+:OFMAP_W];
  wire signed [OFMAP_W:0] below = $signed(ofmap_zero_point) - $signed(act_min);
  wire signed [OFMAP_W:0] above = $signed(ofmap_zero_point) - $signed(act_max) - 1;
  wire [363:0] constants = {single_rounding, float_rounding, ofmap_zero_point, act_min, act_max,
      below, above};
  wire constant = age != 0 && held == {ofmap_zero_point, act_min, act_max};
  always @* begin
    `PROMISE(acc_of_the_lane, age == 4, got[1:0] == acc_then[lane*2+:2])
    `PROMISE(bias_of_the_lane, age == 4, got[2+:32] == early[31:0])
    `PROMISE(multiplier_of_the_lane, age == 4, got[34+:MULTIPLIER_W] == same[32+:MULTIPLIER_W])
    `PROMISE(right_shift_of_the_lane, age == 4, got[OFMAP_W-1-:6] == late[32+MULTIPLIER_W+:6])
    `PROMISE(roundings_zero_point_and_clamp, constant,
             \dut.g_requantise[0].u_requantise.constants == constants &&
             \dut.g_requantise[1].u_requantise.constants == constants)
  end
endmodule
