// dw_tap_mask: makes operands of a window: taps outside the ifmap contribute nothing.
//
// Promises: two cycles after a slot's row_mask, col_mask and emit, and one after its taps, each
// operand is the tap where both masks are 1 and the window is emitted, else 0. So windows that
// are not emitted move no multiplier. The operands are registers, halfway from the window to
// multipliers that may be far away.
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
