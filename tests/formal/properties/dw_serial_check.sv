// The engine of the check under any table of steps: each result against operators, and one step
// after another up to the first that fails or the last.
`include "promise.svh"

module check_dw_serial_check #(
    parameter WIDTH = 4
) (
    input clk,
    input rst,
    input start,
    input [7:0] step_code,
    input [1:0] kind,
    input [WIDTH-1:0] a, b, c,
    input signed [WIDTH-1:0] low, high,
    input [1:0] keep,
    input last
);
  wire done;
  wire [7:0] code;
  wire [5:0] step;
  wire signed [WIDTH-1:0] value, quotient, places_w, ofmap_w, ofmap_h;
  dw_serial_check #(.WIDTH(WIDTH)) dut (.*);
  (* hierconn *) wire [1:0] \dut.state ;
  (* hierconn *) wire \dut.dividing ;
  (* hierconn *) wire [WIDTH-1:0] \dut.factor , \dut.other , \dut.steps_left , \dut.low_q , \dut.high_q ;
  localparam [1:0] IDLE = 0, FETCH = 1, WORK = 2, COMPARE = 3;
  wire [1:0] state = \dut.state ;
  wire [WIDTH-1:0] factor = \dut.factor , other = \dut.other , left = \dut.steps_left ;

  // ---- the step as it was fetched, and its result -----------------------------------------------
  reg [1:0] f_kind;
  reg [WIDTH-1:0] f_a, f_b, f_c;
  reg signed [WIDTH-1:0] f_low, f_high;
  wire divides = f_kind[1];
  wire [WIDTH-1:0] product = f_a * f_b + f_c;
  wire [WIDTH-1:0] result = (f_kind == 0) ? f_a : divides ? f_a % f_b : product;
  wire signed [WIDTH-1:0] compared = result;
  wire fails = compared < f_low || compared > f_high;
  // dw_serial_rules divides by nothing else.
  wire natural = f_b != 0 && !f_b[WIDTH-1];
  always @* assume (state == IDLE || state == FETCH || !divides || natural);

  reg after_reset = 1'b0, in_reset, knows;
  reg [1:0] was_state;
  reg [WIDTH-1:0] was_other, was_left, was_result, before, divided;
  reg [7:0] was_code, ends_with;
  reg ends, goes_on;
  reg [5:0] steps;  // that have passed since the start
  reg [WIDTH-1:0] q_places_w, q_ofmap_w, q_ofmap_h;  // the quotients that steps keep
  reg [3:0] kept;  // values of keep that have been there
  wire [WIDTH-1:0] now_divided = divides ? f_a / f_b : divided;
  wire now_knows = divides || knows;
  always @(posedge clk) begin
    after_reset <= after_reset || rst;
    in_reset <= rst;
    {was_state, was_other, was_left, was_result, was_code} <= {state, other, left, result, code};
    if (state == FETCH) begin
      {f_kind, f_a, f_b, f_c, f_low, f_high} <= {kind, a, b, c, low, high};
      before <= quotient;
    end
    if (state == IDLE) {steps, knows} <= 0;
    if (state == IDLE) kept <= 0;
    else if (state == COMPARE && now_knows) kept <= kept | (4'd1 << keep);
    if (state == COMPARE) begin
      steps <= steps + 1;
      {divided, knows} <= {now_divided, now_knows};
      if (keep == 1) q_places_w <= now_divided;
      if (keep == 2) q_ofmap_w <= now_divided;
      if (keep == 3) q_ofmap_h <= now_divided;
    end
    ends <= state == COMPARE && (fails || last);
    goes_on <= state == COMPARE && !(fails || last);
    ends_with <= fails ? step_code : 0;
  end

  wire working = state == WORK && was_state == WORK;
  always @* if (after_reset) begin
    `PROMISE(begins_with_the_first_step, !in_reset && was_state == IDLE && state != IDLE,
             state == FETCH && step == 0)
    `PROMISE(computes_the_result, state == COMPARE, value == result)
    `PROMISE(the_next_step_sees_it, !in_reset && goes_on,
             state == FETCH && step == steps && value == was_result)
    `PROMISE(keeps_the_quotient, state == FETCH && knows, quotient == divided)
    `PROMISE(keeps_places_w, state == FETCH && kept[1], places_w == q_places_w)
    `PROMISE(keeps_ofmap_w, state == FETCH && kept[2], ofmap_w == q_ofmap_w)
    `PROMISE(keeps_ofmap_h, state == FETCH && kept[3], ofmap_h == q_ofmap_h)
    `PROMISE(ends_with_a_step_that_fails, !in_reset && ends && ends_with != 0,
             done && state == IDLE && code == ends_with)
    `PROMISE(or_with_the_last, !in_reset && ends && ends_with == 0,
             done && state == IDLE && code == 0)
    `PROMISE(no_other_end, done, ends)
    `PROMISE(the_code_stays, !in_reset && !ends && was_code != 0, code == was_code)
    `PROMISE(a_product_ends, working && !divides, other < was_other)
    `PROMISE(a_division_ends, working && divides, left < was_left)
    `PROMISE(work_leads_on, !in_reset && was_state == WORK && state != WORK, state == COMPARE)
    `PROMISE(a_step_begins_its_work, !in_reset && was_state == FETCH,
             state == ((f_kind == 0) ? COMPARE : WORK))
    `PROMISE(quiet_in_reset, in_reset, !done && code == 0 && state == IDLE)
    aid_step: assert (state == IDLE || step == steps);
    aid_kept: assert (state == IDLE || knows || kept == 0);
    aid_limits: assert (!(state == WORK || state == COMPARE) ||
                        (\dut.low_q == f_low && \dut.high_q == f_high));
    aid_kind: assert (state != WORK || (f_kind != 0 && \dut.dividing == divides));
    aid_product: assert (state != WORK || divides || WIDTH'(value + factor * other) == product);
    aid_remainder: assert (state != WORK || !divides || (left < WIDTH && other == f_b &&
        factor == WIDTH'(f_a << bits) && value == taken % f_b &&
        quotient == WIDTH'((before << bits) | (taken / f_b))));
    aid_same: assert (state != WORK || divides || quotient == before);
    aid_quotient: assert (state != COMPARE || quotient == (divides ? f_a / f_b : before));
    aid_before: assert (state == IDLE || state == FETCH || !knows || before == divided);
    aid_places: assert (state == IDLE || !kept[1] || places_w == q_places_w);
    aid_columns: assert (state == IDLE || !kept[2] || ofmap_w == q_ofmap_w);
    aid_rows: assert (state == IDLE || !kept[3] || ofmap_h == q_ofmap_h);
  end
  wire [3:0] bits = WIDTH - 1 - left;  // of f_a that are divided
  wire [2*WIDTH-1:0] above = {{WIDTH{1'b0}}, f_a} << bits;
  wire [WIDTH-1:0] taken = above[2*WIDTH-1:WIDTH];
endmodule
