// The sum of a cell against the products of three cycles before.
`include "promise.svh"

module check_dw_accumulator #(
    parameter OPERAND_W = 4,
    parameter WEIGHT_W = 3,
    parameter OPERAND_SIGNED = 1,
    parameter WEIGHT_SIGNED = 0,
    parameter ACC_W = 9  // less than the product's bits: the sum wraps
) (
    input clk,
    input [OPERAND_W-1:0] operand,
    input [WEIGHT_W-1:0] weight,
    input add,
    input first,
    input clear
);
  wire [ACC_W-1:0] acc;
  dw_accumulator #(.OPERAND_W(OPERAND_W), .WEIGHT_W(WEIGHT_W), .OPERAND_SIGNED(OPERAND_SIGNED),
      .WEIGHT_SIGNED(WEIGHT_SIGNED), .ACC_W(ACC_W)) dut (.*);

  // The product by the weights of its bits; a sign bit counts negative.
  function [ACC_W-1:0] product_of(input [OPERAND_W-1:0] x, input [WEIGHT_W-1:0] y);
    integer i, j;
    begin
      product_of = 0;
      for (i = 0; i < OPERAND_W; i = i + 1)
        for (j = 0; j < WEIGHT_W; j = j + 1)
          if (x[i] && y[j]) begin
            if ((OPERAND_SIGNED != 0 && i == OPERAND_W - 1) !=
                (WEIGHT_SIGNED != 0 && j == WEIGHT_W - 1))
              product_of = product_of - (1 << (i + j));
            else product_of = product_of + (1 << (i + j));
          end
    end
  endfunction

  reg [2:0] age = 3'd0;
  reg [4*ACC_W-1:0] products;  // the youngest first; the oldest one is in the sum
  reg added, began, cleared;
  reg [ACC_W-1:0] before;
  wire [ACC_W-1:0] product = products[3*ACC_W+:ACC_W];
  always @(posedge clk) begin
    if (age < 4) age <= age + 1;
    products <= {products, product_of(operand, weight)};
    {added, began, cleared} <= {add && !clear, first, clear};
    before <= acc;
  end
  wire known = age == 4;
  always @* begin
    `PROMISE(adds_the_product, known && added && !began, acc == before + product)
    `PROMISE(begins_with_the_product, known && added && began, acc == product)
    `PROMISE(clears, known && cleared, acc == 0)
    `PROMISE(holds_otherwise, known && !added && !cleared, acc == before)
  end
endmodule
