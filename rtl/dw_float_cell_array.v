// dw_float_cell_array: the cells of a tap-serial array in floating point, CELLS for each lane.
//
// Promises: the operand of cell q is the pixel at place q*cell_stride of the segment. `weight` and
// in_ifmap come in the same cycle. A cell whose tap lies outside the ifmap skips it. `add` and `first`
// come six cycles later, one cycle before the products. Eight cycles after the `add` of the last tap,
// and in that cycle at least, acc has the PARTS partial sums of each cell, the first one lowest; one
// without a tap is +0.
`default_nettype none

module dw_float_cell_array #(
    parameter LANES             = 4,
    parameter CELLS             = 3,
    parameter LENGTH            = 7,  // pixels of a segment
    parameter PARTS             = 6,
    parameter EXPONENT_W        = 8,
    parameter SIGNIFICAND_W     = 7,
    parameter ACC_EXPONENT_W    = 8,
    parameter ACC_SIGNIFICAND_W = 23,
    parameter SUBNORMALS        = 1,  // 0: subnormal numbers count as zero
    parameter SUM_CYCLES        = 6,  // of dw_float_adder
    // derived
    parameter WIDTH             = 1 + EXPONENT_W + SIGNIFICAND_W,
    parameter ACC_W             = 1 + ACC_EXPONENT_W + ACC_SIGNIFICAND_W
) (
    input  wire                               clk,
    input  wire [     LENGTH*LANES*WIDTH-1:0] segment,
    input  wire [                        1:0] cell_stride,  // 1 or 2
    input  wire [                  CELLS-1:0] in_ifmap,
    input  wire [            LANES*WIDTH-1:0] weight,
    input  wire                               add,
    input  wire                               first,
    output wire [CELLS*LANES*PARTS*ACC_W-1:0] acc
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (LANES < 1) begin : bad_1 dw_float_cell_array_LANES_must_be_at_least_1 u (); end
    if (CELLS < 1) begin : bad_2 dw_float_cell_array_CELLS_must_be_at_least_1 u (); end
    if (LENGTH < 1) begin : bad_3 dw_float_cell_array_LENGTH_must_be_at_least_1 u (); end
    if (WIDTH != 1 + EXPONENT_W + SIGNIFICAND_W) begin : bad_4
      dw_float_cell_array_WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W u ();
    end
    if (ACC_W != 1 + ACC_EXPONENT_W + ACC_SIGNIFICAND_W) begin : bad_5
      dw_float_cell_array_ACC_W_must_be_1_plus_ACC_EXPONENT_W_plus_ACC_SIGNIFICAND_W u ();
    end
  endgenerate

  localparam INDEX_W = (PARTS > 1) ? $clog2(PARTS) : 1;
  wire [INDEX_W-1:0] read_index;
  wire through, fresh, bypass, clear;
  wire [PARTS-1:0] write;
  dw_partial_index #(
      .PARTS     (PARTS),
      .SUM_CYCLES(SUM_CYCLES)
  ) u_partial_index (
      .clk       (clk),
      .add       (add),
      .first     (first),
      .read_index(read_index),
      .through   (through),
      .fresh     (fresh),
      .bypass    (bypass),
      .write     (write),
      .clear     (clear)
  );

  localparam PIXEL = LANES * WIDTH;
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
      for (l = 0; l < LANES; l = l + 1) begin : g_lane
        dw_float_accumulator #(
            .PARTS            (PARTS),
            .EXPONENT_W       (EXPONENT_W),
            .SIGNIFICAND_W    (SIGNIFICAND_W),
            .ACC_EXPONENT_W   (ACC_EXPONENT_W),
            .ACC_SIGNIFICAND_W(ACC_SIGNIFICAND_W),
            .SUBNORMALS       (SUBNORMALS)
        ) u_accumulator (
            .clk       (clk),
            .skip      (!in_ifmap[q]),
            .operand   (operand[l*WIDTH+:WIDTH]),
            .weight    (weight[l*WIDTH+:WIDTH]),
            .read_index(read_index),
            .through   (through),
            .fresh     (fresh),
            .bypass    (bypass),
            .write     (write),
            .clear     (clear),
            .acc       (acc[(q*LANES+l)*PARTS*ACC_W+:PARTS*ACC_W])
        );
      end
    end
  endgenerate

endmodule

`default_nettype wire
