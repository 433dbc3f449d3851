// dw_accumulator: one cell of the tap-serial array: a multiplier and a sum.
//
// Promises: a product leaves the multiplier three cycles after its operand and weight. In a cycle
// with `add`, the product that leaves is added to acc; with `first`, it replaces acc. A cycle with
// `clear` makes acc 0. In all other cycles acc holds.
`default_nettype none

module dw_accumulator #(
    parameter OPERAND_W      = 9,
    parameter WEIGHT_W       = 8,
    parameter OPERAND_SIGNED = 1,
    parameter WEIGHT_SIGNED  = 1,
    parameter ACC_W          = 20
) (
    input  wire                 clk,
    input  wire [OPERAND_W-1:0] operand,
    input  wire [ WEIGHT_W-1:0] weight,
    input  wire                 add,
    input  wire                 first,
    input  wire                 clear,
    output reg  [    ACC_W-1:0] acc
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (OPERAND_W < 1) begin : bad_1 dw_accumulator_OPERAND_W_must_be_at_least_1 u (); end
    if (WEIGHT_W < 1) begin : bad_2 dw_accumulator_WEIGHT_W_must_be_at_least_1 u (); end
    if (ACC_W < 1) begin : bad_3 dw_accumulator_ACC_W_must_be_at_least_1 u (); end
  endgenerate

  localparam FULL_W = OPERAND_W + WEIGHT_W;
  localparam PRODUCT_W = (FULL_W < ACC_W) ? FULL_W : ACC_W;
  localparam SIGNED = (OPERAND_SIGNED != 0) || (WEIGHT_SIGNED != 0);

  wire [PRODUCT_W-1:0] product;
  dw_multiplier #(
      .A_W     (OPERAND_W),
      .B_W     (WEIGHT_W),
      .A_SIGNED(OPERAND_SIGNED),
      .B_SIGNED(WEIGHT_SIGNED),
      .P_W     (PRODUCT_W),
      .CYCLES  (3)
  ) u_multiplier (
      .clk(clk),
      .a  (operand),
      .b  (weight),
      .p  (product)
  );

  wire sign = SIGNED && product[PRODUCT_W-1];
  wire [ACC_W-1:0] addend;
  generate
    if (ACC_W > PRODUCT_W) begin : g_extend
      assign addend = {{(ACC_W - PRODUCT_W) {sign}}, product};
    end else begin : g_same
      wire unused_sign = &{1'b0, sign, 1'b0};
      assign addend = product;
    end
  endgenerate

  wire [ACC_W-1:0] sum;
  dw_masked_adder #(
      .WIDTH(ACC_W)
  ) u_adder (
      .a   (acc),
      .b   (addend),
      .mask(first),
      .sum (sum)
  );

  always @(posedge clk) begin
    if (clear) acc <= {ACC_W{1'b0}};
    else if (add) acc <= sum;
  end

endmodule

`default_nettype wire
