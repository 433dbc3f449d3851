// dw_drain: lets the sums of a group leave, VALUES in a cycle, cell by cycle, lane by lane.
//
// Promises: `start` comes with the marks of a group four cycles before `load` takes its sums; from
// the cycle after `start` on, `chunks` cycles are `active`, and three cycles after each of them its
// VALUES sums are at `values`: those of `cell` from lane `lane` on, then those of the next cell. A
// start comes `chunks` cycles after the last one, or later.
`default_nettype none

module dw_drain #(
    parameter LANES    = 16,
    parameter CELLS    = 7,
    parameter VALUES   = 13,  // at most LANES
    parameter WIDTH    = 20,  // bits of a sum
    parameter MARKS_W  = 8,   // bits that travel with a group
    parameter LANE_W   = 4,   // bits of a lane's index
    parameter CELL_W   = 3,   // bits of a cell's index, and one more
    parameter CHUNKS_W = 4
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

  // ---- which values -----------------------------------------------------------------------
  reg [CHUNKS_W-1:0] left;
  localparam [LANE_W:0] STEP = VALUES;
  localparam [LANE_W:0] ALL_LANES = LANES;
  wire [LANE_W:0] reach = {1'b0, lane} + STEP;
  wire wraps = (reach >= ALL_LANES);
  wire [LANE_W:0] wrapped = reach - ALL_LANES;
  wire unused_wrapped = &{1'b0, wrapped[LANE_W], 1'b0};

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
      lane <= wraps ? wrapped[LANE_W-1:0] : reach[LANE_W-1:0];
      if (wraps) cell_index <= cell_index + 1'b1;
    end
  end

  // ---- the sums move down by VALUES in every cycle ---------------------------------------
  localparam ALL = CELLS * LANES;
  reg [ALL*WIDTH-1:0] chain;
  assign values = chain[VALUES*WIDTH-1:0];
  generate
    if (VALUES < ALL) begin : g_chain
      always @(posedge clk) chain <= load ? sums : {{(VALUES * WIDTH) {1'b0}}, chain[ALL*WIDTH-1:VALUES*WIDTH]};
    end else begin : g_whole
      always @(posedge clk) if (load) chain <= sums;
    end
  endgenerate

endmodule

`default_nettype wire
