// dw_pixel_rotate: rotates a word of pixels.
//
// Promises: `step` and amount come a cycle before their pixels, and wait in registers near them. After the
// cycle of the pixels, output pixel p is input pixel (p + amount) modulo PIXELS if `step` was 1; else
// the output holds.
`default_nettype none

module dw_pixel_rotate #(
    parameter WIDTH    = 8,  // bits of a pixel, all lanes
    parameter PIXELS   = 8,  // a power of two
    // derived
    parameter AMOUNT_W = (PIXELS > 1) ? $clog2(PIXELS) : 1
) (
    input  wire                    clk,
    input  wire                    step,
    input  wire [    AMOUNT_W-1:0] amount,
    input  wire [PIXELS*WIDTH-1:0] d,
    output reg  [PIXELS*WIDTH-1:0] q
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_pixel_rotate_WIDTH_must_be_at_least_1 u (); end
    if ((PIXELS < 1) || ((PIXELS & (PIXELS - 1)) != 0)) begin : bad_2
      dw_pixel_rotate_PIXELS_must_be_a_power_of_two u ();
    end
    if (AMOUNT_W != ((PIXELS > 1) ? $clog2(PIXELS) : 1)) begin : bad_3
      dw_pixel_rotate_AMOUNT_W_must_be_log2_of_PIXELS_and_at_least_1 u ();
    end
  endgenerate

  localparam LEVELS = (PIXELS == 1) ? 0 : AMOUNT_W;

  reg moves;
  reg [AMOUNT_W-1:0] turn;
  reg [PIXELS*WIDTH-1:0] turned;
  integer l;
  always @* begin
    turned = d;
    for (l = 0; l < LEVELS; l = l + 1) begin
      if (turn[l])
        turned = (turned >> ((1 << l) * WIDTH)) | (turned << ((PIXELS - (1 << l)) * WIDTH));
    end
  end

  generate
    if (PIXELS == 1) begin : g_one_pixel
      wire unused_turn = &{1'b0, turn, 1'b0};
    end
  endgenerate

  always @(posedge clk) begin
    moves <= step;
    turn  <= amount;
    if (moves) q <= turned;
  end

endmodule

`default_nettype wire
