// dw_credit: counts the free entries of the output FIFO that no window has claimed.
//
// Promises: `available` is a register. A beat that took a credit finds a free entry, for any
// length of the pipeline, so the pipeline never stalls.
`default_nettype none

module dw_credit #(
    parameter DEPTH   = 16,  // entries of the output FIFO
    // derived
    parameter COUNT_W = $clog2(DEPTH + 1)
) (
    input  wire clk,
    input  wire rst,
    input  wire take,
    input  wire give,
    output reg  available
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (DEPTH < 1) begin : bad_1 dw_credit_DEPTH_must_be_at_least_1 u (); end
    if ((1 << COUNT_W) <= DEPTH) begin : bad_2 dw_credit_COUNT_W_must_hold_DEPTH u (); end
  endgenerate

  reg [COUNT_W-1:0] credits;
  localparam [COUNT_W-1:0] ALL = DEPTH;

  always @(posedge clk) begin
    if (rst) begin
      credits   <= ALL;
      available <= 1'b1;
    end else if (take && !give) begin
      credits   <= credits - 1'b1;
      available <= (credits != 1);
    end else if (give && !take) begin
      credits   <= credits + 1'b1;
      available <= 1'b1;
    end
  end

endmodule

`default_nettype wire
