// dw_rule_walk: goes through numbered rules, each of which says that a value, a product or a
// remainder lies between two limits.
//
// Promises: after `start`, `rule` and `tap` name one rule after another, from rule 1 on; `tap`
// counts the turns of a rule while more_taps is 1. Their kind, factors and limits must come in the
// same cycle. A rule takes two cycles (fetch, compare); a product adds a cycle for each bit of b
// and one more, a remainder a cycle for each bit of WIDTH. Numbers are unsigned. `value` is the
// one that was compared last. After the first broken rule or the last rule, `done` is 1 for one
// cycle, and `code` is the broken rule's number or 0.
`default_nettype none

module dw_rule_walk #(
    parameter WIDTH = 24,  // bits of a value
    parameter RULES = 27   // at most 255
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             start,
    output wire             idle,
    output reg              done,
    output reg  [      7:0] code,
    output reg  [      7:0] rule,
    output reg  [      3:0] tap,
    input  wire             more_taps,
    input  wire [      1:0] kind,       // 0: a, 1: a * b, 2: a mod b
    input  wire [WIDTH-1:0] a,
    input  wire [WIDTH-1:0] b,
    input  wire [WIDTH-1:0] low,
    input  wire [WIDTH-1:0] high,
    output reg  [WIDTH-1:0] value       // the compared value; the product or remainder so far
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 2) begin : bad_1 dw_rule_walk_WIDTH_must_be_at_least_2 u (); end
    if ((RULES < 1) || (RULES > 255)) begin : bad_2 dw_rule_walk_RULES_must_be_1_to_255 u (); end
  endgenerate

  localparam [1:0] VALUE = 2'd0;
  localparam [1:0] REMAINDER = 2'd2;

  localparam [1:0] IDLE = 2'd0;
  localparam [1:0] FETCH = 2'd1;
  localparam [1:0] WORK = 2'd2;
  localparam [1:0] COMPARE = 2'd3;

  localparam [WIDTH-1:0] ZERO = 0;
  localparam [WIDTH-1:0] ONE = 1;
  localparam [WIDTH-1:0] LAST_STEP = WIDTH - 1;
  localparam [7:0] LAST = RULES;

  reg [1:0] state;
  assign idle = (state == IDLE);

  // ---- one multiplier and divider, one bit a cycle ------------------------------------------
  reg dividing;
  reg [WIDTH-1:0] factor;  // the factor that doubles; the bits still to be divided
  reg [WIDTH-1:0] other;  // the factor that halves; the divisor
  reg [WIDTH-1:0] steps_left;
  reg [WIDTH-1:0] low_q, high_q;
  wire [WIDTH-1:0] brought = {value[WIDTH-2:0], factor[WIDTH-1]};
  wire worked = dividing ? (steps_left == ZERO) : (other == ZERO);
  wire broken = (value < low_q) || (value > high_q);

  always @(posedge clk) begin
    done <= 1'b0;
    if (rst) begin
      state <= IDLE;
      code  <= 8'd0;
    end else begin
      case (state)
        IDLE: begin
          if (start) state <= FETCH;
        end
        FETCH: state <= (kind == VALUE) ? COMPARE : WORK;
        WORK: begin
          if (worked) state <= COMPARE;
        end
        default: begin
          if (broken || (rule == LAST && !more_taps)) begin
            state <= IDLE;
            done  <= 1'b1;
            code  <= broken ? rule : 8'd0;
          end else begin
            state <= FETCH;
          end
        end
      endcase
    end

    if (idle) begin
      rule <= 8'd1;
      tap <= 4'd0;
    end else if (state == COMPARE) begin
      if (!more_taps) rule <= rule + 8'd1;
      tap <= more_taps ? tap + 4'd1 : 4'd0;
    end

    if (state == FETCH) begin
      dividing <= (kind == REMAINDER);
      value <= (kind == VALUE) ? a : ZERO;
      factor <= a;
      other <= b;
      steps_left <= LAST_STEP;
      low_q <= low;
      high_q <= high;
    end else if (state == WORK) begin
      factor <= factor << 1;
      steps_left <= steps_left - ONE;
      if (dividing) begin
        value <= (brought >= other) ? brought - other : brought;
      end else begin
        if (other[0]) value <= value + factor;
        other <= other >> 1;
      end
    end
  end

endmodule

`default_nettype wire
