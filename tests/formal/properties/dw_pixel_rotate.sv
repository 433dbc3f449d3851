// One arbitrary pixel of the output against the input pixel that its place and the amount name.
`include "promise.svh"

module check_dw_pixel_rotate #(
    parameter WIDTH = 2,
    parameter PIXELS = 8,
    parameter AMOUNT_W = $clog2(PIXELS)
) (
    input clk,
    input step,
    input [AMOUNT_W-1:0] amount,
    input [PIXELS*WIDTH-1:0] d
);
  wire [PIXELS*WIDTH-1:0] q;
  dw_pixel_rotate #(.WIDTH(WIDTH), .PIXELS(PIXELS)) dut (.*);
  (* anyconst *) reg [AMOUNT_W-1:0] place;
  wire [AMOUNT_W-1:0] source = place + amount;  // modulo PIXELS
  reg stepped = 1'b0, rested = 1'b0;
  reg [WIDTH-1:0] due, held;
  always @(posedge clk) begin
    stepped <= step;
    rested <= !step;
    due <= d[source*WIDTH+:WIDTH];
    held <= q[place*WIDTH+:WIDTH];
  end
  always @* begin
    `PROMISE(pixel_of_place_and_amount, stepped, q[place*WIDTH+:WIDTH] == due)
    `PROMISE(moves_only_with_step, rested, q[place*WIDTH+:WIDTH] == held)
  end
endmodule
