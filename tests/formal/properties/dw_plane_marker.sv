// The marks against a history of all steps since the restart.
`include "promise.svh"

module check_dw_plane_marker #(
    parameter MAX_LAG = 6,
    parameter LAG_W = $clog2(MAX_LAG + 1)
) (
    input clk,
    input restart,
    input step,
    input [LAG_W-1:0] lag,
    input mark
);
  wire mark_next;
  dw_plane_marker #(.MAX_LAG(MAX_LAG), .SHIFT_LENGTH_MAX(4)) dut (.*);
  (* hierconn *) wire \dut.is_one , \dut.held ;
  (* hierconn *) wire \dut.genblk4.g_line.is_two , \dut.genblk4.g_line.is_longer , \dut.genblk4.g_line.line_filled ;
  (* hierconn *) wire [LAG_W-1:0] \dut.genblk4.g_line.stale ;
  (* hierconn *) wire [3:0] \dut.genblk4.g_line.u_line.g_shift.stages ;

  // Mark i of the history was i + 1 steps ago; marks from before the restart are 0.
  reg started = 1'b0, restarted = 1'b0;
  reg [LAG_W-1:0] held_lag;
  reg [MAX_LAG-1:0] history;
  reg [3:0] age;
  always @(posedge clk) begin
    started <= started || restart;
    restarted <= restart;
    held_lag <= lag;
    if (restart) begin
      history <= 0;
      age <= 0;
    end else if (step) begin
      history <= {history, mark};
      if (age < MAX_LAG) age <= age + 1;
    end
  end

  always @* begin
    assume (lag <= MAX_LAG);
    assume (restart || lag == held_lag);
    assume (!restarted || lag == held_lag);
  end

  always @* if (started && !restart) begin
    `PROMISE(marks_lag_slots_later, lag >= 2, mark_next == history[lag-2])
    `PROMISE(lag_one, lag == 1, mark_next == mark)
    `PROMISE(lag_two, lag == 2, mark_next == history[0])
    `PROMISE(no_lag_no_mark, lag == 0, !mark_next)
    `PROMISE(no_mark_from_before_a_restart, lag >= 2 && age < lag - 1, !mark_next)
    aid_kind: assert (\dut.is_one == (lag == 1) && \dut.genblk4.g_line.is_two == (lag == 2) &&
                      \dut.genblk4.g_line.is_longer == (lag > 2));
    aid_age: assert (age <= MAX_LAG);
    aid_history: assert ((history >> age) == 0);
    aid_held: assert (\dut.held == ((lag >= 2) ? history[lag-2] : 1'b0));
    aid_filled: assert (lag <= 2 || \dut.genblk4.g_line.line_filled == (age >= lag - 2));
    aid_stale: assert (lag <= 2 || age >= lag - 2 || \dut.genblk4.g_line.stale == lag - 2 - age);
    aid_short: assert (lag > 2 || !\dut.genblk4.g_line.line_filled );
  end

  genvar i;
  generate
    for (i = 0; i < 4; i = i + 1) begin : g_stage
      wire [LAG_W-1:0] back = lag - 3 - i;
      always @* if (started && !restart && lag > 2 && i < lag - 2 && age > back)
        assert (\dut.genblk4.g_line.u_line.g_shift.stages [i] == history[back]);
    end
  endgenerate
endmodule
