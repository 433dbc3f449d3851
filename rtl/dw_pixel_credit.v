// dw_pixel_credit: counts the pixels for which the output FIFO has room.
//
// Promises: there are TOTAL credits after reset; `take` of them are taken in a cycle, BEAT come back with
// `give`. `room` says that LARGEST can be taken.
`default_nettype none

module dw_pixel_credit #(
    parameter TOTAL   = 64,
    parameter BEAT    = 4,   // pixels of a beat
    parameter LARGEST = 10,  // most that are taken at once
    parameter COUNT_W = 7,   // bits of a count up to TOTAL
    parameter TAKE_W  = 4    // bits of a count up to LARGEST
) (
    input  wire              clk,
    input  wire              rst,
    input  wire [TAKE_W-1:0] take,
    input  wire              give,
    output wire              room
);

  reg [COUNT_W-1:0] credits;
  localparam [COUNT_W-1:0] ALL = TOTAL;
  localparam [COUNT_W-1:0] BACK = BEAT;
  localparam [COUNT_W-1:0] NEEDED = LARGEST;

  assign room = (credits >= NEEDED);

  always @(posedge clk) begin
    if (rst) credits <= ALL;
    else credits <= credits - {{(COUNT_W - TAKE_W) {1'b0}}, take} + (give ? BACK : {COUNT_W{1'b0}});
  end

endmodule

`default_nettype wire
