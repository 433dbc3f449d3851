// dw_float_accumulator: one cell of the tap-serial array in floating point: a multiplier, an adder,
// and PARTS partial sums.
//
// Promises: a product leaves the multiplier seven cycles after its operand and weight; one with
// `skip` is +0. In that cycle the adder takes it and the partial sum that `read_index` named one cycle
// before: with `fresh` none, so that the product goes in as it is; with `bypass` the sum that leaves
// the adder. Six cycles later `write` puts the new sum in its place; with `clear`, all other partial
// sums become +0. dw_partial_index gives these signals.
`default_nettype none

module dw_float_accumulator #(
    parameter PARTS             = 6,
    parameter EXPONENT_W        = 8,
    parameter SIGNIFICAND_W     = 7,
    parameter ACC_EXPONENT_W    = 8,
    parameter ACC_SIGNIFICAND_W = 23,
    parameter SUBNORMALS        = 1,                                 // 0: subnormals count as zero
    // derived
    parameter INDEX_W           = (PARTS > 1) ? $clog2(PARTS) : 1,  // index of a partial sum
    parameter ACC_W             = 1 + ACC_EXPONENT_W + ACC_SIGNIFICAND_W
) (
    input  wire                              clk,
    input  wire                              skip,
    input  wire [EXPONENT_W+SIGNIFICAND_W:0] operand,
    input  wire [EXPONENT_W+SIGNIFICAND_W:0] weight,
    input  wire [               INDEX_W-1:0] read_index,
    input  wire                              through,
    input  wire                              fresh,
    input  wire                              bypass,
    input  wire [                 PARTS-1:0] write,
    input  wire                              clear,
    output wire [           PARTS*ACC_W-1:0] acc
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (PARTS < 1) begin : bad_1 dw_float_accumulator_PARTS_must_be_at_least_1 u (); end
    if ((INDEX_W < 1) || ((1 << INDEX_W) < PARTS)) begin : bad_2
      dw_float_accumulator_INDEX_W_must_hold_PARTS_minus_1 u ();
    end
    if (ACC_W != 1 + ACC_EXPONENT_W + ACC_SIGNIFICAND_W) begin : bad_3
      dw_float_accumulator_ACC_W_must_be_1_plus_ACC_EXPONENT_W_plus_ACC_SIGNIFICAND_W u ();
    end
  endgenerate

  wire [ACC_W-1:0] product, sum;
  dw_float_multiplier #(
      .EXPONENT_W       (EXPONENT_W),
      .SIGNIFICAND_W    (SIGNIFICAND_W),
      .ACC_EXPONENT_W   (ACC_EXPONENT_W),
      .ACC_SIGNIFICAND_W(ACC_SIGNIFICAND_W),
      .SUBNORMALS       (SUBNORMALS)
  ) u_multiplier (
      .clk    (clk),
      .skip   (skip),
      .a      (operand),
      .b      (weight),
      .product(product)
  );

  // The partial sum is chosen one cycle ahead, so that a single step lies before the adder.
  localparam PLACES = 1 << INDEX_W;
  wire [PLACES*ACC_W-1:0] parts = {{((PLACES - PARTS) * ACC_W) {1'b0}}, acc};
  reg [ACC_W-1:0] held;
  always @(posedge clk) held <= through ? sum : parts[read_index*ACC_W+:ACC_W];

  // x + -0 is x for each x, also for both zeros.
  localparam [ACC_W-1:0] NONE = {1'b1, {(ACC_W - 1) {1'b0}}};
  dw_float_adder #(
      .EXPONENT_W   (ACC_EXPONENT_W),
      .SIGNIFICAND_W(ACC_SIGNIFICAND_W),
      .SUBNORMALS   (SUBNORMALS)
  ) u_adder (
      .clk(clk),
      .a  (fresh ? NONE : bypass ? sum : held),
      .b  (product),
      .sum(sum)
  );

  genvar k;
  generate
    for (k = 0; k < PARTS; k = k + 1) begin : g_part
      reg [ACC_W-1:0] part;
      always @(posedge clk)
        if (write[k]) part <= sum;
        else if (clear) part <= {ACC_W{1'b0}};
      assign acc[k*ACC_W+:ACC_W] = part;
    end
  endgenerate

endmodule

`default_nettype wire
