// dw_ifmap_port: hands ifmap beats to the raster and recovers from streams of a wrong length.
//
// Promises: the raster gets exactly the beats that it asks for; `available` is a register. If tlast
// comes early, zeros replace the missing beats. If the final beat comes without tlast, the port
// drops the beats that follow, the one with tlast included; no stream may start meanwhile. In both
// cases the next stream starts with its own first beat, and an error flag is 1 until reset.
`default_nettype none

module dw_ifmap_port #(
    parameter WIDTH = 8  // bits of a beat, without tlast
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             restart,
    input  wire [WIDTH-1:0] s_data,
    input  wire             s_last,
    input  wire             s_valid,
    input  wire             s_valid_next,  // of the next cycle
    output wire             s_ready,
    output reg              excess,      // tlast is overdue: beats are dropped up to it
    output reg              available,   // the raster may take a beat, if it runs
    output reg  [WIDTH-1:0] beat,        // the beat taken in the last cycle; else undefined
    input  wire             take,        // the raster takes it
    input  wire             final_take,  // ... and it is the last of the stream
    output reg              error_short,
    output reg              error_long
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_ifmap_port_WIDTH_must_be_at_least_1 u (); end
  endgenerate

  reg short_stream;  // tlast came early: zeros replace beats until the stream ends

  wire take_real = take && !short_stream;

  assign s_ready = excess || take_real;

  always @(posedge clk) begin
    // No enable: the taps of a void are masked.
    beat <= short_stream ? {WIDTH{1'b0}} : s_data;

    // Zeros are available one cycle after the early tlast. A waiting beat of the next stream makes
    // `available` 1 a cycle earlier, but is not taken.
    available <= !rst && (s_valid_next || (short_stream && !restart));

    if (rst || restart) short_stream <= 1'b0;
    else if (take_real && s_last && !final_take) short_stream <= 1'b1;

    if (rst) excess <= 1'b0;
    else if (take_real && final_take && !s_last) excess <= 1'b1;
    else if (excess && s_valid && s_last) excess <= 1'b0;

    if (rst) error_short <= 1'b0;
    else if (take_real && s_last && !final_take) error_short <= 1'b1;

    if (rst) error_long <= 1'b0;
    else if (take_real && final_take && !s_last) error_long <= 1'b1;
  end

endmodule

`default_nettype wire
