// dw_window: line buffers and window registers. Tap (KERNEL_H-1, KERNEL_W-1) has the newest beat.
//
// Promises: after a step with beat d, tap (r, c) holds the beat that entered
// (KERNEL_H-1-r)*row_delay + (KERNEL_W-1-c)*col_delay steps before d. Tap (r, c) sits in bits
// [(r*KERNEL_W + c)*WIDTH +: WIDTH].
`default_nettype none

module dw_window #(
    parameter KERNEL_H         = 3,
    parameter KERNEL_W         = 3,
    parameter WIDTH            = 64,   // bits of a beat
    parameter MAX_ROW_DELAY    = 224,  // slots
    parameter MAX_COL_DELAY    = 1,    // slots
    parameter SHIFT_LENGTH_MAX = 4,    // longest delay line that is a shift register
    // derived
    parameter ROW_DELAY_W      = $clog2(MAX_ROW_DELAY + 1),
    parameter COL_DELAY_W      = $clog2(MAX_COL_DELAY + 1)
) (
    input  wire                               clk,
    input  wire                               restart,
    input  wire                               step,
    input  wire [            ROW_DELAY_W-1:0] row_delay,
    input  wire [            COL_DELAY_W-1:0] col_delay,
    input  wire [                  WIDTH-1:0] d,
    output wire [KERNEL_H*KERNEL_W*WIDTH-1:0] taps
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (KERNEL_H < 1) begin : bad_1 dw_window_KERNEL_H_must_be_at_least_1 u (); end
    if (KERNEL_W < 1) begin : bad_2 dw_window_KERNEL_W_must_be_at_least_1 u (); end
    if (WIDTH < 1) begin : bad_3 dw_window_WIDTH_must_be_at_least_1 u (); end
    if (MAX_ROW_DELAY < 1) begin : bad_4 dw_window_MAX_ROW_DELAY_must_be_at_least_1 u (); end
    if (MAX_COL_DELAY < 1) begin : bad_5 dw_window_MAX_COL_DELAY_must_be_at_least_1 u (); end
    if ((1 << ROW_DELAY_W) <= MAX_ROW_DELAY) begin : bad_6
      dw_window_ROW_DELAY_W_must_hold_MAX_ROW_DELAY u ();
    end
    if ((1 << COL_DELAY_W) <= MAX_COL_DELAY) begin : bad_7
      dw_window_COL_DELAY_W_must_hold_MAX_COL_DELAY u ();
    end
  endgenerate

  localparam [COL_DELAY_W-1:0] ONE = 1;

  // Kernel row r gets the stream KERNEL_H-1-r row delays late.
  wire [KERNEL_H*WIDTH-1:0] rows;
  assign rows[(KERNEL_H-1)*WIDTH+:WIDTH] = d;

  genvar r, c;
  generate
    if (KERNEL_H == 1) begin : g_one_row
      wire unused_row_delay = &{1'b0, row_delay, 1'b0};
    end
    if (KERNEL_W == 1) begin : g_one_col
      wire unused_col_delay = &{1'b0, col_delay, 1'b0};
    end
    for (r = 0; r < KERNEL_H - 1; r = r + 1) begin : g_line
      dw_delay_line #(
          .WIDTH           (WIDTH),
          .MAX_LENGTH      (MAX_ROW_DELAY),
          .LENGTH_W        (ROW_DELAY_W),
          .SHIFT_LENGTH_MAX(SHIFT_LENGTH_MAX)
      ) u_line (
          .clk    (clk),
          .restart(restart),
          .step   (step),
          .length (row_delay),
          .d      (rows[(r+1)*WIDTH+:WIDTH]),
          .q      (rows[r*WIDTH+:WIDTH])
      );
    end
    for (r = 0; r < KERNEL_H; r = r + 1) begin : g_row
      for (c = 0; c < KERNEL_W; c = c + 1) begin : g_tap
        if (c == KERNEL_W - 1) begin : g_newest
          dw_delay_line #(
              .WIDTH     (WIDTH),
              .MAX_LENGTH(1),
              .LENGTH_W  (COL_DELAY_W)
          ) u_tap (
              .clk    (clk),
              .restart(restart),
              .step   (step),
              .length (ONE),
              .d      (rows[r*WIDTH+:WIDTH]),
              .q      (taps[(r*KERNEL_W+c)*WIDTH+:WIDTH])
          );
        end else begin : g_older
          dw_delay_line #(
              .WIDTH           (WIDTH),
              .MAX_LENGTH      (MAX_COL_DELAY),
              .LENGTH_W        (COL_DELAY_W),
              .SHIFT_LENGTH_MAX(SHIFT_LENGTH_MAX)
          ) u_tap (
              .clk    (clk),
              .restart(restart),
              .step   (step),
              .length (col_delay),
              .d      (taps[(r*KERNEL_W+c+1)*WIDTH+:WIDTH]),
              .q      (taps[(r*KERNEL_W+c)*WIDTH+:WIDTH])
          );
        end
      end
    end
  endgenerate

endmodule

`default_nettype wire
