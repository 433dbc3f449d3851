// Limits that a stream may have, from their values as integers, in units of the least subnormal number.
`include "promise.svh"

module check_dw_float_limits #(
    parameter EXPONENT_W = 3,
    parameter SIGNIFICAND_W = 2,
    parameter SUBNORMALS = 1,
    parameter WIDTH = 1 + EXPONENT_W + SIGNIFICAND_W
) (
    input clk,
    input [WIDTH-1:0] act_min,
    input [WIDTH-1:0] act_max
);
  wire [WIDTH-1:0] least, most;
  dw_float_limits #(
      .EXPONENT_W(EXPONENT_W), .SIGNIFICAND_W(SIGNIFICAND_W), .SUBNORMALS(SUBNORMALS)
  ) dut (.*);

  localparam FRACTIONS = 1 << SIGNIFICAND_W;
  localparam TOP = (1 << EXPONENT_W) - 1;
  function signed [31:0] value(input [WIDTH-1:0] word);
    integer exponent, fraction;
    begin
      exponent = (word >> SIGNIFICAND_W) % (TOP + 1);
      fraction = word % FRACTIONS;
      value = (exponent == 0) ? fraction : (FRACTIONS + fraction) << (exponent - 1);
      if (word >= (TOP + 1) * FRACTIONS) value = -value;
    end
  endfunction
  // An infinity is the power of two above all numbers; a number above it is NaN.
  localparam signed [31:0] INFINITE = FRACTIONS << (TOP - 1);
  function is_nan(input signed [31:0] number);
    is_nan = (number > INFINITE) || (number < -INFINITE);
  endfunction
  function is_subnormal(input signed [31:0] number);
    is_subnormal = (number != 0) && (number > -FRACTIONS) && (number < FRACTIONS);
  endfunction

  wire signed [31:0] low = value(act_min), high = value(act_max);
  wire numbers = !is_nan(low) && !is_nan(high);
  wire flushed = (SUBNORMALS == 0) && (is_subnormal(low) || is_subnormal(high));
  wire in_order = $signed(least) <= $signed(most);
  always @* begin
    `PROMISE(accepts_limits_in_order, numbers && !flushed && low <= high, in_order)
    `PROMISE(refuses_others, numbers && !flushed && low > high, !in_order)
    `PROMISE(refuses_nan, !numbers, !in_order)
    `PROMISE(refuses_what_is_flushed, numbers && (flushed || SUBNORMALS != 0), !flushed || !in_order)
  end
endmodule
