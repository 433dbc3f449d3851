// dw_serial_rules: the steps in which dw_serial_geometry_check tests a geometry, as a table.
//
// A step computes `a`, `a*b + c`, or the remainder of `a` divided by `b`, and demands that the
// result lies from `low` to `high`, as signed numbers. `code` is the number of its rule; a rule has
// one or more steps, and a step without limits prepares the next one, which sees its result as
// `value`. `keep` names the number that the quotient of a division becomes.
//
// Promises: the outputs depend on the inputs combinationally. A geometry that passes all steps is
// that of a layer which the engine can run, with every derived value right.
`default_nettype none

module dw_serial_rules #(
    parameter             WIDTH                  = 24,
    parameter             BEAT_W                 = 2,   // an ifmap beat has 2**BEAT_W pixels
    parameter [WIDTH-1:0] LANES                  = 1,
    parameter [WIDTH-1:0] KERNEL_H               = 1,
    parameter [WIDTH-1:0] KERNEL_W               = 1,
    parameter [WIDTH-1:0] MAX_ROW_PITCH          = 1,
    parameter [WIDTH-1:0] MAX_PLANE_ROWS         = 1,
    parameter [WIDTH-1:0] MAX_DILATION_H         = 1,
    parameter [WIDTH-1:0] MAX_DILATION_W         = 1,
    parameter [WIDTH-1:0] CELLS                  = 1,
    parameter [WIDTH-1:0] FULL_RATE_STRIDE       = 2,   // the largest stride of several cells
    parameter [WIDTH-1:0] SEGMENT                = 1,
    parameter [WIDTH-1:0] REQUANTISERS           = 1,
    parameter [WIDTH-1:0] OFMAP_PIXELS           = 1,
    parameter [WIDTH-1:0] MAX_REACH              = 1,   // pixels of the rows that a group needs
    parameter [WIDTH-1:0] MAX_CHANNEL_MULTIPLIER = 1,
    parameter [WIDTH-1:0] MAX_CHANNEL_GROUPS     = 1,
    parameter [WIDTH-1:0] MAX_BATCH              = 1,
    parameter [WIDTH-1:0] MIN_SINGLE_ROUNDING    = 0,   // 1: the engine has single rounding only
    parameter [WIDTH-1:0] MAX_SINGLE_ROUNDING    = 1    // 0: the engine has double rounding only
) (
    input  wire        [      5:0] step,
    // results of earlier steps
    input  wire signed [WIDTH-1:0] value,
    input  wire signed [WIDTH-1:0] quotient,
    input  wire signed [WIDTH-1:0] places_w,
    input  wire signed [WIDTH-1:0] ofmap_w,
    input  wire signed [WIDTH-1:0] ofmap_h,
    // the geometry
    input  wire                    refused_write,
    input  wire                    load,
    input  wire signed [WIDTH-1:0] kept_sets,
    input  wire signed [WIDTH-1:0] ifmap_w,
    input  wire signed [WIDTH-1:0] ifmap_h,
    input  wire signed [WIDTH-1:0] kernel_w,
    input  wire signed [WIDTH-1:0] kernel_h,
    input  wire signed [WIDTH-1:0] stride_w,
    input  wire signed [WIDTH-1:0] stride_h,
    input  wire signed [WIDTH-1:0] dilation_w,
    input  wire signed [WIDTH-1:0] dilation_h,
    input  wire signed [WIDTH-1:0] pitch,
    input  wire signed [WIDTH-1:0] start_x,
    input  wire signed [WIDTH-1:0] start_y,
    input  wire signed [WIDTH-1:0] wrap_x,
    input  wire signed [WIDTH-1:0] end_x,
    input  wire signed [WIDTH-1:0] end_y,
    input  wire signed [WIDTH-1:0] cells,
    input  wire signed [WIDTH-1:0] cell_stride,
    input  wire signed [WIDTH-1:0] step_x,
    input  wire signed [WIDTH-1:0] step_y,
    input  wire signed [WIDTH-1:0] tap_segments,
    input  wire signed [WIDTH-1:0] span,
    input  wire signed [WIDTH-1:0] start_address,
    input  wire signed [WIDTH-1:0] step_address,
    input  wire signed [WIDTH-1:0] row_address,
    input  wire signed [WIDTH-1:0] tap_address,
    input  wire signed [WIDTH-1:0] plane_beats,
    input  wire signed [WIDTH-1:0] groups,
    input  wire signed [WIDTH-1:0] last_cell,
    input  wire signed [WIDTH-1:0] chunks,
    input  wire signed [WIDTH-1:0] final_chunks,
    input  wire signed [WIDTH-1:0] beat_pad,
    input  wire signed [WIDTH-1:0] channel_multiplier,
    input  wire signed [WIDTH-1:0] planes,
    input  wire signed [WIDTH-1:0] image_planes,
    input  wire signed [WIDTH-1:0] weight_sets,
    input  wire signed [WIDTH-1:0] tail_channels,
    input  wire signed [WIDTH-1:0] act_min,
    input  wire signed [WIDTH-1:0] act_max,
    input  wire signed [WIDTH-1:0] single_rounding,
    // the step
    output reg         [      7:0] code,
    output reg         [      1:0] kind,
    output reg signed  [WIDTH-1:0] a,
    output reg signed  [WIDTH-1:0] b,
    output reg signed  [WIDTH-1:0] c,
    output reg signed  [WIDTH-1:0] low,
    output reg signed  [WIDTH-1:0] high,
    output reg         [      1:0] keep,
    output reg                     last
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (BEAT_W < 0) begin : bad_1 dw_serial_rules_BEAT_W_must_be_at_least_0 u (); end
    if (LANES < 1) begin : bad_2 dw_serial_rules_LANES_must_be_at_least_1 u (); end
    if (CELLS < 1) begin : bad_3 dw_serial_rules_CELLS_must_be_at_least_1 u (); end
    if (REQUANTISERS < 1) begin : bad_4 dw_serial_rules_REQUANTISERS_must_be_at_least_1 u (); end
    if (SEGMENT < KERNEL_W) begin : bad_5 dw_serial_rules_SEGMENT_must_be_at_least_KERNEL_W u (); end
  endgenerate

  localparam [1:0] VALUE = 2'd0;
  localparam [1:0] PRODUCT = 2'd1;
  localparam [1:0] REMAINDER = 2'd2;

  localparam [1:0] PLACES_W = 2'd1;
  localparam [1:0] OFMAP_W = 2'd2;
  localparam [1:0] OFMAP_H = 2'd3;

  localparam signed [WIDTH-1:0] ZERO = 0;
  localparam signed [WIDTH-1:0] ONE = 1;
  localparam signed [WIDTH-1:0] BEAT_REST = (1 << BEAT_W) - 1;
  localparam signed [WIDTH-1:0] MOST = {1'b0, {(WIDTH - 1) {1'b1}}};
  localparam signed [WIDTH-1:0] LEAST = {1'b1, {(WIDTH - 1) {1'b0}}};

  localparam signed [WIDTH-1:0] SPARE = (REQUANTISERS > LANES) ? REQUANTISERS : ZERO;

  wire signed [WIDTH-1:0] columns = end_x - start_x;  // ofmap_w * stride_w
  wire signed [WIDTH-1:0] rows = end_y - start_y;
  wire signed [WIDTH-1:0] one_less = pitch - stride_w;  // a pitch of one place less
  wire one_cell = (cells == ONE);
  wire signed [WIDTH-1:0] reach = (value < ifmap_h) ? value : ifmap_h;

  always @(*) begin
    kind = VALUE;
    a = ONE;
    b = ONE;
    c = ZERO;
    low = ZERO;  // most steps demand 0
    high = ZERO;
    keep = 2'd0;
    last = 1'b0;
    code = 8'd0;
    case (step)
      6'd0: begin
        code = 8'd1;
        a = {{(WIDTH - 1) {1'b0}}, refused_write};
      end
      6'd1: {code, a, low, high} = {8'd2, ifmap_w, ONE, MAX_ROW_PITCH};
      6'd2: {code, a, low, high} = {8'd3, ifmap_h, ONE, MAX_PLANE_ROWS};
      6'd3: {code, a, low, high} = {8'd4, kernel_w, ONE, KERNEL_W};
      6'd4: {code, a, low, high} = {8'd5, kernel_h, ONE, KERNEL_H};
      6'd5: {code, a, low, high} = {8'd6, stride_w, ONE, MAX_ROW_PITCH};
      6'd6: {code, a, low, high} = {8'd7, stride_h, ONE, MAX_PLANE_ROWS};
      6'd7: begin
        {code, a, low} = {8'd8, dilation_w, ONE};
        high = (kernel_w == ONE) ? ONE : MAX_DILATION_W;
      end
      6'd8: begin
        {code, a, low} = {8'd9, dilation_h, ONE};
        high = (kernel_h == ONE) ? ONE : MAX_DILATION_H;
      end
      6'd9: {code, a, low} = {8'd10, start_x, LEAST};
      6'd10: {code, a, low} = {8'd11, start_y, LEAST};
      6'd11: {code, a, low, high} = {8'd12, pitch, ONE, MAX_ROW_PITCH};
      6'd12: {code, kind, a, b, keep} = {8'd12, REMAINDER, pitch, stride_w, PLACES_W};
      6'd13: {code, a, low, high} = {8'd13, columns, ONE, pitch};
      6'd14: {code, kind, a, b, keep} = {8'd13, REMAINDER, columns, stride_w, OFMAP_W};
      6'd15: {code, a, low, high} = {8'd14, rows, ONE, MAX_PLANE_ROWS};
      6'd16: {code, kind, a, b, keep} = {8'd14, REMAINDER, rows, stride_h, OFMAP_H};
      6'd17: begin
        {code, kind, a, b, high} = {8'd15, PRODUCT, dilation_w, kernel_w - ONE, MOST};
        c = end_x - ifmap_w;
      end
      6'd18: begin
        {code, kind, a, b, high} = {8'd16, PRODUCT, dilation_h, kernel_h - ONE, MOST};
        c = end_y - ifmap_h;
      end
      6'd19: begin
        // One more than the last column that a tap uses; the ifmap may end before it.
        {code, kind, a, b} = {8'd17, PRODUCT, dilation_w, kernel_w - ONE};
        c = end_x - stride_w + ONE;
        low = (pitch == columns) ? LEAST : (ifmap_w > one_less) ? one_less + ONE : MOST;
        high = (ifmap_w <= pitch) ? MOST : pitch;
      end
      6'd20: {code, a} = {8'd18, wrap_x - pitch - start_x};
      6'd21: {code, a, low, high} = {8'd19, cells, ONE, CELLS};
      6'd22: {code, a, high} = {8'd19, stride_w, one_cell ? MOST : FULL_RATE_STRIDE};
      6'd23: {code, a} = {8'd20, cell_stride - (one_cell ? ONE : stride_w)};
      6'd24: begin
        {code, a, high} = {8'd21, tap_segments, ONE};
        low = (dilation_w == ONE) ? ZERO : ONE;
      end
      6'd25: begin
        {code, kind, a, b} = {8'd22, PRODUCT, stride_w, cells - ONE};
        c = ((tap_segments == ONE) ? ONE : kernel_w) - span;
      end
      6'd26: {code, a, high} = {8'd22, span, SEGMENT};
      6'd27: {kind, a, b, high} = {REMAINDER, cells, places_w, MOST};
      6'd28: {code, kind, a, b, c} = {8'd23, PRODUCT, stride_w, value, -step_x};
      6'd29: {code, kind, a, b, c} = {8'd24, PRODUCT, stride_h, quotient, -step_y};
      6'd30: {code, kind, a, b, c} = {8'd25, PRODUCT, ifmap_w, -start_y, start_address};
      6'd31: {code, kind, a, b, c} = {8'd26, PRODUCT, ifmap_w, step_y, -step_address};
      6'd32: {code, kind, a, b, c} = {8'd27, PRODUCT, ifmap_w, stride_h, -row_address};
      6'd33: {code, kind, a, b, c} = {8'd28, PRODUCT, ifmap_w, dilation_h, -tap_address};
      6'd34: begin
        {code, kind, a, b, low} = {8'd29, PRODUCT, ifmap_w, ifmap_h, -BEAT_REST};
        c = -(plane_beats << BEAT_W);
      end
      6'd35: {kind, a, b, c, high} = {PRODUCT, places_w, ofmap_h - ONE, ofmap_w - ONE, MOST};
      6'd36: {code, kind, a, b, low, high} = {8'd30, REMAINDER, value, cells, last_cell, last_cell};
      6'd37: {code, a} = {8'd31, quotient + ONE - groups};
      6'd38: {kind, a, b, high} = {PRODUCT, REQUANTISERS, chunks, MOST};
      6'd39: begin
        {code, kind, a, b, c} = {8'd32, PRODUCT, LANES, cells, -value};
        low = ONE - REQUANTISERS;
      end
      6'd40: {code, a, low, high} = {8'd33, channel_multiplier, ONE, MAX_CHANNEL_MULTIPLIER};
      6'd41: {code, a, high} = {8'd34, beat_pad, OFMAP_PIXELS - ONE};
      6'd42: {kind, a, b, high} = {PRODUCT, ofmap_w, ofmap_h, MOST};
      6'd43: {kind, a, b, c, high} = {PRODUCT, value, channel_multiplier, beat_pad, MOST};
      6'd44: {code, kind, a, b} = {8'd34, REMAINDER, value, OFMAP_PIXELS};
      6'd45: {code, a, low, high} = {8'd35, image_planes, ONE, MAX_CHANNEL_GROUPS};
      6'd46: {code, kind, a, b, c} = {8'd36, PRODUCT, image_planes, channel_multiplier, -weight_sets};
      6'd47: {code, a, high} = {8'd37, weight_sets, load ? MOST : kept_sets};
      6'd48: {code, kind, a, b} = {8'd38, REMAINDER, planes, image_planes};
      6'd49: {code, a, low, high} = {8'd38, quotient, ONE, MAX_BATCH};
      6'd50: {code, a, low, high} = {8'd39, tail_channels, ONE, LANES};
      6'd51: {code, a, low, high} = {8'd40, act_min, LEAST, act_max};
      6'd52: begin
        {code, a} = {8'd41, single_rounding};
        {low, high} = {MIN_SINGLE_ROUNDING, MAX_SINGLE_ROUNDING};
      end
      // The last column that a group needs, counted from its first raster row, and its rows.
      6'd53: begin
        {kind, a, b, low, high} = {PRODUCT, stride_w, cells - ONE, LEAST, MOST};
        c = one_less + start_x;
      end
      6'd54: begin
        {kind, a, b, low, high} = {PRODUCT, dilation_w, kernel_w - ONE, LEAST, MOST};
        c = value;
      end
      6'd55: {kind, a, b, high} = {REMAINDER, (value < ZERO) ? ZERO : value, pitch, MOST};
      6'd56: begin
        {kind, a, c, high} = {PRODUCT, stride_h, ONE, MOST};
        b = (quotient < ofmap_h) ? quotient : ofmap_h - ONE;
      end
      6'd57: {kind, a, b, c, high} = {PRODUCT, dilation_h, kernel_h - ONE, value, MOST};
      6'd58: {code, kind, a, b, high} = {8'd42, PRODUCT, ifmap_w, reach, MAX_REACH};
      6'd59: {kind, a, b, c, high} = {PRODUCT, LANES, last_cell, LANES, MOST};
      default: begin
        {code, kind, a, b} = {8'd43, PRODUCT, REQUANTISERS, final_chunks};
        c = -value - SPARE;
        high = REQUANTISERS - ONE;
        last = 1'b1;
      end
    endcase
  end

endmodule

`default_nettype wire
