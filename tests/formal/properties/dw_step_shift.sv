// The shift by Verilog's operator.
`include "promise.svh"

module check_dw_step_shift #(
    parameter OUT_W = 5,
    parameter STEP = 4
) (
    input clk,
    input [OUT_W+3*STEP-1:0] d,
    input [1:0] steps,
    input invert
);
  wire [OUT_W-1:0] q;
  dw_step_shift #(.OUT_W(OUT_W), .STEP(STEP)) dut (.*);
  wire [OUT_W+3*STEP-1:0] moved = d >> (steps * STEP);
  always @* begin
    `PROMISE(shifts, !invert, q == moved[OUT_W-1:0])
    `PROMISE(inverts, invert, q == ~moved[OUT_W-1:0])
  end
endmodule
