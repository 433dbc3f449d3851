// The way of the limbs: the products of the four blocks are free numbers, and the product must be their
// weighted sum. dw_multiplier.sv proves the blocks; the rest is algebra.
`include "promise.svh"

module dw_multiplier #(
    parameter A_W = 8,
    parameter B_W = 8,
    parameter A_SIGNED = 0,
    parameter B_SIGNED = 0,
    parameter P_W = 16,
    parameter CYCLES = 2
) (
    input clk,
    input [A_W-1:0] a,
    input [B_W-1:0] b,
    output [P_W-1:0] p
);
  (* anyseq *) reg [P_W-1:0] free;
  assign p = free;
  localparam [P_W:0] MOST = ((64'd1 << A_W) - 1) * ((64'd1 << B_W) - 1);
  always @* assume ({1'b0, free} <= MOST);
  // The factors of two cycles ago are those of the product in the promises below.
  (* keep *) reg [A_W-1:0] a_1, a_2;
  (* keep *) reg [B_W-1:0] b_1, b_2;
  always @(posedge clk) begin
    {a_2, a_1} <= {a_1, a};
    {b_2, b_1} <= {b_1, b};
  end
endmodule

module check_dw_float_digits #(
    parameter DIGITS = 24
) (
    input clk,
    input [DIGITS-1:0] a,
    input [DIGITS-1:0] b
);
  localparam LOW_W = 17, HIGH_W = DIGITS - LOW_W;
  wire [2*DIGITS-1:0] exact;
  dw_float_digits #(.DIGITS(DIGITS)) dut (.*);
  (* hierconn *) wire [LOW_W-1:0] \dut.g_four.u_low.a_2 , \dut.g_four.u_low.b_2 ;
  (* hierconn *) wire [HIGH_W-1:0] \dut.g_four.u_high.a_2 , \dut.g_four.u_high.b_2 ;
  (* hierconn *) wire [HIGH_W-1:0] \dut.g_four.u_cross_a.a_2 , \dut.g_four.u_cross_b.a_2 ;
  (* hierconn *) wire [LOW_W-1:0] \dut.g_four.u_cross_a.b_2 , \dut.g_four.u_cross_b.b_2 ;
  (* hierconn *) wire [2*LOW_W-1:0] \dut.g_four.low ;
  (* hierconn *) wire [2*HIGH_W-1:0] \dut.g_four.high ;
  (* hierconn *) wire [DIGITS-1:0] \dut.g_four.cross_a , \dut.g_four.cross_b ;

  reg [1:0] age = 2'd0;
  reg [DIGITS-1:0] a_1, a_2, b_1, b_2;
  reg [2*DIGITS-1:0] expected;
  always @(posedge clk) begin
    if (age < 2) age <= age + 1;
    {a_2, a_1} <= {a_1, a};
    {b_2, b_1} <= {b_1, b};
    expected <= {{(2*DIGITS){1'b0}}, \dut.g_four.low }
        + ({{(2*DIGITS){1'b0}}, \dut.g_four.cross_a } << LOW_W)
        + ({{(2*DIGITS){1'b0}}, \dut.g_four.cross_b } << LOW_W)
        + ({{(2*DIGITS){1'b0}}, \dut.g_four.high } << (2 * LOW_W));
  end
  wire [LOW_W-1:0] low_a = a_2[LOW_W-1:0], low_b = b_2[LOW_W-1:0];
  wire [HIGH_W-1:0] high_a = a_2[DIGITS-1:LOW_W], high_b = b_2[DIGITS-1:LOW_W];
  always @* if (age == 2) begin
    `PROMISE(weighted_sum_of_the_limb_products, 1'b1, exact == expected)
    `PROMISE(limbs_meet, 1'b1,
        \dut.g_four.u_low.a_2 == low_a && \dut.g_four.u_low.b_2 == low_b &&
        \dut.g_four.u_high.a_2 == high_a && \dut.g_four.u_high.b_2 == high_b &&
        \dut.g_four.u_cross_a.a_2 == high_a && \dut.g_four.u_cross_a.b_2 == low_b &&
        \dut.g_four.u_cross_b.a_2 == high_b && \dut.g_four.u_cross_b.b_2 == low_a)
  end
endmodule
