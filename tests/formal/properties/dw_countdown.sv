// The countdown against a counter that counts up.
`include "promise.svh"

module check_dw_countdown #(
    parameter WIDTH = 4
) (
    input clk,
    input restart,
    input step,
    input [WIDTH-1:0] count
);
  wire last;
  dw_countdown #(.WIDTH(WIDTH)) dut (.*);
  (* hierconn *) wire [WIDTH-1:0] \dut.left ;

  reg started = 1'b0;
  reg [WIDTH-1:0] held, position;  // steps since the restart, modulo count
  always @(posedge clk) begin
    started <= started || restart;
    held <= count;
    if (restart) position <= 0;
    else if (step) position <= (position + 1 == count) ? 0 : position + 1;
  end

  always @* begin
    assume (count != 0);
    assume (restart || count == held);
  end

  always @* if (started && !restart) begin
    `PROMISE(last_at_every_count_th_step, position + 1 == count, last)
    `PROMISE(not_before, position + 1 != count, !last)
    aid_range: assert (position < count);
    aid_left: assert (\dut.left == count - position);
  end
endmodule
