// dw_cell_array: the cells of a tap-serial array, CELLS for each lane.
//
// Promises: the operand of cell q is the pixel at place q*cell_stride of the segment. `weight` and
// in_ifmap come in the same cycle; a cell whose tap lies outside the ifmap skips the product. `add` and
// `first` come two cycles later, one cycle before the products; see dw_accumulator.
`default_nettype none

module dw_cell_array #(
    parameter LANES          = 16,
    parameter CELLS          = 7,
    parameter LENGTH         = 15,  // pixels of a segment
    parameter OPERAND_W      = 9,
    parameter WEIGHT_W       = 8,
    parameter OPERAND_SIGNED = 1,
    parameter WEIGHT_SIGNED  = 1,
    parameter ACC_W          = 20
) (
    input  wire                              clk,
    input  wire [LENGTH*LANES*OPERAND_W-1:0] segment,
    input  wire [                       1:0] cell_stride,  // 1 or 2
    input  wire [                 CELLS-1:0] in_ifmap,
    input  wire [        LANES*WEIGHT_W-1:0] weight,
    input  wire                              add,
    input  wire                              first,
    output wire [     CELLS*LANES*ACC_W-1:0] acc
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (LANES < 1) begin : bad_1 dw_cell_array_LANES_must_be_at_least_1 u (); end
    if (CELLS < 1) begin : bad_2 dw_cell_array_CELLS_must_be_at_least_1 u (); end
    if (LENGTH < 1) begin : bad_3 dw_cell_array_LENGTH_must_be_at_least_1 u (); end
    if (OPERAND_W < 1) begin : bad_4 dw_cell_array_OPERAND_W_must_be_at_least_1 u (); end
    if (WEIGHT_W < 1) begin : bad_5 dw_cell_array_WEIGHT_W_must_be_at_least_1 u (); end
    if (ACC_W < 1) begin : bad_6 dw_cell_array_ACC_W_must_be_at_least_1 u (); end
  endgenerate

  localparam PIXEL = LANES * OPERAND_W;
  wire two = cell_stride[1];
  // Some places of the segment are under no cell at any stride.
  wire unused_segment = &{1'b0, segment, cell_stride[0], 1'b0};

  genvar q, l;
  generate
    for (q = 0; q < CELLS; q = q + 1) begin : g_cell
      // No layer that uses this cell needs a place behind the segment.
      localparam ONE = (q < LENGTH) ? q : LENGTH - 1;
      localparam TWO = (2 * q < LENGTH) ? 2 * q : LENGTH - 1;
      wire [PIXEL-1:0] operand = two ? segment[TWO*PIXEL+:PIXEL] : segment[ONE*PIXEL+:PIXEL];
      // The marks of the cell's product. The mask comes after the multiplier, so it may come late.
      reg has_pixel, has_pixel_behind;
      reg cell_add, cell_first, cell_clear;
      always @(posedge clk) begin
        has_pixel        <= in_ifmap[q];
        has_pixel_behind <= has_pixel;
        cell_add      <= add && has_pixel_behind;
        cell_first    <= first;
        cell_clear    <= add && first && !has_pixel_behind;
      end
      for (l = 0; l < LANES; l = l + 1) begin : g_lane
        dw_accumulator #(
            .OPERAND_W     (OPERAND_W),
            .WEIGHT_W      (WEIGHT_W),
            .OPERAND_SIGNED(OPERAND_SIGNED),
            .WEIGHT_SIGNED (WEIGHT_SIGNED),
            .ACC_W         (ACC_W)
        ) u_accumulator (
            .clk    (clk),
            .operand(operand[l*OPERAND_W+:OPERAND_W]),
            .weight (weight[l*WEIGHT_W+:WEIGHT_W]),
            .add    (cell_add),
            .first  (cell_first),
            .clear  (cell_clear),
            .acc    (acc[(q*LANES+l)*ACC_W+:ACC_W])
        );
      end
    end
  endgenerate

endmodule

`default_nettype wire
