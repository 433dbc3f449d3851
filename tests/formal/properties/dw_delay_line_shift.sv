// The line as a shift register, against a history of all words that have entered.
`include "promise.svh"

module check_dw_delay_line_shift #(
    parameter WIDTH = 2,
    parameter MAX_LENGTH = 4,
    parameter SHORTER = 1,
    parameter LENGTH_W = $clog2(MAX_LENGTH + SHORTER + 1)
) (
    input clk,
    input restart,
    input step,
    input [LENGTH_W-1:0] length,
    input [WIDTH-1:0] d
);
  wire [WIDTH-1:0] q;
  dw_delay_line #(.WIDTH(WIDTH), .MAX_LENGTH(MAX_LENGTH), .SHIFT_LENGTH_MAX(4), .SHORTER(SHORTER))
      dut (.*);
  (* hierconn *) wire [WIDTH*MAX_LENGTH-1:0] \dut.g_shift.stages ;

  reg started = 1'b0, idle = 1'b0;
  reg [LENGTH_W-1:0] held_length;
  reg [MAX_LENGTH*WIDTH-1:0] history;
  reg [3:0] age;
  reg [WIDTH-1:0] held_q;
  wire [LENGTH_W-1:0] delay = length - SHORTER;
  always @(posedge clk) begin
    started <= started || restart;
    held_length <= length;
    held_q <= q;
    idle <= !step;
    if (step) history <= {history, d};
    if (restart) age <= 0;
    else if (step && age < MAX_LENGTH) age <= age + 1;
  end

  always @* begin
    assume (delay >= 1 && delay <= MAX_LENGTH && length > SHORTER);
    assume (restart || length == held_length);
    assume (!(restart && step));
  end

  always @* begin
    if (started && !restart) begin
      `PROMISE(delays_by_length_steps, age >= delay, q == history[(delay-1)*WIDTH+:WIDTH])
      aid_age: assert (age <= MAX_LENGTH);
    end
    `PROMISE(moves_only_with_step, idle, q == held_q)
  end

  genvar i;
  generate
    for (i = 0; i < MAX_LENGTH; i = i + 1) begin : g_stage
      // The word of stage i leaves after i steps, so it entered delay - i steps ago.
      wire [LENGTH_W-1:0] back = delay - i - 1;
      always @* if (started && !restart && i < delay && age >= delay - i)
        assert (\dut.g_shift.stages [i*WIDTH+:WIDTH] == history[back*WIDTH+:WIDTH]);
    end
  endgenerate
endmodule
