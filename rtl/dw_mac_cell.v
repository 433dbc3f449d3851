// dw_mac_cell: one multiply-add cell of a systolic chain.
//
// Promises: four cycles after ifmap and weight, psum_out is their product plus the psum_in of the
// cycle before. With FIRST = 1 there is no adder, and psum_out is the product after three cycles.
// Nothing wraps as long as PRODUCT_W and PSUM_OUT_W hold every value. The product waits one cycle
// in a register that can lie near the adder, because multiplier blocks have fixed places.
`default_nettype none

module dw_mac_cell #(
    parameter IFMAP_W       = 8,
    parameter WEIGHT_W      = 8,
    parameter IFMAP_SIGNED  = 1,
    parameter WEIGHT_SIGNED = 1,
    parameter PRODUCT_W     = 16,
    parameter PSUM_IN_W     = 16,
    parameter PSUM_OUT_W    = 17,
    parameter FIRST         = 0    // 1: first cell of its chain
) (
    input  wire                  clk,
    input  wire [   IFMAP_W-1:0] ifmap,
    input  wire [  WEIGHT_W-1:0] weight,
    input  wire [ PSUM_IN_W-1:0] psum_in,
    output wire [PSUM_OUT_W-1:0] psum_out
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (IFMAP_W < 1) begin : bad_1 dw_mac_cell_IFMAP_W_must_be_at_least_1 u (); end
    if (WEIGHT_W < 1) begin : bad_2 dw_mac_cell_WEIGHT_W_must_be_at_least_1 u (); end
    if (PRODUCT_W < 1) begin : bad_3 dw_mac_cell_PRODUCT_W_must_be_at_least_1 u (); end
    if (PSUM_OUT_W < PRODUCT_W) begin : bad_4
      dw_mac_cell_PSUM_OUT_W_must_be_at_least_PRODUCT_W u ();
    end
    if ((FIRST == 0) && (PSUM_OUT_W < PSUM_IN_W)) begin : bad_5
      dw_mac_cell_PSUM_OUT_W_must_be_at_least_PSUM_IN_W u ();
    end
    if ((FIRST != 0) && (PSUM_OUT_W != PRODUCT_W)) begin : bad_6
      dw_mac_cell_PSUM_OUT_W_must_be_PRODUCT_W_if_FIRST_is_1 u ();
    end
    if (PSUM_IN_W < 1) begin : bad_7 dw_mac_cell_PSUM_IN_W_must_be_at_least_1 u (); end
  endgenerate

  localparam ACC_SIGNED = (IFMAP_SIGNED != 0) || (WEIGHT_SIGNED != 0);

  wire [PRODUCT_W-1:0] block_product;
  reg [PRODUCT_W-1:0] product;
  always @(posedge clk) product <= block_product;
  dw_multiplier #(
      .A_W     (IFMAP_W),
      .B_W     (WEIGHT_W),
      .A_SIGNED(IFMAP_SIGNED),
      .B_SIGNED(WEIGHT_SIGNED),
      .P_W     (PRODUCT_W)
  ) u_multiplier (
      .clk(clk),
      .a  (ifmap),
      .b  (weight),
      .p  (block_product)
  );

  generate
    if (FIRST != 0) begin : g_first
      wire unused_psum_in = &{1'b0, psum_in, 1'b0};
      assign psum_out = product;
    end else begin : g_chain
      wire product_sign = ACC_SIGNED && product[PRODUCT_W-1];
      wire [PSUM_OUT_W-1:0] product_wide = {{(PSUM_OUT_W - PRODUCT_W) {product_sign}}, product};
      wire [PSUM_OUT_W-1:0] psum_wide;
      if (PSUM_OUT_W > PSUM_IN_W) begin : g_extend
        wire psum_sign = ACC_SIGNED && psum_in[PSUM_IN_W-1];
        assign psum_wide = {{(PSUM_OUT_W - PSUM_IN_W) {psum_sign}}, psum_in};
      end else begin : g_same
        assign psum_wide = psum_in;
      end

      reg [PSUM_OUT_W-1:0] psum;
      always @(posedge clk) psum <= psum_wide + product_wide;
      assign psum_out = psum;
    end
  endgenerate

endmodule

`default_nettype wire
