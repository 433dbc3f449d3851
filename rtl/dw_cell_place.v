// dw_cell_place: tracks the places of the cells in the raster of a plane, and masks their taps.
//
// Promises: each cycle with `init` shifts the place (init_x, init_y) into the last cell, and the
// place of each cell into the cell before it. A fired tap with `advance` is the last of its group: the
// cells move to the next one; with `rewind` they return to the places that `init` gave them. One
// cycle after a fired tap, `counts` has the cells that stand on a place with an ofmap pixel. Three
// cycles after it in_ifmap, a register, has those of them whose tap lies in the ifmap.
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
    input  wire               advance,       // ... is the last of its group
    input  wire               rewind,        // ... and of its plane
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
    output wire [  CELLS-1:0] counts,
    output wire [  CELLS-1:0] wraps  // step_x leads the cell past the end of its raster row
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (CELLS < 1) begin : bad_1 dw_cell_place_CELLS_must_be_at_least_1 u (); end
    if (X_W < 2) begin : bad_2 dw_cell_place_X_W_must_be_at_least_2 u (); end
    if (Y_W < 2) begin : bad_3 dw_cell_place_Y_W_must_be_at_least_2 u (); end
    if ((1 << COUNT_W) <= CELLS) begin : bad_4 dw_cell_place_COUNT_W_must_hold_CELLS u (); end
  endgenerate

  // ---- the tap: a register, because its coordinates may come late and many cells use it -----------
  reg fired, begins_row, begins_kernel, advances, rewinds;
  reg placed;  // `init` of the cycle before
  always @(posedge clk) begin
    placed        <= init;
    fired         <= fire;
    begins_row    <= first_column;
    begins_kernel <= first_row;
    advances      <= fire && advance && !rewind;
    rewinds       <= fire && rewind;
  end

  // ---- sums of the geometry: they are constant while a stream runs ---------------------------
  reg [X_W-1:0] wrapped_x;
  reg [Y_W-1:0] wrapped_y;
  reg [X_W-1:0] last_x;  // a group goes on in the next raster row from the column behind it on
  always @(posedge clk) begin
    wrapped_x <= step_x - pitch;
    wrapped_y <= step_y + stride_h;
    last_x    <= wrap_x - step_x;
  end

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
      // From last_x to the cell: its sign chooses the sums, so no comparison precedes them. It follows
      // `init` by a cycle, when begin_x is there.
      reg signed [X_W-1:0] beyond;
      assign wraps[q] = !beyond[X_W-1];
      wire signed [X_W-1:0] to_next_x = $signed(wraps[q] ? wrapped_x : step_x);
      wire signed [Y_W-1:0] to_next_y = $signed(wraps[q] ? wrapped_y : step_y);
      wire signed [X_W-1:0] origin_x = init ? $signed(chain_x[(q+1)*X_W+:X_W]) : begin_x;
      wire signed [Y_W-1:0] origin_y = init ? $signed(chain_y[(q+1)*Y_W+:Y_W]) : begin_y;

      assign chain_x[q*X_W+:X_W] = begin_x;
      assign chain_y[q*Y_W+:Y_W] = begin_y;
      // Negative: the place is before the end. (A signed comparison would take two carry chains.)
      wire signed [X_W:0] from_end_x = cell_x - $signed(end_x);
      wire signed [Y_W:0] from_end_y = cell_y - $signed(end_y);
      assign counts[q] = (cells > q) && from_end_x[X_W] && from_end_y[Y_W];
      wire unused_from_end = &{1'b0, from_end_x[X_W-1:0], from_end_y[Y_W-1:0], 1'b0};

      always @(posedge clk) begin
        if (init) begin
          begin_x <= chain_x[(q+1)*X_W+:X_W];
          begin_y <= chain_y[(q+1)*Y_W+:Y_W];
        end
        if (init || rewinds) begin
          cell_x <= origin_x;
          cell_y <= origin_y;
        end else if (advances) begin
          cell_x <= cell_x + to_next_x;
          cell_y <= cell_y + to_next_y;
        end
        if (placed || rewinds) beyond <= $signed(begin_x) - $signed(last_x);
        else if (advances) beyond <= beyond + to_next_x;
        if (fired) begin
          tap_counts <= counts[q];
          tap_x <= begins_row ? cell_x : tap_x + $signed(dilation_w);
          if (begins_row) tap_y <= begins_kernel ? cell_y : tap_y + $signed(dilation_h);
        end
        // A negative place, taken as unsigned, is beyond every ifmap.
        in_ifmap[q] <= tap_counts && ($unsigned(tap_x) < ifmap_w) && ($unsigned(tap_y) < ifmap_h);
      end
    end
  endgenerate

endmodule

`default_nettype wire
