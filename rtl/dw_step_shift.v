// dw_step_shift: moves a word right by 0 to 3 steps and keeps its lowest bits.
//
// Promises: q[i] is d[i + STEP*steps], inverted if `invert` is 1. The module has no register. One
// bit takes one 6-input LUT; rtl/ecp5/ has the same module made of the slices' multiplexers.
`default_nettype none

module dw_step_shift #(
    parameter OUT_W = 8,
    parameter STEP  = 1
) (
    input  wire [OUT_W+3*STEP-1:0] d,
    input  wire [             1:0] steps,
    input  wire                    invert,
    output wire [       OUT_W-1:0] q
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (OUT_W < 1) begin : bad_1 dw_step_shift_OUT_W_must_be_at_least_1 u (); end
    if (STEP < 1) begin : bad_2 dw_step_shift_STEP_must_be_at_least_1 u (); end
  endgenerate

  wire [OUT_W-1:0] even = steps[1] ? d[2*STEP+:OUT_W] : d[0+:OUT_W];
  wire [OUT_W-1:0] odd = steps[1] ? d[3*STEP+:OUT_W] : d[STEP+:OUT_W];
  assign q = (steps[0] ? odd : even) ^ {OUT_W{invert}};

endmodule

`default_nettype wire
