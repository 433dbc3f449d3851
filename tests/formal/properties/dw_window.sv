// Every tap against a history of the beats.
`include "promise.svh"

module check_dw_window #(
    parameter MAX_ROW_DELAY = 3,
    parameter MAX_COL_DELAY = 2
) (
    input clk,
    input restart,
    input step,
    input [1:0] row_delay,
    input [1:0] col_delay,
    input d
);
  wire [5:0] taps;  // 2 rows of 3 taps
  dw_window #(.KERNEL_H(2), .KERNEL_W(3), .WIDTH(1), .MAX_ROW_DELAY(MAX_ROW_DELAY),
      .MAX_COL_DELAY(MAX_COL_DELAY)) dut (.*);

  localparam ALL = 1 + MAX_ROW_DELAY + 2 * MAX_COL_DELAY;
  reg started = 1'b0;
  reg [ALL-1:0] history;
  reg [3:0] age;
  reg [3:0] held;
  always @(posedge clk) begin
    started <= started || restart;
    held <= {row_delay, col_delay};
    if (step) history <= {history, d};
    if (restart) age <= 0;
    else if (step && age < ALL) age <= age + 1;
  end
  always @* begin
    assume (row_delay >= 1 && row_delay <= MAX_ROW_DELAY);
    assume (col_delay >= 1 && col_delay <= MAX_COL_DELAY);
    assume (restart || held == {row_delay, col_delay});
    assume (!(restart && step));
    assume (step || restart);  // a cycle without either changes nothing: dw_delay_line
  end
  always @* if (started && !restart && age == ALL) begin
    `PROMISE(newest_tap, 1'b1, taps[5] == history[0])
    `PROMISE(column_delays, 1'b1, taps[4] == history[col_delay] && taps[3] == history[2*col_delay])
    `PROMISE(row_delay_of_the_first_row, 1'b1, taps[2] == history[row_delay])
    `PROMISE(both_delays, 1'b1, taps[1] == history[row_delay+1*col_delay] &&
                                taps[0] == history[row_delay+2*col_delay])
  end
endmodule
