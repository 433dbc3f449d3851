// MULT18X18D: a multiplier block of the ECP5, for simulation; written after FPGA-TN-02205
// (sysDSP) by Lattice, with the ports in use only.
// 18 by 18 bits, each factor signed if its SIGNED input says so. Registers are where their clock
// is not "NONE". Only CLK0 with its enable and synchronous reset is here.
`default_nettype none

module MULT18X18D #(
    parameter REG_INPUTA_CLK   = "NONE",
    parameter REG_INPUTB_CLK   = "NONE",
    parameter REG_PIPELINE_CLK = "NONE",
    parameter REG_OUTPUT_CLK   = "NONE"
) (
    input wire A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0,
    input wire B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0,
    input wire SIGNEDA, SIGNEDB, SOURCEA, SOURCEB, CLK0, CE0, RST0,
    output wire P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24,
    output wire P23, P22, P21, P20, P19, P18, P17, P16, P15, P14, P13, P12,
    output wire P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0
);

  // The sign bit that SIGNEDA or SIGNEDB allows, above the 18 bits.
  wire [17:0] a = {A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0};
  wire [17:0] b = {B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0};
  wire [18:0] factor_a, factor_b;
  ecp5_register #(18 + 1, REG_INPUTA_CLK) u_a (CLK0, CE0, RST0, {SIGNEDA && A17, a}, factor_a);
  ecp5_register #(18 + 1, REG_INPUTB_CLK) u_b (CLK0, CE0, RST0, {SIGNEDB && B17, b}, factor_b);

  wire signed [35:0] wide_a = {{17{factor_a[18]}}, factor_a};
  wire signed [35:0] wide_b = {{17{factor_b[18]}}, factor_b};
  wire [35:0] product = wide_a * wide_b;
  wire [35:0] between;
  ecp5_register #(36, REG_PIPELINE_CLK) u_pipeline (CLK0, CE0, RST0, product, between);
  ecp5_register #(36, REG_OUTPUT_CLK) u_output (
      CLK0, CE0, RST0, between,
      {
        P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18,
        P17, P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0
      }
  );

  // SOURCEA and SOURCEB = 0: the factors are A and B, not what a neighbour shifts in.
  wire unused_sources = &{1'b0, SOURCEA, SOURCEB, 1'b0};

endmodule

`default_nettype wire
