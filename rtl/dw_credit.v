// dw_credit: counts the free entries of the output FIFO that no window has claimed.
//
// Promises: `available` comes from a register; a beat that took a credit finds a free entry,
// however long the pipeline is, so the pipeline never has to stall.
`default_nettype none

module dw_credit #(
    parameter DEPTH   = 16,  // entries of the output FIFO
    parameter COUNT_W = 5    // bits of a count of them
) (
    input  wire clk,
    input  wire rst,
    input  wire take,
    input  wire give,
    output wire available
);

  reg [COUNT_W-1:0] credits;
  localparam [COUNT_W-1:0] ALL = DEPTH;

  assign available = (credits != 0);

  always @(posedge clk) begin
    if (rst) credits <= ALL;
    else if (take && !give) credits <= credits - 1'b1;
    else if (give && !take) credits <= credits + 1'b1;
  end

endmodule

`default_nettype wire
