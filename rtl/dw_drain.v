// dw_drain: moves the sums of a group out of the array, VALUES a cycle: cell by cell, lane by lane.
//
// Promises: `start` brings the marks of a group; `load`, three cycles later, captures its sums. In
// the `chunks` cycles after `start`, `active` is 1. Three cycles after each of them, `values` has the
// VALUES sums from lane `lane` of cell cell_index on; the lanes of the next cell follow. A start
// must come at least `chunks` cycles after the one before. The last of the `chunks` cycles may have
// no sums: it is one of the cycles in which the last beat of a plane leaves.
`default_nettype none

module dw_drain #(
    parameter LANES    = 16,
    parameter CELLS    = 7,
    parameter VALUES   = 13,  // at most LANES, or a multiple of LANES
    parameter WIDTH    = 20,  // bits of a sum
    parameter MARKS_W  = 8,   // bits that travel with a group
    // derived
    parameter LANE_W   = (LANES > 1) ? $clog2(LANES) : 1,  // index of a lane
    parameter PIXELS   = (VALUES + LANES - 1) / LANES,  // cells whose sums leave together
    parameter CELL_W   = $clog2(CELLS + 2 * PIXELS - 1),  // index of a cell, and two steps more
    parameter CHUNKS_W = $clog2((LANES * CELLS + VALUES - 1) / VALUES + ((PIXELS > 1) ? 2 : 1))
) (
    input  wire                         clk,
    input  wire                         rst,
    input  wire [         CHUNKS_W-1:0] chunks,
    input  wire                         start,
    input  wire [          MARKS_W-1:0] start_marks,
    input  wire                         load,
    input  wire [CELLS*LANES*WIDTH-1:0] sums,
    output reg                          active,
    output reg  [          MARKS_W-1:0] marks,
    output reg  [           LANE_W-1:0] lane,
    output reg  [           CELL_W-1:0] cell_index,
    output wire [     VALUES*WIDTH-1:0] values
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (CELLS < 1) begin : bad_1 dw_drain_CELLS_must_be_at_least_1 u (); end
    if (VALUES < 1) begin : bad_2 dw_drain_VALUES_must_be_at_least_1 u (); end
    if (WIDTH < 1) begin : bad_3 dw_drain_WIDTH_must_be_at_least_1 u (); end
    if (MARKS_W < 1) begin : bad_4 dw_drain_MARKS_W_must_be_at_least_1 u (); end
    if ((VALUES > LANES) && (VALUES % LANES != 0)) begin : bad_5
      dw_drain_VALUES_must_be_at_most_LANES_or_a_multiple_of_it u ();
    end
    if ((LANE_W < 1) || ((1 << LANE_W) < LANES)) begin : bad_6
      dw_drain_LANE_W_must_hold_LANES_minus_1 u ();
    end
    if ((1 << CELL_W) <= CELLS + 2 * PIXELS - 2) begin : bad_7
      dw_drain_CELL_W_must_hold_CELLS_and_two_steps u ();
    end
    if ((1 << CHUNKS_W) <= (LANES * CELLS + VALUES - 1) / VALUES + ((PIXELS > 1) ? 1 : 0)) begin
      : bad_8
      dw_drain_CHUNKS_W_must_hold_the_cycles_of_a_group u ();
    end
    if (PIXELS != (VALUES + LANES - 1) / LANES) begin : bad_9
      dw_drain_PIXELS_must_be_VALUES_over_LANES_rounded_up u ();
    end
  endgenerate

  // ---- indices of the values --------------------------------------------------------------
  reg [CHUNKS_W-1:0] left;
  localparam CELL_STEP = PIXELS;
  wire wraps;  // the first lane of the next cell's sums leaves in this cycle, or the last of this
  wire [LANE_W-1:0] next_lane;
  generate
    if (VALUES < LANES) begin : g_parts
      localparam [LANE_W:0] STEP = VALUES;
      localparam [LANE_W:0] ALL_LANES = LANES;
      wire [LANE_W:0] reach = {1'b0, lane} + STEP;
      wire [LANE_W:0] wrapped = reach - ALL_LANES;
      wire unused_wrapped = &{1'b0, wrapped[LANE_W], 1'b0};
      assign wraps = (reach >= ALL_LANES);
      assign next_lane = wraps ? wrapped[LANE_W-1:0] : reach[LANE_W-1:0];
    end else begin : g_pixels
      assign wraps = 1'b1;
      assign next_lane = {LANE_W{1'b0}};
    end
  endgenerate

  always @(posedge clk) begin
    if (rst) active <= 1'b0;
    else if (start) active <= 1'b1;
    else if (left == 1) active <= 1'b0;
    if (start) begin
      marks <= start_marks;
      lane <= {LANE_W{1'b0}};
      cell_index <= {CELL_W{1'b0}};
      left <= chunks;
    end else if (active) begin
      left <= left - 1'b1;
      lane <= next_lane;
      if (wraps) cell_index <= cell_index + CELL_STEP[CELL_W-1:0];
    end
  end

  // ---- the sums move down by VALUES in every cycle ---------------------------------------
  localparam ALL = CELLS * LANES;
  reg [ALL*WIDTH-1:0] chain;
  assign values = chain[VALUES*WIDTH-1:0];
  generate
    if (VALUES < ALL) begin : g_chain
      always @(posedge clk)
        chain <= load ? sums : {{(VALUES * WIDTH) {1'b0}}, chain[ALL*WIDTH-1:VALUES*WIDTH]};
    end else begin : g_whole
      always @(posedge clk) if (load) chain <= sums;
    end
  endgenerate

endmodule

`default_nettype wire
