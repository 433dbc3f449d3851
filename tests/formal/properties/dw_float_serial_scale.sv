// The scale of each value that leaves, and its time, with stand-ins for the memories and the
// requantisers. Fewer values than lanes leave together, so each memory has the scales of all lanes.
`define MULTIPLIER_CYCLES 1
`define SHIFT_CYCLES 2
`include "promise.svh"
`include "ram_stand_in.svh"
`include "requantise_stand_ins.svh"

module check_dw_float_serial_scale (
    input clk,
    input write,
    input [3:0] write_address,
    input [71:0] write_data,
    input bank,
    input weight_set,
    input [1:0] lane,
    input [3:0] sums,
    input single_rounding,
    input float_rounding,
    input [71:0] zero_point,
    input [71:0] act_min,
    input [71:0] act_max
);
  localparam VALUES = 2, LANES = 3, ACC_W = 2, X_W = 32, MULTIPLIER_W = 32;
  localparam OFMAP_W = 6 + MULTIPLIER_W + X_W + ACC_W, SCALE_W = X_W + MULTIPLIER_W + 8;
  wire [VALUES*OFMAP_W-1:0] values;
  dw_float_serial_scale #(.VALUES(VALUES), .LANES(LANES), .SET_W(1), .ACC_W(ACC_W),
      .OFMAP_W(OFMAP_W), .MULTIPLIER_DELAY(2), .RIGHT_SHIFT_DELAY(3)) dut (.*);
  (* hierconn *) wire [3:0] \dut.g_scale[0].g_any_lane.u_ram.watched ;
  (* hierconn *) wire [71:0] \dut.g_scale[0].g_any_lane.u_ram.word ;
  (* hierconn *) wire [3:0] \dut.g_scale[1].g_any_lane.u_ram.watched ;
  (* hierconn *) wire [71:0] \dut.g_scale[1].g_any_lane.u_ram.word ;
  (* hierconn *) wire [363:0] \dut.g_value[0].u_requantise.constants ;
  (* hierconn *) wire [363:0] \dut.g_value[1].u_requantise.constants ;
  `include "scale_of_a_value.svh"
  wire [363:0] constants = {single_rounding, float_rounding, zero_point, act_min, act_max, below,
      above};
  always @* begin
    assume (unit < VALUES && lane < LANES && place[1:0] < LANES);
    assume (\dut.g_scale[0].g_any_lane.u_ram.watched == place);
    assume (\dut.g_scale[1].g_any_lane.u_ram.watched == place);
  end
  always @* begin
    `PROMISE(acc_of_the_value, age == SHOWN, got[ACC_W-1:0] == sums_then[unit*ACC_W+:ACC_W])
    `PROMISE(bias_of_the_lane, due, got[ACC_W+:X_W] == was[X_W-1:0])
    `PROMISE(multiplier_of_the_lane, due,
             got[ACC_W+X_W+:MULTIPLIER_W] == was[X_W+:MULTIPLIER_W])
    `PROMISE(right_shift_of_the_lane, due, got[OFMAP_W-1-:6] == was[X_W+MULTIPLIER_W+:6])
    `PROMISE(roundings_zero_point_and_clamp, constant,
             \dut.g_value[0].u_requantise.constants == constants &&
             \dut.g_value[1].u_requantise.constants == constants)
    aid_words: assert (!written || (\dut.g_scale[0].g_any_lane.u_ram.word == word &&
                                    \dut.g_scale[1].g_any_lane.u_ram.word == word));
  end
endmodule
