// dw_raster_axis: counts the positions of one axis of a raster and marks those that are hit.
//
// Promises: each step moves to the next position; 0 follows pitch-1. `hit` is 1 at the first
// `count` positions of 0, stride, 2*stride, ...; `final_hit` is 1 at the last of those, and `last`
// at position pitch-1. All three are registers, because the decision on the next slot depends on
// them. `hit_next` is the value of `hit` after a step without restart. count must not be 0.
`default_nettype none

module dw_raster_axis #(
    parameter WIDTH = 8  // bits of the counts
) (
    input  wire             clk,
    input  wire             restart,
    input  wire             step,
    input  wire [WIDTH-1:0] pitch,
    input  wire [WIDTH-1:0] stride,
    input  wire [WIDTH-1:0] count,
    output reg              last,
    output reg              hit,
    output wire             hit_next,
    output reg              final_hit
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_raster_axis_WIDTH_must_be_at_least_1 u (); end
  endgenerate

  reg [WIDTH-1:0] left;  // positions to go, this one included
  reg [WIDTH-1:0] phase;  // positions to the next multiple of stride
  reg [WIDTH-1:0] hits_left;  // hits at this position and later
  reg in_phase;  // phase is 1
  reg has_more;  // later positions are hit

  // The flags after the step, computed without the results of the adders.
  wire reload = restart || last;
  wire multiple = reload || in_phase;  // the next position is a multiple of stride
  wire hit_again = in_phase && has_more;
  wire one_later = hit ? ({1'b0, hits_left} == 2) : (hits_left == 1);

  assign hit_next = last || hit_again;

  always @(posedge clk) begin
    if (restart || step) begin
      left      <= reload ? pitch : left - 1'b1;
      last      <= reload ? (pitch == 1) : ({1'b0, left} == 2);
      phase     <= multiple ? stride : phase - 1'b1;
      in_phase  <= multiple ? (stride == 1) : ({1'b0, phase} == 2);
      hits_left <= reload ? count : hits_left - {{(WIDTH - 1) {1'b0}}, hit};
      hit       <= reload || hit_again;
      final_hit <= reload ? (count == 1) : hit_again && one_later;
      has_more  <= reload ? (count != 1) : has_more && !(hit_again && one_later);
    end
  end

endmodule

`default_nettype wire
