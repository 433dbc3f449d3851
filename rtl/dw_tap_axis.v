// dw_tap_axis: finds the taps of one axis that lie inside the ifmap.
//
// Promises: mask[t] is 1 if start[t] + position lies in 0 .. size-1. `position` is the count of
// steps since the last step with `reload`, or since the last restart.
`default_nettype none

module dw_tap_axis #(
    parameter TAPS     = 3,   // taps of this axis
    parameter MAX_SIZE = 63,  // of the raster, and of the ifmap in it
    // derived
    parameter SIZE_W   = $clog2(MAX_SIZE + 1),
    parameter WIDTH    = SIZE_W + 2  // a coordinate from -MAX_SIZE to 2 * MAX_SIZE
) (
    input  wire                  clk,
    input  wire                  restart,
    input  wire                  step,
    input  wire                  reload,   // this step returns to position 0
    input  wire [TAPS*WIDTH-1:0] start,
    input  wire [    SIZE_W-1:0] size,
    output wire [      TAPS-1:0] mask
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (TAPS < 1) begin : bad_1 dw_tap_axis_TAPS_must_be_at_least_1 u (); end
    if (MAX_SIZE < 1) begin : bad_2 dw_tap_axis_MAX_SIZE_must_be_at_least_1 u (); end
    if ((1 << SIZE_W) <= MAX_SIZE) begin : bad_3 dw_tap_axis_SIZE_W_must_hold_MAX_SIZE u (); end
    if (WIDTH != SIZE_W + 2) begin : bad_4 dw_tap_axis_WIDTH_must_be_SIZE_W_plus_2 u (); end
  endgenerate

  localparam [WIDTH-1:0] ONE = 1;

  wire [WIDTH-1:0] limit = {{(WIDTH - SIZE_W) {1'b0}}, size};

  genvar t;
  generate
    for (t = 0; t < TAPS; t = t + 1) begin : g_tap
      // Negative coordinates are large unsigned numbers, above every limit.
      reg [WIDTH-1:0] coordinate;
      assign mask[t] = (coordinate < limit);
      always @(posedge clk) begin
        if (restart || step) begin
          coordinate <= (restart || reload) ? start[t*WIDTH+:WIDTH] : coordinate + ONE;
        end
      end
    end
  endgenerate

endmodule

`default_nettype wire
