// A cell of any place and lane: its pixel, its weight and its mask are those of the array.
`include "promise.svh"

module check_dw_cell_array (
    input clk,
    input [15:0] segment,
    input [1:0] cell_stride,
    input [1:0] in_ifmap,
    input [3:0] weight,
    input add,
    input first
);
  localparam LANES = 2, CELLS = 2, LENGTH = 4, ACC_W = 4;
  wire [CELLS*LANES*ACC_W-1:0] acc;
  dw_cell_array #(.LANES(LANES), .CELLS(CELLS), .LENGTH(LENGTH), .OPERAND_W(2), .WEIGHT_W(2),
      .OPERAND_SIGNED(0), .WEIGHT_SIGNED(0), .ACC_W(ACC_W)) dut (.*);

  (* anyconst *) reg q, l;
  function [ACC_W-1:0] product_of(input [1:0] x, input [1:0] y);
    product_of = (x[0] ? y : 0) + (x[1] ? {y, 1'b0} : 0);
  endfunction

  reg [2:0] age = 3'd0;
  wire [1:0] place = (cell_stride == 2) ? {q, 1'b0} : {1'b0, q};
  reg [4*ACC_W-1:0] products;  // the youngest first
  reg [3:0] masks, strides;
  reg [1:0] adds, firsts;
  reg [ACC_W-1:0] before;
  wire [ACC_W-1:0] sum = acc[(q*LANES+l)*ACC_W+:ACC_W];
  wire [ACC_W-1:0] product = products[3*ACC_W+:ACC_W];
  always @(posedge clk) begin
    if (age < 5) age <= age + 1;
    products <= {products, product_of(segment[(place*LANES+l)*2+:2], weight[l*2+:2])};
    masks <= {masks, in_ifmap[q]};
    strides <= {strides, cell_stride == 2};
    adds <= {adds, add};
    firsts <= {firsts, first};
    before <= sum;
  end
  always @* assume (cell_stride == 1 || cell_stride == 2);
  wire added = age == 5 && adds[1], inside = masks[3], began = firsts[1];
  wire [ACC_W-1:0] due = began ? product : before + product;
  always @* begin
    `PROMISE(neighbours_at_a_stride_of_one, added && inside && !strides[3], sum == due)
    `PROMISE(every_second_pixel_at_a_stride_of_two, added && inside && strides[3], sum == due)
    `PROMISE(begins_with_0_outside, added && !inside && began, sum == 0)
    `PROMISE(skips_taps_outside, added && !inside && !began, sum == before)
    `PROMISE(holds_otherwise, age == 5 && !adds[1], sum == before)
  end
endmodule
