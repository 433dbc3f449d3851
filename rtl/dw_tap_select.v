// dw_tap_select: selects the operands of one pass, for arrays that take several passes a window.
//
// Promises: three cycles after a slot's row_mask, col_mask, emit and pass, and two cycles after
// its taps, operand u is tap pass*UNITS + u, counted row by row, if both of its masks are 1 and
// the window is emitted. Otherwise, and behind the last tap, it is 0. The operands are registers.
`default_nettype none

module dw_tap_select #(
    parameter KERNEL_H = 3,
    parameter KERNEL_W = 3,
    parameter UNITS    = 3,   // multipliers of a lane
    parameter WIDTH    = 64,  // bits of a tap, all lanes
    // derived
    parameter PASSES   = (KERNEL_H * KERNEL_W + UNITS - 1) / UNITS,
    parameter PASS_W   = (PASSES > 1) ? $clog2(PASSES) : 1  // index of a pass
) (
    input  wire                               clk,
    input  wire                               emit,
    input  wire [               KERNEL_H-1:0] row_mask,
    input  wire [               KERNEL_W-1:0] col_mask,
    input  wire [                 PASS_W-1:0] pass,
    input  wire [KERNEL_H*KERNEL_W*WIDTH-1:0] taps,
    output reg  [            UNITS*WIDTH-1:0] operands
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (KERNEL_H < 1) begin : bad_1 dw_tap_select_KERNEL_H_must_be_at_least_1 u (); end
    if (KERNEL_W < 1) begin : bad_2 dw_tap_select_KERNEL_W_must_be_at_least_1 u (); end
    if (WIDTH < 1) begin : bad_3 dw_tap_select_WIDTH_must_be_at_least_1 u (); end
    if (UNITS < 1) begin : bad_4 dw_tap_select_UNITS_must_be_at_least_1 u (); end
    if ((PASS_W < 1) || ((1 << PASS_W) < PASSES)) begin : bad_5
      dw_tap_select_PASS_W_must_hold_PASSES_minus_1 u ();
    end
    if (PASSES != (KERNEL_H * KERNEL_W + UNITS - 1) / UNITS) begin : bad_6
      dw_tap_select_PASSES_must_be_taps_over_UNITS_rounded_up u ();
    end
  endgenerate

  localparam TAPS = KERNEL_H * KERNEL_W;

  // For each unit the tap and the mask of each pass; both are 0 behind the last tap.
  wire [UNITS*PASSES-1:0] masks;
  wire [UNITS*PASSES*WIDTH-1:0] choices;

  genvar u, p;
  generate
    for (p = 0; p < PASSES; p = p + 1) begin : g_pass
      for (u = 0; u < UNITS; u = u + 1) begin : g_unit
        localparam TAP = p * UNITS + u;
        if (TAP < TAPS) begin : g_tap
          assign masks[u*PASSES+p] = row_mask[TAP/KERNEL_W] && col_mask[TAP%KERNEL_W];
          assign choices[(u*PASSES+p)*WIDTH+:WIDTH] = taps[TAP*WIDTH+:WIDTH];
        end else begin : g_surplus
          assign masks[u*PASSES+p] = 1'b0;
          assign choices[(u*PASSES+p)*WIDTH+:WIDTH] = {WIDTH{1'b0}};
        end
      end
    end
  endgenerate

  reg [PASS_W-1:0] pass_q;
  always @(posedge clk) pass_q <= pass;

  generate
    for (u = 0; u < UNITS; u = u + 1) begin : g_operand
      wire [PASSES-1:0] unit_masks = masks[u*PASSES+:PASSES];
      wire [PASSES*WIDTH-1:0] unit_choices = choices[u*PASSES*WIDTH+:PASSES*WIDTH];
      reg mask;  // the mask of the tap that is selected in this cycle
      reg mask_q;
      reg [WIDTH-1:0] chosen;
      always @(posedge clk) begin
        mask   <= emit && unit_masks[pass];
        mask_q <= mask;
        chosen <= unit_choices[pass_q*WIDTH+:WIDTH];
        operands[u*WIDTH+:WIDTH] <= mask_q ? chosen : {WIDTH{1'b0}};
      end
    end
  endgenerate

endmodule

`default_nettype wire
