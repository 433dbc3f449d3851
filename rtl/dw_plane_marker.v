// dw_plane_marker: marks the slot that comes `lag` slots after the first slot of a plane.
//
// Promises: mark_next is the mark of lag - 1 steps before this step (of this step, if lag is 1).
// Registered at this step, it is present in the slot that comes lag slots after the marked one.
// Only cycles with `step` count. `lag` may change only under `restart`; no mark from before a
// restart comes out after it. With lag 0, mark_next stays 0.
`default_nettype none

module dw_plane_marker #(
    parameter MAX_LAG          = 1,  // slots
    parameter SHIFT_LENGTH_MAX = 4,  // longest line that is a shift register
    // derived
    parameter LAG_W            = $clog2(MAX_LAG + 1)
) (
    input  wire             clk,
    input  wire             restart,
    input  wire             step,
    input  wire [LAG_W-1:0] lag,
    input  wire             mark,
    output wire             mark_next
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (MAX_LAG < 1) begin : bad_1 dw_plane_marker_MAX_LAG_must_be_at_least_1 u (); end
    if ((1 << LAG_W) <= MAX_LAG) begin : bad_2 dw_plane_marker_LAG_W_must_hold_MAX_LAG u (); end
    if (SHIFT_LENGTH_MAX < 2) begin : bad_3
      dw_plane_marker_SHIFT_LENGTH_MAX_must_be_at_least_2 u ();
    end
  endgenerate

  reg  is_one;
  reg  held;  // the next mark_next, for lags above 1
  wire delayed;  // the mark of lag - 2 steps before this one, for lags above 1

  assign mark_next = is_one ? mark : held;

  always @(posedge clk) begin
    is_one <= (lag == 1);
    if (restart) held <= 1'b0;
    else if (step) held <= delayed;
  end

  generate
    if (MAX_LAG == 1) begin : g_no_line
      assign delayed = 1'b0;
    end else if (MAX_LAG == 2) begin : g_no_word
      reg is_two;
      always @(posedge clk) is_two <= ({1'b0, lag} == 2);
      assign delayed = is_two && mark;
    end else begin : g_line
      // The line keeps its words over a restart. line_filled is 0 until they have left the line.
      localparam [LAG_W-1:0] TWO = 2;
      reg [LAG_W-1:0] stale;  // words from before the restart
      reg line_filled;
      reg is_two;
      reg is_longer;
      wire word;

      dw_delay_line #(
          .WIDTH           (1),
          .MAX_LENGTH      (MAX_LAG - 2),
          .LENGTH_W        (LAG_W),
          .SHIFT_LENGTH_MAX(SHIFT_LENGTH_MAX),
          .SHORTER         (2)
      ) u_line (
          .clk    (clk),
          .restart(restart),
          .step   (step),
          .length (lag),
          .d      (mark),
          .q      (word)
      );

      assign delayed = is_two ? mark : (line_filled && word);

      always @(posedge clk) begin
        is_two <= (lag == TWO);
        is_longer <= (lag > TWO);
        if (restart) begin
          stale <= lag - TWO;
          line_filled <= 1'b0;
        end else if (step && !line_filled && is_longer) begin
          stale <= stale - 1'b1;
          line_filled <= (stale == 1);
        end
      end
    end
  endgenerate

endmodule

`default_nettype wire
