// dw_float_serial_bias: adds biases to the sums of a tap-serial engine in floating point.
//
// Promises: `acc` comes DELAY cycles after its `lane` and weight_set: the sum of lane `lane` first,
// then those of the lanes that follow; the first lane follows the last. Six cycles after acc, `sums`
// has each sum plus the bias of its lane and weight set, rounded. If VALUES is a multiple of LANES,
// `lane` must be 0: the sums of a lane share the memory of its biases.
`default_nettype none

module dw_float_serial_bias #(
    parameter VALUES        = 13,  // at most LANES, or a multiple of LANES
    parameter LANES         = 16,
    parameter SET_W         = 4,
    parameter EXPONENT_W    = 8,
    parameter SIGNIFICAND_W = 23,
    parameter SUBNORMALS    = 1,   // 0: subnormal numbers count as zero
    parameter DELAY         = 21,
    // derived
    parameter LANE_W        = (LANES > 1) ? $clog2(LANES) : 1,  // index of a lane
    parameter WIDTH         = 1 + EXPONENT_W + SIGNIFICAND_W
) (
    input  wire                      clk,
    input  wire                      write,
    input  wire [SET_W+LANE_W+1-1:0] write_address,
    input  wire [         WIDTH-1:0] write_data,
    input  wire                      bank,
    input  wire [         SET_W-1:0] weight_set,
    input  wire [        LANE_W-1:0] lane,
    input  wire [  VALUES*WIDTH-1:0] acc,
    output wire [  VALUES*WIDTH-1:0] sums
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (VALUES < 1) begin : bad_1 dw_float_serial_bias_VALUES_must_be_at_least_1 u (); end
    if (SET_W < 1) begin : bad_2 dw_float_serial_bias_SET_W_must_be_at_least_1 u (); end
    if (DELAY < 2) begin : bad_3 dw_float_serial_bias_DELAY_must_be_at_least_2 u (); end
    if ((VALUES > LANES) && (VALUES % LANES != 0)) begin : bad_4
      dw_float_serial_bias_VALUES_must_be_at_most_LANES_or_a_multiple_of_it u ();
    end
    if ((LANE_W < 1) || ((1 << LANE_W) < LANES)) begin : bad_5
      dw_float_serial_bias_LANE_W_must_hold_LANES_minus_1 u ();
    end
    if (WIDTH != 1 + EXPONENT_W + SIGNIFICAND_W) begin : bad_6
      dw_float_serial_bias_WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W u ();
    end
  endgenerate

  // The memory takes two cycles from an address to its word.
  wire [SET_W-1:0] read_set;
  wire [LANE_W-1:0] read_lane;
  dw_pipeline #(
      .WIDTH (SET_W + LANE_W),
      .CYCLES(DELAY - 2)
  ) u_address (
      .clk(clk),
      .rst(1'b0),
      .d  ({weight_set, lane}),
      .q  ({read_set, read_lane})
  );
  localparam [LANE_W:0] ALL_LANES = LANES;
  wire [LANE_W-1:0] write_lane = write_address[LANE_W-1:0];
  wire unused_lanes = &{1'b0, read_lane, write_lane, ALL_LANES, 1'b0};

  // ---- biases: of all lanes beside each adder, or of one lane for its adders ------------------
  localparam COPIES = (VALUES % LANES == 0) ? LANES : VALUES;
  wire [COPIES*WIDTH-1:0] biases;
  genvar c;
  generate
    for (c = 0; c < COPIES; c = c + 1) begin : g_bias
      if (VALUES % LANES == 0) begin : g_own_lane
        dw_ram #(
            .WIDTH (WIDTH),
            .ADDR_W(SET_W + 1)
        ) u_ram (
            .clk          (clk),
            .write        (write && (write_lane == c)),
            .write_address(write_address[LANE_W+:SET_W+1]),
            .write_data   (write_data),
            .read         (1'b1),
            .clear        (1'b0),
            .read_address ({bank, read_set}),
            .read_data    (biases[c*WIDTH+:WIDTH])
        );
      end else begin : g_any_lane
        localparam [LANE_W:0] AHEAD = c;
        wire [LANE_W:0] reach = {1'b0, read_lane} + AHEAD;
        wire [LANE_W:0] wrapped = reach - ALL_LANES;
        wire [LANE_W-1:0] own = (reach >= ALL_LANES) ? wrapped[LANE_W-1:0] : reach[LANE_W-1:0];
        wire unused_wrapped = &{1'b0, wrapped[LANE_W], 1'b0};
        dw_ram #(
            .WIDTH (WIDTH),
            .ADDR_W(SET_W + LANE_W + 1)
        ) u_ram (
            .clk          (clk),
            .write        (write),
            .write_address(write_address),
            .write_data   (write_data),
            .read         (1'b1),
            .clear        (1'b0),
            .read_address ({bank, read_set, own}),
            .read_data    (biases[c*WIDTH+:WIDTH])
        );
      end
    end
  endgenerate

  dw_float_bias #(
      .LANES        (VALUES),
      .EXPONENT_W   (EXPONENT_W),
      .SIGNIFICAND_W(SIGNIFICAND_W),
      .SUBNORMALS   (SUBNORMALS)
  ) u_bias (
      .clk (clk),
      .acc (acc),
      .bias({(VALUES / COPIES) {biases}}),
      .sum (sums)
  );

endmodule

`default_nettype wire
