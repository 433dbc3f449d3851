// dw_raster_axis: counts one axis of a raster and says where it is hit.
//
// Promises: positions 0 .. pitch-1, over and over, one a step. `hit` holds at positions
// 0, stride, 2*stride, ..., `count` of them; `final_hit` with the last of those; `last`
// at position pitch-1. All three are registers: what the next slot does hangs on them.
// `hit_next` is what `hit` will be after a step.
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

  reg [WIDTH-1:0] left;  // positions to go, this one included
  reg [WIDTH-1:0] phase;  // positions to the next multiple of stride, plus 1
  reg [WIDTH-1:0] hits_left;

  // What will be true after the step, found without the adders' results.
  wire anew = restart || last;
  wire in_phase = (phase == 1);
  wire last_next = anew ? (pitch == 1) : ({1'b0, left} == 2);
  wire phase_next = anew || (in_phase ? (stride == 1) : ({1'b0, phase} == 2));
  wire some_next = anew ? (count != 0) : hit ? (hits_left != 1) : (hits_left != 0);
  wire one_next = anew ? (count == 1) : hit ? ({1'b0, hits_left} == 2) : (hits_left == 1);

  assign hit_next = phase_next && some_next;

  always @(posedge clk) begin
    if (restart || step) begin
      left <= anew ? pitch : left - 1'b1;
      phase <= anew ? 1 : in_phase ? stride : phase - 1'b1;
      hits_left <= anew ? count : hit ? hits_left - 1'b1 : hits_left;
      last <= last_next;
      hit <= hit_next;
      final_hit <= phase_next && one_next;
    end
  end

endmodule

`default_nettype wire
