// dw_tap_pipeline: delays the marks of a fired tap to the stages that use them.
//
// Promises, in cycles after a tap fires: `load` or `shift` comes after 1 cycle, `add` and `first`
// after ADD_CYCLES. For the last tap of a weight set, group_start and group_marks come after
// START_CYCLES, and `complete` after ADD_CYCLES + SUM_CYCLES, when the sums are complete. `counts`
// comes one cycle after the tap. `weight` comes three cycles after weight_word.
`default_nettype none

module dw_tap_pipeline #(
    parameter CELLS        = 7,
    parameter SET_W        = 4,    // bits of the index of a weight set
    parameter WORD_W       = 7,    // bits of the index of a weight
    parameter WIDTH        = 128,  // bits of the weights of a tap, all lanes
    parameter ADD_CYCLES   = 6,
    parameter SUM_CYCLES   = 1,
    parameter START_CYCLES = 4
) (
    input  wire                     clk,
    input  wire                     rst,
    // the tap
    input  wire                     fire,
    input  wire                     first_column,
    input  wire                     first_row,
    input  wire                     uses_segment,
    input  wire                     completes,
    input  wire                     plane_end,
    input  wire                     image_end,
    input  wire                     stream_end,
    input  wire [        CELLS-1:0] counts,
    input  wire [        SET_W-1:0] weight_set,
    input  wire [       WORD_W-1:0] weight_word,
    // weight memory
    input  wire                     active_bank,
    input  wire                     weight_write,
    input  wire [         WORD_W:0] weight_address,
    input  wire [        WIDTH-1:0] write_data,
    output reg  [        WIDTH-1:0] weight,
    // delayed marks
    output reg                      load,
    output reg                      shift,
    output wire                     add,
    output wire                     first,
    output wire                     complete,
    output wire                     group_start,
    output wire [CELLS+SET_W+3-1:0] group_marks
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (CELLS < 1) begin : bad_1 dw_tap_pipeline_CELLS_must_be_at_least_1 u (); end
    if (SET_W < 1) begin : bad_2 dw_tap_pipeline_SET_W_must_be_at_least_1 u (); end
    if (WORD_W < 1) begin : bad_3 dw_tap_pipeline_WORD_W_must_be_at_least_1 u (); end
    if (WIDTH < 1) begin : bad_4 dw_tap_pipeline_WIDTH_must_be_at_least_1 u (); end
    if (ADD_CYCLES < 0) begin : bad_5 dw_tap_pipeline_ADD_CYCLES_must_be_at_least_0 u (); end
    if (START_CYCLES < 1) begin : bad_6 dw_tap_pipeline_START_CYCLES_must_be_at_least_1 u (); end
    if (SUM_CYCLES < 0) begin : bad_7 dw_tap_pipeline_SUM_CYCLES_must_be_at_least_0 u (); end
  endgenerate

  always @(posedge clk) begin
    load  <= fire && uses_segment && !rst;
    shift <= fire && !uses_segment && !rst;
  end

  dw_pipeline #(
      .WIDTH (2),
      .CYCLES(ADD_CYCLES),
      .RESET (1)
  ) u_add (
      .clk(clk),
      .rst(rst),
      .d  ({fire, first_column && first_row}),
      .q  ({add, first})
  );
  dw_pipeline #(
      .WIDTH (1),
      .CYCLES(ADD_CYCLES + SUM_CYCLES),
      .RESET (1)
  ) u_complete (
      .clk(clk),
      .rst(rst),
      .d  (fire && completes),
      .q  (complete)
  );
  dw_pipeline #(
      .WIDTH (1),
      .CYCLES(START_CYCLES),
      .RESET (1)
  ) u_start (
      .clk(clk),
      .rst(rst),
      .d  (fire && completes),
      .q  (group_start)
  );
  dw_pipeline #(
      .WIDTH (SET_W + 3),
      .CYCLES(START_CYCLES)
  ) u_marks (
      .clk(clk),
      .rst(rst),
      .d  ({weight_set, stream_end, image_end, plane_end}),
      .q  (group_marks[CELLS+:SET_W+3])
  );
  dw_pipeline #(
      .WIDTH (CELLS),
      .CYCLES(START_CYCLES - 1)
  ) u_counts (
      .clk(clk),
      .rst(rst),
      .d  (counts),
      .q  (group_marks[CELLS-1:0])
  );

  wire [WIDTH-1:0] memory_data;
  dw_ram #(
      .WIDTH (WIDTH),
      .ADDR_W(WORD_W + 1)
  ) u_weights (
      .clk          (clk),
      .write        (weight_write),
      .write_address(weight_address),
      .write_data   (write_data),
      .read         (1'b1),
      .clear        (1'b0),
      .read_address ({active_bank, weight_word}),
      .read_data    (memory_data)
  );
  // A register that can lie near the cells.
  always @(posedge clk) weight <= memory_data;

endmodule

`default_nettype wire
