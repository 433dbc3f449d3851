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
  reg step_1 = 1'b0, known = 1'b0;
  reg [AMOUNT_W-1:0] amount_1;
  wire [AMOUNT_W-1:0] source = place + amount_1;  // modulo PIXELS
  reg stepped = 1'b0, rested = 1'b0;
  (* hierconn *) wire \dut.moves ;
  (* hierconn *) wire [AMOUNT_W-1:0] \dut.turn ;
  reg [WIDTH-1:0] due, held;
  always @(posedge clk) begin
    known <= 1'b1;
    {step_1, amount_1} <= {step, amount};
    stepped <= known && step_1;
    rested <= known && !step_1;
    due <= d[source*WIDTH+:WIDTH];
    held <= q[place*WIDTH+:WIDTH];
  end
  always @* begin
    aid_waits: assert (!known || (\dut.moves == step_1 && \dut.turn == amount_1));
    `PROMISE(pixel_of_place_and_amount, stepped, q[place*WIDTH+:WIDTH] == due)
    `PROMISE(moves_only_with_step, rested, q[place*WIDTH+:WIDTH] == held)
  end
endmodule
