// dw_raster_axis: counts one axis of a raster and says where it is hit.
//
// Promises: positions 0 .. pitch-1, over and over, one a step. `hit` holds at positions
// 0, stride, 2*stride, ..., `count` of them; `final_hit` with the last of those; `last`
// at position pitch-1.
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
    output wire             last,
    output wire             hit,
    output wire             final_hit
);

  reg [WIDTH-1:0] left;  // positions to go, this one included
  reg [WIDTH-1:0] phase;  // positions to the next multiple of stride, plus 1
  reg [WIDTH-1:0] hits_left;

  assign last = (left == 1);
  assign hit = (phase == 1) && (hits_left != 0);
  assign final_hit = (phase == 1) && (hits_left == 1);

  always @(posedge clk) begin
    if (restart || (step && last)) begin
      left <= pitch;
      phase <= 1;
      hits_left <= count;
    end else if (step) begin
      left  <= left - 1'b1;
      phase <= (phase == 1) ? stride : phase - 1'b1;
      if (hit) hits_left <= hits_left - 1'b1;
    end
  end

endmodule

`default_nettype wire
