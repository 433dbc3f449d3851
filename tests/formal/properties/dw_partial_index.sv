// The marks against the history of the taps, each of which knows its place in its sum.
`include "promise.svh"

module check_dw_partial_index #(
    parameter PARTS = 3,
    parameter SUM_CYCLES = 4
) (
    input clk,
    input add,
    input first
);
  localparam INDEX_W = $clog2(PARTS), PAST = SUM_CYCLES + 1;
  wire [INDEX_W-1:0] read_index;
  wire through, fresh, bypass, clear;
  wire [PARTS-1:0] write;
  dw_partial_index #(.PARTS(PARTS), .SUM_CYCLES(SUM_CYCLES)) dut (.*);
  (* hierconn *) wire [INDEX_W-1:0] \dut.next_index ;
  (* hierconn *) wire \dut.all_have ;

  reg started = 1'b0;  // a tap was the first of a sum
  reg [3:0] age = 4'd0;  // cycles of history, up to PAST
  reg [3:0] taps;  // of the sum before this one, at most PARTS
  reg [INDEX_W-1:0] turn;  // ... modulo PARTS
  wire [3:0] tap = first ? 0 : taps;
  wire [INDEX_W-1:0] part = first ? 0 : turn;
  // Bit and word k: k cycles before this one; k = 0 is unused.
  reg [PAST:0] adds, firsts;
  reg [(PAST+1)*INDEX_W-1:0] parts;
  reg [3:0] tap_then;
  integer k;
  always @(posedge clk) begin
    started <= started || (add && first);
    if (age < PAST) age <= age + 1;
    if (add) begin
      taps <= (tap == PARTS) ? PARTS : tap + 1;
      turn <= (part == PARTS - 1) ? 0 : part + 1;
    end
    adds[1] <= add;
    firsts[1] <= first;
    parts[INDEX_W+:INDEX_W] <= part;
    for (k = 1; k < PAST; k = k + 1) begin
      adds[k+1] <= adds[k];
      firsts[k+1] <= firsts[k];
      parts[(k+1)*INDEX_W+:INDEX_W] <= parts[k*INDEX_W+:INDEX_W];
    end
    tap_then <= tap;
  end
  always @* assume (started || !add || first);

  wire [INDEX_W-1:0] part_then = parts[INDEX_W+:INDEX_W];
  wire [INDEX_W-1:0] part_before = parts[(SUM_CYCLES+1)*INDEX_W+:INDEX_W];
  // The product of a tap comes one cycle after it, the sum SUM_CYCLES later.
  wire leaves = adds[SUM_CYCLES+1];
  (* anyconst *) reg [INDEX_W-1:0] other;
  always @* assume (other < PARTS);
  wire due = started && age == PAST;
  always @* begin
    `PROMISE(tap_t_belongs_to_sum_t_modulo_parts, started && add, read_index == part)
    `PROMISE(fresh_until_all_have_a_tap, due && adds[1] && tap_then < PARTS, fresh)
    `PROMISE(not_fresh_after_that, due && adds[1] && tap_then == PARTS, !fresh)
    `PROMISE(through_if_the_sum_leaves, due && add && leaves && part_before == part, through)
    `PROMISE(no_other_through, due && add && !(leaves && part_before == part), !through)
    `PROMISE(bypass_if_the_sum_leaves, due && adds[1] && leaves && part_before == part_then,
             bypass)
    `PROMISE(no_other_bypass, due && adds[1] && !(leaves && part_before == part_then), !bypass)
    `PROMISE(writes_the_sum_that_leaves, due && leaves, write == (1 << part_before))
    `PROMISE(writes_nothing_else, due && !leaves, write == 0)
    `PROMISE(clears_with_the_first_tap, due && leaves && firsts[SUM_CYCLES+1], clear)
    `PROMISE(no_other_clear, due && leaves && !firsts[SUM_CYCLES+1], !clear)
    aid_turn: assert (!started || (\dut.next_index == turn && turn < PARTS && taps <= PARTS));
    aid_all: assert (!started || (\dut.all_have == (taps == PARTS) &&
                     (taps == PARTS || turn == taps)));
  end
endmodule
