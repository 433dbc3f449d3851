// The clamp of small floats against their values in integers.
`include "promise.svh"

`define FLOAT_VALUE_W 12
module check_dw_float_clamp #(
    parameter EXPONENT_W = 3,
    parameter SIGNIFICAND_W = 2,
    parameter WIDTH = 1 + EXPONENT_W + SIGNIFICAND_W
) (
    input clk,
    input [WIDTH-1:0] act_min,
    input [WIDTH-1:0] act_max,
    input [2*WIDTH-1:0] value
);
  `include "floats.svh"
  localparam [WIDTH-2:0] INFINITE = {{EXPONENT_W{1'b1}}, {SIGNIFICAND_W{1'b0}}};
  wire [2*WIDTH-1:0] ofmap;
  dw_float_clamp #(.LANES(2), .EXPONENT_W(EXPONENT_W), .SIGNIFICAND_W(SIGNIFICAND_W)) dut (.*);

  function signed [`FLOAT_VALUE_W-1:0] real_of(input [WIDTH-1:0] word);
    begin
      real_of = float_value(word[WIDTH-2:0], SIGNIFICAND_W);
      if (word[WIDTH-1]) real_of = -real_of;
    end
  endfunction
  function is_nan(input [WIDTH-1:0] word);
    is_nan = word[WIDTH-2:0] > INFINITE;
  endfunction

  reg [1:0] age = 2'd0;
  reg [WIDTH-1:0] low_1, high_1;
  reg [2*WIDTH-1:0] value_1, value_2;
  reg signed [`FLOAT_VALUE_W-1:0] least, most;
  always @(posedge clk) begin
    if (age < 2) age <= age + 1;
    {value_2, value_1} <= {value_1, value};
    {low_1, high_1} <= {act_min, act_max};
    {least, most} <= {real_of(low_1), real_of(high_1)};
  end
  // The limits hold from the cycle of the value to the next one.
  always @* assume (age == 0 || (act_min == low_1 && act_max == high_1));
  always @* assume (!is_nan(act_min) && !is_nan(act_max) && real_of(act_min) <= real_of(act_max));

  wire [WIDTH-1:0] was = value_2[0+:WIDTH], got = ofmap[0+:WIDTH];
  wire [WIDTH-1:0] other = value_2[WIDTH+:WIDTH], other_got = ofmap[WIDTH+:WIDTH];
  always @* if (age == 2) begin
    `PROMISE(raises_to_the_least, !is_nan(was) && real_of(was) < least, got == low_1)
    `PROMISE(lowers_to_the_most, !is_nan(was) && real_of(was) > most, got == high_1)
    `PROMISE(keeps_what_is_between, !is_nan(was) && real_of(was) >= least && real_of(was) <= most, got == was)
    `PROMISE(nan_passes, is_nan(was), got == was)
    `PROMISE(each_lane_has_its_value, is_nan(other), other_got == other)
  end
endmodule
