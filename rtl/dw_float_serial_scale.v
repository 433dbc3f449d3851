// dw_float_serial_scale: dw_serial_scale for an engine that has float rounding.
//
// Promises: `sums` come three cycles after their `lane` and weight_set: the sum of lane `lane`
// first, then those of the lanes that follow; the first lane follows the last. `values` has their
// ofmap values, with the latency of dw_float_requantise. If VALUES is a multiple of LANES, `lane` must
// be 0: the requantisers of a lane share the memory of its scales.
`default_nettype none

module dw_float_serial_scale #(
    parameter VALUES            = 13,  // at most LANES, or a multiple of LANES
    parameter LANES             = 16,
    parameter SET_W             = 4,
    parameter ACC_W             = 20,
    parameter OFMAP_W           = 8,
    parameter ROUNDING          = 4,   // 4 float; plus 1 double, 2 single
    parameter MULTIPLIER_DELAY  = 6,   // cycles after the bias at which the multiplier is used
    parameter RIGHT_SHIFT_DELAY = 11,  // cycles after the bias at which the right shift is used
    // derived
    parameter LANE_W            = (LANES > 1) ? $clog2(LANES) : 1  // index of a lane
) (
    input  wire                           clk,
    input  wire                           write,
    input  wire [     SET_W+LANE_W+1-1:0] write_address,
    input  wire [                 72-1:0] write_data,
    input  wire                           bank,
    input  wire [              SET_W-1:0] weight_set,
    input  wire [             LANE_W-1:0] lane,
    input  wire [       VALUES*ACC_W-1:0] sums,
    input  wire                           single_rounding,
    input  wire                           float_rounding,
    input  wire [            OFMAP_W-1:0] zero_point,
    input  wire [            OFMAP_W-1:0] act_min,
    input  wire [            OFMAP_W-1:0] act_max,
    output wire [     VALUES*OFMAP_W-1:0] values
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (VALUES < 1) begin : bad_1 dw_float_serial_scale_VALUES_must_be_at_least_1 u (); end
    if (SET_W < 1) begin : bad_2 dw_float_serial_scale_SET_W_must_be_at_least_1 u (); end
    if (MULTIPLIER_DELAY < 0) begin : bad_3
      dw_float_serial_scale_MULTIPLIER_DELAY_must_be_at_least_0 u ();
    end
    if ((VALUES > LANES) && (VALUES % LANES != 0)) begin : bad_4
      dw_float_serial_scale_VALUES_must_be_at_most_LANES_or_a_multiple_of_it u ();
    end
    if ((LANE_W < 1) || ((1 << LANE_W) < LANES)) begin : bad_5
      dw_float_serial_scale_LANE_W_must_hold_LANES_minus_1 u ();
    end
    if (RIGHT_SHIFT_DELAY < MULTIPLIER_DELAY) begin : bad_6
      dw_float_serial_scale_RIGHT_SHIFT_DELAY_must_be_at_least_MULTIPLIER_DELAY u ();
    end
  endgenerate

  localparam WIDTH = 72;  // 32 of the bias, 32 of the multiplier, 8 of the right shift
  localparam [LANE_W:0] ALL_LANES = LANES;
  wire [LANE_W-1:0] write_lane = write_address[LANE_W-1:0];
  wire unused_lanes = &{1'b0, lane, write_lane, ALL_LANES, 1'b0};

  wire [OFMAP_W:0] below, above;
  dw_clamp_bounds #(
      .OFMAP_W(OFMAP_W)
  ) u_clamp_bounds (
      .clk       (clk),
      .zero_point(zero_point),
      .act_min   (act_min),
      .act_max   (act_max),
      .below     (below),
      .above     (above)
  );

  // ---- scales: of all lanes beside each requantiser, or of one lane for its requantisers ------
  localparam COPIES = (VALUES % LANES == 0) ? LANES : VALUES;
  wire [COPIES*WIDTH-1:0] scales;
  genvar c, v;
  generate
    for (c = 0; c < COPIES; c = c + 1) begin : g_scale
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
            .read_address ({bank, weight_set}),
            .read_data    (scales[c*WIDTH+:WIDTH])
        );
      end else begin : g_any_lane
        localparam [LANE_W:0] AHEAD = c;
        wire [LANE_W:0] reach = {1'b0, lane} + AHEAD;
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
            .read_address ({bank, weight_set, own}),
            .read_data    (scales[c*WIDTH+:WIDTH])
        );
      end
    end

    for (v = 0; v < VALUES; v = v + 1) begin : g_value
      wire [WIDTH-1:0] scale = scales[(v%COPIES)*WIDTH+:WIDTH];
      wire [31:0] multiplier;
      dw_pipeline #(
          .WIDTH (32),
          .CYCLES(MULTIPLIER_DELAY)
      ) u_multiplier (
          .clk(clk),
          .rst(1'b0),
          .d  (scale[63:32]),
          .q  (multiplier)
      );
      wire [5:0] right_shift;
      dw_pipeline #(
          .WIDTH (6),
          .CYCLES(RIGHT_SHIFT_DELAY)
      ) u_right_shift (
          .clk(clk),
          .rst(1'b0),
          .d  (scale[69:64]),
          .q  (right_shift)
      );
      wire unused_right_shift = &{1'b0, scale[WIDTH-1-:2], 1'b0};

      dw_float_requantise #(
          .ACC_W   (ACC_W),
          .OFMAP_W (OFMAP_W),
          .ROUNDING(ROUNDING)
      ) u_requantise (
          .clk            (clk),
          .acc            (sums[v*ACC_W+:ACC_W]),
          .bias           (scale[31:0]),
          .multiplier     (multiplier),
          .right_shift    (right_shift),
          .single_rounding(single_rounding),
          .float_rounding (float_rounding),
          .zero_point     (zero_point),
          .act_min        (act_min),
          .act_max        (act_max),
          .below          (below),
          .above          (above),
          .ofmap          (values[v*OFMAP_W+:OFMAP_W])
      );
    end
  endgenerate

endmodule

`default_nettype wire
