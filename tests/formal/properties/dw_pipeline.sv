// The pipeline against a history of its inputs.
`include "promise.svh"

module check_dw_pipeline #(
    parameter WIDTH = 2,
    parameter CYCLES = 3,
    parameter RESET = 1
) (
    input clk,
    input rst,
    input [WIDTH-1:0] d
);
  wire [WIDTH-1:0] q;
  dw_pipeline #(.WIDTH(WIDTH), .CYCLES(CYCLES), .RESET(RESET)) dut (.*);

  localparam N = (CYCLES > 0) ? CYCLES : 1;
  reg [N*WIDTH-1:0] history;
  reg [3:0] age = 4'd0;  // cycles since the start
  reg [3:0] since_reset = 4'd0;  // cycles since the last reset, at most CYCLES
  always @(posedge clk) begin
    history <= {history, d};
    if (age < CYCLES) age <= age + 1;
    if (rst) since_reset <= 0;
    else if (since_reset < CYCLES) since_reset <= since_reset + 1;
  end
  wire [WIDTH-1:0] delayed = (CYCLES == 0) ? d : history[(N-1)*WIDTH+:WIDTH];
  reg seen_reset = 1'b0;
  always @(posedge clk) seen_reset <= seen_reset || rst;

  always @* begin
    `PROMISE(delays_by_cycles, age == CYCLES && (RESET == 0 || since_reset == CYCLES),
             q == delayed)
    `PROMISE(clear_after_reset, seen_reset && RESET != 0 && since_reset < CYCLES, q == 0)
  end
endmodule
