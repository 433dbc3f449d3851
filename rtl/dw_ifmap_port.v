// dw_ifmap_port: hands ifmap beats to the raster and keeps streams of a wrong length apart.
//
// Promises: the raster gets exactly the beats it asks for; `available` is a register. When tlast
// comes early, zeros stand in for the missing beats, as for padding; when it does not come with the
// final beat, beats are dropped up to and with the tlast that comes later; no stream may run
// meanwhile. Either way the next stream starts on its own first beat, and the error flag is up
// until reset.
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
    output reg  [WIDTH-1:0] beat,        // the beat that was taken, if one was
    input  wire             take,        // the raster takes it
    input  wire             final_take,  // ... and it is the last of the stream
    output reg              error_short,
    output reg              error_long
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_ifmap_port_WIDTH_must_be_at_least_1 u (); end
  endgenerate

  reg short_stream;  // tlast came early: zeros until the stream ends

  wire take_real = take && !short_stream;

  assign s_ready = excess || take_real;

  always @(posedge clk) begin
    // Free-running: what a void brings is masked.
    beat <= short_stream ? {WIDTH{1'b0}} : s_data;

    // Zeros are there a cycle after the early tlast; a beat of the next stream may make it
    // sooner, and stays where it is.
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
