// dw_serial_check: tests the geometry of a tap-serial engine, step by step.
//
// Promises: after `start`, the module takes the steps of dw_serial_rules one by one. Then `done` is
// 1 for one cycle, and `code` is 0 or the number of the first broken rule; it holds until the next
// check ends. The values must not change during the check.
//
// A step takes two cycles (fetch, compare). A product adds one cycle for each bit of its second
// factor and one more; a remainder adds WIDTH cycles.
`default_nettype none

module dw_serial_check #(
    parameter WIDTH = 24
) (
    input  wire                    clk,
    input  wire                    rst,
    input  wire                    start,
    output reg                     done,
    output reg         [      7:0] code,
    // the step, and the results that the steps use
    output reg         [      5:0] step,
    output reg signed  [WIDTH-1:0] value,
    output reg signed  [WIDTH-1:0] quotient,
    output reg signed  [WIDTH-1:0] places_w,
    output reg signed  [WIDTH-1:0] ofmap_w,
    output reg signed  [WIDTH-1:0] ofmap_h,
    input  wire        [      7:0] step_code,
    input  wire        [      1:0] kind,       // 0: a, 1: a*b + c, 2: remainder of a by b
    input  wire        [WIDTH-1:0] a,
    input  wire        [WIDTH-1:0] b,
    input  wire        [WIDTH-1:0] c,
    input  wire signed [WIDTH-1:0] low,
    input  wire signed [WIDTH-1:0] high,
    input  wire        [      1:0] keep,
    input  wire                    last
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 3) begin : bad_1 dw_serial_check_WIDTH_must_be_at_least_3 u (); end
  endgenerate

  localparam [WIDTH-1:0] ZERO = 0;
  localparam [WIDTH-1:0] ONE = 1;
  localparam [WIDTH-1:0] LAST_BIT = WIDTH - 1;

  localparam [1:0] IDLE = 2'd0;
  localparam [1:0] FETCH = 2'd1;
  localparam [1:0] WORK = 2'd2;
  localparam [1:0] COMPARE = 2'd3;

  reg [1:0] state;
  reg dividing;
  reg [WIDTH-1:0] factor;  // the factor that doubles; the bits still to be divided
  reg [WIDTH-1:0] other;  // the factor that halves; the divisor
  reg [WIDTH-1:0] steps_left;
  reg signed [WIDTH-1:0] low_q, high_q;
  wire [WIDTH-1:0] brought = {value[WIDTH-2:0], factor[WIDTH-1]};
  wire fits = (brought >= other);
  wire worked = dividing ? (steps_left == ZERO) : (other == ZERO);
  wire broken = (value < low_q) || (value > high_q);

  always @(posedge clk) begin
    done <= 1'b0;
    if (rst) begin
      state <= IDLE;
      code  <= 8'd0;
    end else begin
      case (state)
        IDLE: if (start) state <= FETCH;
        FETCH: state <= (kind == 2'd0) ? COMPARE : WORK;
        WORK: if (worked) state <= COMPARE;
        default: begin
          state <= (broken || last) ? IDLE : FETCH;
          done  <= broken || last;
          if (broken || last) code <= broken ? step_code : 8'd0;
        end
      endcase
    end

    if (state == IDLE) step <= 6'd0;
    else if (state == COMPARE) step <= step + 6'd1;

    if (state == FETCH) begin
      dividing <= kind[1];
      value <= (kind == 2'd0) ? a : kind[1] ? ZERO : c;
      factor <= a;
      other <= b;
      steps_left <= LAST_BIT;
      low_q <= low;
      high_q <= high;
    end else if (state == WORK) begin
      factor <= factor << 1;
      steps_left <= steps_left - ONE;
      if (dividing) begin
        value <= fits ? brought - other : brought;
        quotient <= {quotient[WIDTH-2:0], fits};
      end else begin
        if (other[0]) value <= value + factor;
        other <= other >> 1;
      end
    end else if (state == COMPARE) begin
      if (keep == 2'd1) places_w <= quotient;
      if (keep == 2'd2) ofmap_w <= quotient;
      if (keep == 2'd3) ofmap_h <= quotient;
    end
  end

endmodule

`default_nettype wire
