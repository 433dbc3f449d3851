// dw_step_shift for ECP5: two LUT4 and the PFUMX behind them for each bit.
//
// Promises: the same as rtl/dw_step_shift.v. Yosys takes three or four LUT4 for each bit, because
// it uses a PFUMX only between two halves of a function of the same five inputs.
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

  localparam [15:0] MUX_XOR = 16'h35ca;  // (C ? B : A) ^ D

  genvar i;
  generate
    for (i = 0; i < OUT_W; i = i + 1) begin : g_bit
      wire low, high;
      LUT4 #(
          .INIT(MUX_XOR)
      ) u_low (
          .A(d[i]),
          .B(d[i+STEP]),
          .C(steps[0]),
          .D(invert),
          .Z(low)
      );
      LUT4 #(
          .INIT(MUX_XOR)
      ) u_high (
          .A(d[i+2*STEP]),
          .B(d[i+3*STEP]),
          .C(steps[0]),
          .D(invert),
          .Z(high)
      );
      PFUMX u_mux (
          .BLUT(low),
          .ALUT(high),
          .C0  (steps[1]),
          .Z   (q[i])
      );
    end
  endgenerate

endmodule

`default_nettype wire
