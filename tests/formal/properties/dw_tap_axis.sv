// The masks against signed coordinates with room to spare.
`include "promise.svh"

module check_dw_tap_axis #(
    parameter MAX_SIZE = 7,
    parameter SIZE_W = $clog2(MAX_SIZE + 1),
    parameter WIDTH = SIZE_W + 2
) (
    input clk,
    input restart,
    input step,
    input reload,
    input [2*WIDTH-1:0] start,
    input [SIZE_W-1:0] size
);
  wire [1:0] mask;
  dw_tap_axis #(.TAPS(2), .MAX_SIZE(MAX_SIZE)) dut (.*);
  (* hierconn *) wire [WIDTH-1:0] \dut.g_tap[0].coordinate , \dut.g_tap[1].coordinate ;

  reg started = 1'b0;
  reg [2*WIDTH-1:0] held_start;
  reg [SIZE_W-1:0] held_size;
  reg [WIDTH-1:0] position;
  wire signed [WIDTH+1:0] start_0 = $signed(start[WIDTH-1:0]);
  wire signed [WIDTH+1:0] start_1 = $signed(start[2*WIDTH-1:WIDTH]);
  wire signed [WIDTH+1:0] at = {2'b00, position};
  wire signed [WIDTH+1:0] end_of_ifmap = {{WIDTH + 2 - SIZE_W{1'b0}}, size};
  wire signed [WIDTH+1:0] at_0 = start_0 + at, at_1 = start_1 + at;
  localparam signed [WIDTH+1:0] MOST = (1 << (WIDTH - 1)) - 1;
  always @(posedge clk) begin
    started <= started || restart;
    held_start <= start;
    held_size <= size;
    if (restart || (step && reload)) position <= 0;
    else if (step) position <= position + 1;
  end

  always @* begin
    assume (restart || (start == held_start && size == held_size));
    // A coordinate lies between -MAX_SIZE and 2 * MAX_SIZE.
    assume (at_0 <= MOST && at_1 <= MOST);
  end

  always @* if (started && !restart) begin
    `PROMISE(first_tap_inside, at_0 >= 0 && at_0 < end_of_ifmap, mask[0])
    `PROMISE(first_tap_before_the_ifmap, at_0 < 0, !mask[0])
    `PROMISE(first_tap_behind_the_ifmap, at_0 >= end_of_ifmap, !mask[0])
    `PROMISE(second_tap, at_1 >= 0 && at_1 < end_of_ifmap, mask[1])
    `PROMISE(second_tap_outside, at_1 < 0 || at_1 >= end_of_ifmap, !mask[1])
    aid_at: assert (\dut.g_tap[0].coordinate == at_0[WIDTH-1:0] &&
                    \dut.g_tap[1].coordinate == at_1[WIDTH-1:0]);
  end
endmodule
