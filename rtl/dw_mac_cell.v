// dw_mac_cell: one multiply-add cell of a systolic kernel row.
//
// Promises: psum_out, two cycles later, is psum_in one cycle later plus the product; with
// FIRST = 1 it is the product, one cycle later, and there is no adder. Numbers are exact:
// PRODUCT_W and PSUM_OUT_W hold every value.
`default_nettype none

module dw_mac_cell #(
    parameter IFMAP_W       = 8,
    parameter WEIGHT_W      = 8,
    parameter IFMAP_SIGNED  = 1,
    parameter WEIGHT_SIGNED = 1,
    parameter PRODUCT_W     = 16,
    parameter PSUM_IN_W     = 16,
    parameter PSUM_OUT_W    = 17,
    parameter FIRST         = 0    // 1: first cell of its row
) (
    input  wire                  clk,
    input  wire [   IFMAP_W-1:0] ifmap,
    input  wire [  WEIGHT_W-1:0] weight,
    input  wire [ PSUM_IN_W-1:0] psum_in,
    output wire [PSUM_OUT_W-1:0] psum_out
);

  localparam ACC_SIGNED = (IFMAP_SIGNED != 0) || (WEIGHT_SIGNED != 0);

  // Extended to the product's width, so that a product of any signedness is one multiply.
  wire ifmap_sign = (IFMAP_SIGNED != 0) && ifmap[IFMAP_W-1];
  wire weight_sign = (WEIGHT_SIGNED != 0) && weight[WEIGHT_W-1];
  wire signed [PRODUCT_W-1:0] ifmap_wide = {{(PRODUCT_W - IFMAP_W) {ifmap_sign}}, ifmap};
  wire signed [PRODUCT_W-1:0] weight_wide = {{(PRODUCT_W - WEIGHT_W) {weight_sign}}, weight};

  reg signed [PRODUCT_W-1:0] product;
  always @(posedge clk) product <= ifmap_wide * weight_wide;

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
