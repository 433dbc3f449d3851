// dw_tap_mask: makes the operands of a window: a tap outside the ifmap becomes 0.
//
// Promises: two cycles after a slot's row_mask, col_mask and emit, and one cycle after its taps,
// each operand is its tap if both masks are 1 and the window is emitted, else 0. Windows that are
// not emitted therefore toggle no multiplier. The operands are registers, which can lie halfway
// between the window and distant multipliers.
`default_nettype none

module dw_tap_mask #(
    parameter KERNEL_H = 3,
    parameter KERNEL_W = 3,
    parameter WIDTH    = 64  // bits of a tap, all lanes
) (
    input  wire                               clk,
    input  wire                               emit,
    input  wire [               KERNEL_H-1:0] row_mask,
    input  wire [               KERNEL_W-1:0] col_mask,
    input  wire [KERNEL_H*KERNEL_W*WIDTH-1:0] taps,
    output reg  [KERNEL_H*KERNEL_W*WIDTH-1:0] operands
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (KERNEL_H < 1) begin : bad_1 dw_tap_mask_KERNEL_H_must_be_at_least_1 u (); end
    if (KERNEL_W < 1) begin : bad_2 dw_tap_mask_KERNEL_W_must_be_at_least_1 u (); end
    if (WIDTH < 1) begin : bad_3 dw_tap_mask_WIDTH_must_be_at_least_1 u (); end
  endgenerate

  genvar r, c;
  generate
    for (r = 0; r < KERNEL_H; r = r + 1) begin : g_row
      for (c = 0; c < KERNEL_W; c = c + 1) begin : g_col
        reg mask;
        always @(posedge clk) begin
          mask <= emit && row_mask[r] && col_mask[c];
          operands[(r*KERNEL_W+c)*WIDTH+:WIDTH] <=
              mask ? taps[(r*KERNEL_W+c)*WIDTH+:WIDTH] : {WIDTH{1'b0}};
        end
      end
    end
  endgenerate

endmodule

`default_nettype wire
