// dw_masked_adder for ECP5: a chain of carry cells, CCU2C, whose look-up tables also mask.
//
// Promises: the same as rtl/dw_masked_adder.v. Yosys puts the mask into a LUT4 before the carry
// cell of each bit, which doubles the area. Project Trellis describes the cell.
`default_nettype none

module dw_masked_adder #(
    parameter WIDTH = 20
) (
    input  wire [WIDTH-1:0] a,
    input  wire [WIDTH-1:0] b,
    input  wire             mask,
    output wire [WIDTH-1:0] sum
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_masked_adder_WIDTH_must_be_at_least_1 u (); end
  endgenerate

  // A bit propagates the carry if (A & !C) ^ B with D = 1; otherwise B, the lowest four bits of the
  // table, is its carry: there the masked bit of a equals that of b.
  localparam [15:0] MASK_ADD = 16'hc60c;

  localparam CELLS = (WIDTH + 1) / 2;  // two bits in each
  wire [2*CELLS-1:0] aa = {{(2 * CELLS - WIDTH) {1'b0}}, a};
  wire [2*CELLS-1:0] bb = {{(2 * CELLS - WIDTH) {1'b0}}, b};
  wire [2*CELLS-1:0] whole;
  wire [CELLS:0] carry;
  assign carry[0] = 1'b0;
  assign sum = whole[WIDTH-1:0];
  wire unused = &{1'b0, whole, carry[CELLS], 1'b0};

  genvar c;
  generate
    for (c = 0; c < CELLS; c = c + 1) begin : g_cell
      CCU2C #(
          .INIT0    (MASK_ADD),
          .INIT1    (MASK_ADD),
          .INJECT1_0("NO"),
          .INJECT1_1("NO")
      ) u_carry (
          .CIN (carry[c]),
          .A0  (aa[2*c]),
          .B0  (bb[2*c]),
          .C0  (mask),
          .D0  (1'b1),
          .A1  (aa[2*c+1]),
          .B1  (bb[2*c+1]),
          .C1  (mask),
          .D1  (1'b1),
          .S0  (whole[2*c]),
          .S1  (whole[2*c+1]),
          .COUT(carry[c+1])
      );
    end
  endgenerate

endmodule

`default_nettype wire
