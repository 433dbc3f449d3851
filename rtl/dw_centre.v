// dw_centre: subtracts the zero point from the ifmap values of a beat, as TFLite's formula does.
//
// Promises: each lane of `centred` is the same lane of `ifmap` minus zero_point, both in two's
// complement. It has one bit more than an ifmap value, so nothing wraps. The value of padding is 0
// from here on: a masked tap is cleared, and no bias depends on the zero point.
`default_nettype none

module dw_centre #(
    parameter LANES = 8,
    parameter WIDTH = 8   // bits of an ifmap value
) (
    input  wire [    LANES*WIDTH-1:0] ifmap,
    input  wire [          WIDTH-1:0] zero_point,
    output wire [LANES*(WIDTH+1)-1:0] centred
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (LANES < 1) begin : bad_1 dw_centre_LANES_must_be_at_least_1 u (); end
    if (WIDTH < 1) begin : bad_2 dw_centre_WIDTH_must_be_at_least_1 u (); end
  endgenerate

  genvar l;
  generate
    for (l = 0; l < LANES; l = l + 1) begin : g_lane
      wire [WIDTH-1:0] value = ifmap[l*WIDTH+:WIDTH];
      assign centred[l*(WIDTH+1)+:WIDTH+1] =
          {value[WIDTH-1], value} - {zero_point[WIDTH-1], zero_point};
    end
  endgenerate

endmodule

`default_nettype wire
