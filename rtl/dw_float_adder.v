// dw_float_adder: adds two floats of one format.
//
// Promises, six cycles after its inputs: the sum, rounded to the nearest number, to the even one of
// two that are equally near. A sum that is exactly zero is -0 if both numbers are negative, else
// +0. Every NaN is quiet, positive and without a payload. With SUBNORMALS = 0, a subnormal number
// counts as zero, and so does a sum below the smallest normal number; both keep their signs.
`default_nettype none

module dw_float_adder #(
    parameter EXPONENT_W    = 8,
    parameter SIGNIFICAND_W = 23,  // without the hidden 1
    parameter SUBNORMALS    = 1    // 0: subnormal numbers count as zero
) (
    input  wire                              clk,
    input  wire [EXPONENT_W+SIGNIFICAND_W:0] a,
    input  wire [EXPONENT_W+SIGNIFICAND_W:0] b,
    output reg  [EXPONENT_W+SIGNIFICAND_W:0] sum
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (EXPONENT_W < 2) begin : bad_1 dw_float_adder_EXPONENT_W_must_be_at_least_2 u (); end
    if (SIGNIFICAND_W < 2) begin : bad_2 dw_float_adder_SIGNIFICAND_W_must_be_at_least_2 u (); end
  endgenerate

  localparam WIDTH = 1 + EXPONENT_W + SIGNIFICAND_W;
  localparam W = SIGNIFICAND_W + 5;  // a carry, the hidden 1, and three places below
  localparam ZEROS_W = $clog2(W + 1);
  localparam E_W = EXPONENT_W + 1;  // holds the largest exponent plus 1
  localparam CMP_W = (E_W > ZEROS_W) ? E_W : ZEROS_W;

  // ---- 1: the larger magnitude first ----------------------------------------------------
  wire [EXPONENT_W-1:0] exponent_a = a[SIGNIFICAND_W+:EXPONENT_W];
  wire [EXPONENT_W-1:0] exponent_b = b[SIGNIFICAND_W+:EXPONENT_W];
  wire normal_a = |exponent_a;
  wire normal_b = |exponent_b;
  wire [EXPONENT_W-1:0] effective_a = {exponent_a[EXPONENT_W-1:1], exponent_a[0] || !normal_a};
  wire [EXPONENT_W-1:0] effective_b = {exponent_b[EXPONENT_W-1:1], exponent_b[0] || !normal_b};
  wire keep_a = (SUBNORMALS != 0) || normal_a;
  wire keep_b = (SUBNORMALS != 0) || normal_b;
  wire [SIGNIFICAND_W:0] digits_a = {normal_a, a[SIGNIFICAND_W-1:0] & {SIGNIFICAND_W{keep_a}}};
  wire [SIGNIFICAND_W:0] digits_b = {normal_b, b[SIGNIFICAND_W-1:0] & {SIGNIFICAND_W{keep_b}}};
  wire special_a = &exponent_a;
  wire special_b = &exponent_b;
  wire nan_a = special_a && (|a[SIGNIFICAND_W-1:0]);
  wire nan_b = special_b && (|b[SIGNIFICAND_W-1:0]);
  wire subtract = a[WIDTH-1] ^ b[WIDTH-1];
  wire swap = a[WIDTH-2:0] < b[WIDTH-2:0];
  reg [SIGNIFICAND_W:0] large_1, small_1;
  reg [EXPONENT_W-1:0] exponent_1, distance_1;
  reg subtract_1, sign_1, negative_1, nan_1, infinite_1;
  always @(posedge clk) begin
    large_1    <= swap ? digits_b : digits_a;
    small_1    <= swap ? digits_a : digits_b;
    exponent_1 <= swap ? effective_b : effective_a;
    distance_1 <= swap ? effective_b - effective_a : effective_a - effective_b;
    subtract_1 <= subtract;
    sign_1     <= swap ? b[WIDTH-1] : a[WIDTH-1];
    negative_1 <= a[WIDTH-1] && b[WIDTH-1];
    nan_1      <= nan_a || nan_b || (special_a && special_b && subtract);
    infinite_1 <= special_a || special_b;
  end

  // ---- 2: the smaller one moves to the place of the larger one --------------------------
  integer i;
  reg [W-2:0] moved;
  reg lost;
  always @* begin
    moved = {small_1, 3'd0};
    lost  = 1'b0;
    for (i = 0; i < EXPONENT_W; i = i + 1) begin
      if (distance_1[i]) begin
        lost  = lost || (|(moved & ~({(W - 1) {1'b1}} << (1 << i))));
        moved = moved >> (1 << i);
      end
    end
  end
  reg [SIGNIFICAND_W:0] large_2;
  reg [W-2:0] small_2;
  reg [EXPONENT_W-1:0] exponent_2, exponent_3, exponent_4;
  reg subtract_2;
  always @(posedge clk) begin
    large_2    <= large_1;
    small_2    <= {moved[W-2:1], moved[0] || lost};
    exponent_2 <= exponent_1;
    subtract_2 <= subtract_1;
  end

  // ---- 3: sum or difference; 4: the zeros above its highest 1 ----------------------------
  reg [W-1:0] total_3, total_4;
  reg [ZEROS_W-1:0] zeros, zeros_4;
  always @* begin
    zeros = W[ZEROS_W-1:0];
    for (i = 0; i < W; i = i + 1) begin
      if (total_3[i]) zeros = W[ZEROS_W-1:0] - 1'b1 - i[ZEROS_W-1:0];
    end
  end
  wire [W-1:0] addend = {1'b0, small_2} ^ {W{subtract_2}};
  always @(posedge clk) begin
    total_3    <= {1'b0, large_2, 3'd0} + addend + {{(W - 1) {1'b0}}, subtract_2};
    exponent_3 <= exponent_2;
    total_4    <= total_3;
    zeros_4    <= zeros;
    exponent_4 <= exponent_3;
  end

  // ---- 5: the highest 1 moves to the top, as far as the exponent allows ------------------
  wire [CMP_W-1:0] zeros_wide = {{(CMP_W - ZEROS_W) {1'b0}}, zeros_4};
  wire [CMP_W-1:0] exponent_wide = {{(CMP_W - EXPONENT_W) {1'b0}}, exponent_4};
  wire is_normal = zeros_wide <= exponent_wide;
  wire [ZEROS_W-1:0] places = is_normal ? zeros_4 : exponent_wide[ZEROS_W-1:0];
  wire [CMP_W-1:0] exponent = exponent_wide + 1'b1 - zeros_wide;
  reg [W-1:0] digits_5;
  reg [EXPONENT_W-1:0] exponent_5;
  reg zero_5, tiny_5;
  generate
    if (CMP_W > EXPONENT_W) begin : g_unused
      wire unused_exponent = &{1'b0, exponent[CMP_W-1:EXPONENT_W], 1'b0};
    end
  endgenerate
  always @(posedge clk) begin
    digits_5   <= total_4 << places;
    exponent_5 <= is_normal ? exponent[EXPONENT_W-1:0] : {EXPONENT_W{1'b0}};
    zero_5     <= (zeros_4 == W[ZEROS_W-1:0]);
    tiny_5     <= (SUBNORMALS == 0) && !is_normal;
  end
  wire sign_5, negative_5, nan_5, special_5;
  dw_pipeline #(
      .WIDTH (4),
      .CYCLES(4)
  ) u_flags (
      .clk(clk),
      .rst(1'b0),
      .d  ({sign_1, negative_1, nan_1, infinite_1}),
      .q  ({sign_5, negative_5, nan_5, special_5})
  );

  // ---- 6: rounding; a carry out of the significand raises the exponent, at last to infinity
  wire infinite_5 = special_5 || (&exponent_5);
  wire up = digits_5[3] && (digits_5[4] || (|digits_5[2:0]));
  wire [WIDTH-2:0] kept = {exponent_5, digits_5[W-2:4]};
  wire unused_top = &{1'b0, digits_5[W-1], 1'b0};
  always @(posedge clk) begin
    if (nan_5) sum <= {1'b0, {(EXPONENT_W + 1) {1'b1}}, {(SIGNIFICAND_W - 1) {1'b0}}};
    else if (infinite_5) sum <= {sign_5, {EXPONENT_W{1'b1}}, {SIGNIFICAND_W{1'b0}}};
    else if (zero_5) sum <= {negative_5, {(WIDTH - 1) {1'b0}}};
    else if (tiny_5) sum <= {sign_5, {(WIDTH - 1) {1'b0}}};
    else sum <= {sign_5, kept + {{(WIDTH - 2) {1'b0}}, up}};
  end

endmodule

`default_nettype wire
