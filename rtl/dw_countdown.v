// dw_countdown: counts steps modulo `count`.
//
// Promises: `last`, a register, is 1 at every count-th step since the restart.
`default_nettype none

module dw_countdown #(
    parameter WIDTH = 4  // bits of the count
) (
    input  wire             clk,
    input  wire             restart,
    input  wire             step,
    input  wire [WIDTH-1:0] count,
    output reg              last
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_countdown_WIDTH_must_be_at_least_1 u (); end
  endgenerate

  reg [WIDTH-1:0] left;  // steps to go, this one included

  wire reload = restart || last;

  always @(posedge clk) begin
    if (restart || step) begin
      left <= reload ? count : left - 1'b1;
      last <= reload ? (count == 1) : ({1'b0, left} == 2);
    end
  end

endmodule

`default_nettype wire
