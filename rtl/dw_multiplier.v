// dw_multiplier: a registered multiplier that matches the multiplier blocks of FPGAs.
//
// Promises: p is the lower P_W bits of a times b of CYCLES cycles before. The registers (both
// factors, the product and, with CYCLES = 3, one in between) have no reset and no enable, so that
// a multiplier block can absorb them. rtl/ecp5/ has the same module made of such a block.
`default_nettype none

module dw_multiplier #(
    parameter A_W      = 8,
    parameter B_W      = 8,
    parameter A_SIGNED = 1,
    parameter B_SIGNED = 1,
    parameter P_W      = 16,
    parameter CYCLES   = 2    // 2 or 3
) (
    input  wire           clk,
    input  wire [A_W-1:0] a,
    input  wire [B_W-1:0] b,
    output reg  [P_W-1:0] p
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (A_W < 1) begin : bad_1 dw_multiplier_A_W_must_be_at_least_1 u (); end
    if (B_W < 1) begin : bad_2 dw_multiplier_B_W_must_be_at_least_1 u (); end
    if (P_W < 1) begin : bad_3 dw_multiplier_P_W_must_be_at_least_1 u (); end
    if ((CYCLES != 2) && (CYCLES != 3)) begin : bad_4 dw_multiplier_CYCLES_must_be_2_or_3 u (); end
  endgenerate

  reg [A_W-1:0] a_q;
  reg [B_W-1:0] b_q;

  // The factors are extended to the width of the product, so one signed multiply serves every
  // combination of signed and unsigned factors.
  localparam AB_W = (A_W > B_W) ? A_W : B_W;
  localparam WIDE_W = (P_W > AB_W) ? P_W : AB_W;
  wire a_sign = (A_SIGNED != 0) && a_q[A_W-1];
  wire b_sign = (B_SIGNED != 0) && b_q[B_W-1];
  wire signed [WIDE_W:0] a_wide = {{(WIDE_W + 1 - A_W) {a_sign}}, a_q};
  wire signed [WIDE_W:0] b_wide = {{(WIDE_W + 1 - B_W) {b_sign}}, b_q};
  wire signed [WIDE_W:0] product = a_wide * b_wide;
  wire unused_product = &{1'b0, product[WIDE_W:P_W], 1'b0};

  wire [P_W-1:0] last;
  generate
    if (CYCLES == 3) begin : g_between
      reg [P_W-1:0] between;
      always @(posedge clk) between <= product[P_W-1:0];
      assign last = between;
    end else begin : g_straight
      assign last = product[P_W-1:0];
    end
  endgenerate

  always @(posedge clk) begin
    a_q <= a;
    b_q <= b;
    p   <= last;
  end

endmodule

`default_nettype wire
