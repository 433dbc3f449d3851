// dw_cell_place: tracks the places of the cells in the raster of a plane, and masks their taps.
//
// Promises: each cycle with `init` shifts the place (init_x, init_y) into the last cell, and the
// place of each cell into the cell before it. `advance` moves all cells to the next group;
// `rewind` returns them to the places that `init` gave them. A fired tap updates the coordinates
// under each cell. One cycle later in_ifmap, a register, has the cells whose tap lies in the ifmap
// and which have an ofmap pixel. `counts` has the cells that stand on a place with an ofmap pixel.
`default_nettype none

module dw_cell_place #(
    parameter CELLS   = 7,
    parameter X_W     = 8,  // bits of a column of the raster, signed
    parameter Y_W     = 8,  // bits of a row of the raster, signed
    // derived
    parameter COUNT_W = $clog2(CELLS + 1)  // count of cells
) (
    input  wire               clk,
    input  wire               init,
    input  wire [    X_W-1:0] init_x,
    input  wire [    Y_W-1:0] init_y,
    input  wire               fire,
    input  wire               first_column,  // the fired tap begins a kernel row
    input  wire               first_row,     // ... of the first kernel row
    input  wire               advance,
    input  wire               rewind,
    input  wire [COUNT_W-1:0] cells,         // cells in use
    input  wire [    X_W-1:0] ifmap_w,
    input  wire [    Y_W-1:0] ifmap_h,
    input  wire [    X_W-1:0] dilation_w,
    input  wire [    Y_W-1:0] dilation_h,
    input  wire [    Y_W-1:0] stride_h,
    input  wire [    X_W-1:0] pitch,
    input  wire [    X_W-1:0] wrap_x,
    input  wire [    X_W-1:0] end_x,         // ofmap_w * stride_w - pad_left
    input  wire [    Y_W-1:0] end_y,
    input  wire [    X_W-1:0] step_x,
    input  wire [    Y_W-1:0] step_y,
    output reg  [  CELLS-1:0] in_ifmap,
    output wire [  CELLS-1:0] counts
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (CELLS < 1) begin : bad_1 dw_cell_place_CELLS_must_be_at_least_1 u (); end
    if (X_W < 2) begin : bad_2 dw_cell_place_X_W_must_be_at_least_2 u (); end
    if (Y_W < 2) begin : bad_3 dw_cell_place_Y_W_must_be_at_least_2 u (); end
    if ((1 << COUNT_W) <= CELLS) begin : bad_4 dw_cell_place_COUNT_W_must_hold_CELLS u (); end
  endgenerate

  wire [(CELLS+1)*X_W-1:0] chain_x;
  wire [(CELLS+1)*Y_W-1:0] chain_y;
  assign chain_x[CELLS*X_W+:X_W] = init_x;
  assign chain_y[CELLS*Y_W+:Y_W] = init_y;
  wire unused_chain = &{1'b0, chain_x[X_W-1:0], chain_y[Y_W-1:0], 1'b0};

  genvar q;
  generate
    for (q = 0; q < CELLS; q = q + 1) begin : g_cell
      reg signed [X_W-1:0] begin_x;
      reg signed [Y_W-1:0] begin_y;
      reg signed [X_W-1:0] cell_x;
      reg signed [Y_W-1:0] cell_y;
      reg signed [X_W-1:0] tap_x;
      reg signed [Y_W-1:0] tap_y;
      reg tap_counts;
      wire signed [X_W-1:0] stepped_x = cell_x + $signed(step_x);
      wire wraps = (stepped_x >= $signed(wrap_x));

      assign chain_x[q*X_W+:X_W] = begin_x;
      assign chain_y[q*Y_W+:Y_W] = begin_y;
      assign counts[q] = (cells > q) && (cell_x < $signed(end_x)) && (cell_y < $signed(end_y));

      always @(posedge clk) begin
        if (init) begin
          begin_x <= chain_x[(q+1)*X_W+:X_W];
          begin_y <= chain_y[(q+1)*Y_W+:Y_W];
        end
        if (init) begin
          cell_x <= chain_x[(q+1)*X_W+:X_W];
          cell_y <= chain_y[(q+1)*Y_W+:Y_W];
        end else if (rewind) begin
          cell_x <= begin_x;
          cell_y <= begin_y;
        end else if (advance) begin
          cell_x <= wraps ? stepped_x - $signed(pitch) : stepped_x;
          cell_y <= cell_y + $signed(step_y) + (wraps ? $signed(stride_h) : {Y_W{1'b0}});
        end
        if (fire) begin
          tap_counts <= counts[q];
          tap_x <= first_column ? cell_x : tap_x + $signed(dilation_w);
          if (first_column) tap_y <= first_row ? cell_y : tap_y + $signed(dilation_h);
        end
        in_ifmap[q] <= tap_counts && !tap_x[X_W-1] && (tap_x < $signed(ifmap_w))
            && !tap_y[Y_W-1] && (tap_y < $signed(ifmap_h));
      end
    end
  endgenerate

endmodule

`default_nettype wire
