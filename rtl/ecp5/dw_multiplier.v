// dw_multiplier for ECP5: one MULT18X18D, whose internal registers are in use.
//
// Promises: the same as rtl/dw_multiplier.v, for factors of up to 18 bits (17 if unsigned) and a
// P_W of up to 36. Yosys maps a multiply to this block but leaves the registers outside, where
// they cost flip-flops and most of a clock cycle. Lattice's FPGA-TN-02205, "ECP5 and ECP5-5G
// sysDSP Usage Guide", describes the block.
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
    output wire [P_W-1:0] p
);

  localparam BLOCK_W = 18;  // bits of a signed factor
  localparam A_NEEDS = (A_SIGNED != 0) ? A_W : A_W + 1;
  localparam B_NEEDS = (B_SIGNED != 0) ? B_W : B_W + 1;
  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (A_W < 1) begin : bad_1 dw_multiplier_A_W_must_be_at_least_1 u (); end
    if (B_W < 1) begin : bad_2 dw_multiplier_B_W_must_be_at_least_1 u (); end
    if (P_W < 1) begin : bad_3 dw_multiplier_P_W_must_be_at_least_1 u (); end
    if ((CYCLES != 2) && (CYCLES != 3)) begin : bad_4 dw_multiplier_CYCLES_must_be_2_or_3 u (); end
    if (A_NEEDS > BLOCK_W) begin : bad_5 dw_multiplier_A_W_must_fit_18_bits_with_a_sign u (); end
    if (B_NEEDS > BLOCK_W) begin : bad_6 dw_multiplier_B_W_must_fit_18_bits_with_a_sign u (); end
    if (P_W > 2 * BLOCK_W) begin : bad_7 dw_multiplier_P_W_must_be_at_most_36 u (); end
  endgenerate

  // The factors are in the highest bits of the block's inputs, with zeros below: a constant zero
  // needs no wire to the block, a sign extension needs one for each bit.
  localparam A_SHIFT = BLOCK_W - A_NEEDS;
  localparam B_SHIFT = BLOCK_W - B_NEEDS;
  localparam P_SHIFT = A_SHIFT + B_SHIFT;
  wire [BLOCK_W-1:0] aa = {{(BLOCK_W - A_W) {1'b0}}, a} << A_SHIFT;
  wire [BLOCK_W-1:0] bb = {{(BLOCK_W - B_W) {1'b0}}, b} << B_SHIFT;
  wire [2*BLOCK_W-1:0] pp;
  wire [2*BLOCK_W+P_SHIFT-1:0] product = {{P_SHIFT {pp[2*BLOCK_W-1]}}, pp};
  assign p = product[P_SHIFT+:P_W];
  wire unused = &{1'b0, product, 1'b0};

  MULT18X18D #(
      .REG_INPUTA_CLK  ("CLK0"),
      .REG_INPUTB_CLK  ("CLK0"),
      .REG_PIPELINE_CLK((CYCLES == 3) ? "CLK0" : "NONE"),
      .REG_OUTPUT_CLK  ("CLK0")
  ) u_block (
      .CLK0(clk), .CE0(1'b1), .RST0(1'b0),
      .SIGNEDA(1'b1), .SIGNEDB(1'b1), .SOURCEA(1'b0), .SOURCEB(1'b0),
      .A0(aa[0]), .A1(aa[1]), .A2(aa[2]), .A3(aa[3]), .A4(aa[4]), .A5(aa[5]),
      .A6(aa[6]), .A7(aa[7]), .A8(aa[8]), .A9(aa[9]), .A10(aa[10]), .A11(aa[11]),
      .A12(aa[12]), .A13(aa[13]), .A14(aa[14]), .A15(aa[15]), .A16(aa[16]), .A17(aa[17]),
      .B0(bb[0]), .B1(bb[1]), .B2(bb[2]), .B3(bb[3]), .B4(bb[4]), .B5(bb[5]),
      .B6(bb[6]), .B7(bb[7]), .B8(bb[8]), .B9(bb[9]), .B10(bb[10]), .B11(bb[11]),
      .B12(bb[12]), .B13(bb[13]), .B14(bb[14]), .B15(bb[15]), .B16(bb[16]), .B17(bb[17]),
      .P0(pp[0]), .P1(pp[1]), .P2(pp[2]), .P3(pp[3]), .P4(pp[4]), .P5(pp[5]),
      .P6(pp[6]), .P7(pp[7]), .P8(pp[8]), .P9(pp[9]), .P10(pp[10]), .P11(pp[11]),
      .P12(pp[12]), .P13(pp[13]), .P14(pp[14]), .P15(pp[15]), .P16(pp[16]), .P17(pp[17]),
      .P18(pp[18]), .P19(pp[19]), .P20(pp[20]), .P21(pp[21]), .P22(pp[22]), .P23(pp[23]),
      .P24(pp[24]), .P25(pp[25]), .P26(pp[26]), .P27(pp[27]), .P28(pp[28]), .P29(pp[29]),
      .P30(pp[30]), .P31(pp[31]), .P32(pp[32]), .P33(pp[33]), .P34(pp[34]), .P35(pp[35])
  );

endmodule

`default_nettype wire
