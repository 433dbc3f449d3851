// dw_clamp_bounds: the addends with which dw_requantise compares a result to the clamp bounds.
//
// Promises: one cycle after the inputs, below = zero_point - act_min and
// above = zero_point - act_max - 1. dw_requantise adds each to its result, before the zero point is
// added: the ofmap value becomes act_min if the sum with `below` is negative, and act_max if the
// sum with `above` is not negative. One instance serves all lanes.
`default_nettype none

module dw_clamp_bounds #(
    parameter OFMAP_W = 8
) (
    input  wire               clk,
    input  wire [OFMAP_W-1:0] zero_point,
    input  wire [OFMAP_W-1:0] act_min,
    input  wire [OFMAP_W-1:0] act_max,
    output reg  [  OFMAP_W:0] below,
    output reg  [  OFMAP_W:0] above
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (OFMAP_W < 1) begin : bad_1 dw_clamp_bounds_OFMAP_W_must_be_at_least_1 u (); end
  endgenerate

  wire [OFMAP_W:0] zero = {zero_point[OFMAP_W-1], zero_point};
  always @(posedge clk) begin
    below <= zero - {act_min[OFMAP_W-1], act_min};
    above <= zero + ~{act_max[OFMAP_W-1], act_max};
  end

endmodule

`default_nettype wire
