// dw_pixel_credit: counts the pixels for which the output FIFO has room.
//
// Promises: after reset there are TOTAL credits. In each cycle `take` credits leave; with `give`,
// BEAT credits return. `room` is 1 if LARGEST credits are available.
`default_nettype none

module dw_pixel_credit #(
    parameter TOTAL   = 64,
    parameter BEAT    = 4,   // pixels of a beat
    parameter LARGEST = 10,  // most that are taken at once
    // derived
    parameter COUNT_W = $clog2(TOTAL + 1),
    parameter TAKE_W  = $clog2(LARGEST + 1)
) (
    input  wire              clk,
    input  wire              rst,
    input  wire [TAKE_W-1:0] take,
    input  wire              give,
    output wire              room
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (BEAT < 1) begin : bad_1 dw_pixel_credit_BEAT_must_be_at_least_1 u (); end
    if (LARGEST < 1) begin : bad_2 dw_pixel_credit_LARGEST_must_be_at_least_1 u (); end
    if (TOTAL < LARGEST) begin : bad_3 dw_pixel_credit_TOTAL_must_be_at_least_LARGEST u (); end
    if (TOTAL < BEAT) begin : bad_4 dw_pixel_credit_TOTAL_must_be_at_least_BEAT u (); end
    if ((1 << COUNT_W) <= TOTAL) begin : bad_5 dw_pixel_credit_COUNT_W_must_hold_TOTAL u (); end
    if ((1 << TAKE_W) <= LARGEST) begin : bad_6 dw_pixel_credit_TAKE_W_must_hold_LARGEST u (); end
    if (TAKE_W > COUNT_W) begin : bad_7 dw_pixel_credit_TAKE_W_must_be_at_most_COUNT_W u (); end
  endgenerate

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
