// dw_float_requantise_stage: dw_requantise_stage for an engine that has float rounding.
//
// Promises: lane l of `ofmap` is dw_float_requantise of lane l of `acc`, with the same latency.
// `scale` comes from dw_scale_store: byte k of lane l sits in bits [(k*LANES + l)*8 +: 8], and the
// bytes are those of bias, multiplier and right shift. All other inputs are constant while values
// are in the pipeline.
`default_nettype none

module dw_float_requantise_stage #(
    parameter LANES    = 8,
    parameter ACC_W    = 20,  // bits of a lane of acc, signed
    parameter OFMAP_W  = 8,   // bits of a lane of the ofmap
    parameter ROUNDING = 4    // 4 float; plus 1 double, 2 single
) (
    input  wire                     clk,
    input  wire [  LANES*ACC_W-1:0] acc,
    input  wire [    9*LANES*8-1:0] scale,
    input  wire                     single_rounding,
    input  wire                     float_rounding,
    input  wire [      OFMAP_W-1:0] ofmap_zero_point,
    input  wire [      OFMAP_W-1:0] act_min,
    input  wire [      OFMAP_W-1:0] act_max,
    output wire [LANES*OFMAP_W-1:0] ofmap
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (LANES < 1) begin : bad_1 dw_float_requantise_stage_LANES_must_be_at_least_1 u (); end
  endgenerate

  localparam BYTES = 9;  // 4 of the bias, 4 of the multiplier, 1 of the right shift

  wire [OFMAP_W:0] below, above;

  dw_clamp_bounds #(
      .OFMAP_W(OFMAP_W)
  ) u_clamp_bounds (
      .clk       (clk),
      .zero_point(ofmap_zero_point),
      .act_min   (act_min),
      .act_max   (act_max),
      .below     (below),
      .above     (above)
  );

  genvar lane, k;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : g_requantise
      wire [8*BYTES-1:0] lane_scale;
      for (k = 0; k < BYTES; k = k + 1) begin : g_byte
        assign lane_scale[8*k+:8] = scale[(k*LANES+lane)*8+:8];
      end
      wire unused_right_shift = &{1'b0, lane_scale[8*BYTES-1-:2], 1'b0};

      dw_float_requantise #(
          .ACC_W   (ACC_W),
          .OFMAP_W (OFMAP_W),
          .ROUNDING(ROUNDING)
      ) u_requantise (
          .clk            (clk),
          .acc            (acc[lane*ACC_W+:ACC_W]),
          .bias           (lane_scale[31:0]),
          .multiplier     (lane_scale[63:32]),
          .right_shift    (lane_scale[69:64]),
          .single_rounding(single_rounding),
          .float_rounding (float_rounding),
          .zero_point     (ofmap_zero_point),
          .act_min        (act_min),
          .act_max        (act_max),
          .below          (below),
          .above          (above),
          .ofmap          (ofmap[lane*OFMAP_W+:OFMAP_W])
      );
    end
  endgenerate

endmodule

`default_nettype wire
