// Each partial sum that is written against the two numbers of its sum, with stand-ins for the multiplier
// and the adder: any index, bypass, write and clear in any cycle.
`include "promise.svh"
`include "float_stand_ins.svh"

module check_dw_float_accumulator (
    input clk,
    input skip,
    input [2:0] operand,
    input [2:0] weight,
    input [1:0] read_index,
    input through,
    input fresh,
    input bypass,
    input [2:0] write,
    input clear
);
  localparam WIDTH = 3, PARTS = 3;
  `include "float_stand_in_sum.svh"
  wire [PARTS*WIDTH-1:0] acc;
  dw_float_accumulator #(.PARTS(PARTS), .EXPONENT_W(1), .SIGNIFICAND_W(1), .ACC_EXPONENT_W(1),
      .ACC_SIGNIFICAND_W(1)) dut (.*);
  (* hierconn *) wire [WIDTH-1:0] \dut.sum ;

  reg [2:0] age = 3'd0;
  // The product of the operands of a cycle before, the partial sum that was named a cycle before, and
  // the numbers that entered the adder, by age.
  wire [WIDTH-1:0] entering = operand + weight + weight;
  reg [WIDTH-1:0] product, named;
  wire [WIDTH-1:0] addend = fresh ? 1 << (WIDTH - 1) : bypass ? \dut.sum : named;
  reg [2*WIDTH-1:0] addends, products;
  reg [1:0] freshes, bypasses, throughs;
  reg was_through;
  wire [WIDTH-1:0] due = stand_in_sum(addends[2*WIDTH-1:WIDTH], products[2*WIDTH-1:WIDTH]);
  // The part that is written, one cycle later.
  reg [PARTS-1:0] wrote;
  reg [WIDTH-1:0] written;
  reg was_fresh, was_bypass, went_through, cleared;
  reg [PARTS*WIDTH-1:0] before;
  (* anyconst *) reg [1:0] k;
  wire [WIDTH-1:0] part = acc[k*WIDTH+:WIDTH];
  always @(posedge clk) begin
    if (age < 5) age <= age + 1;
    product <= skip ? 0 : entering;
    named <= through ? \dut.sum : (read_index < PARTS) ? acc[read_index*WIDTH+:WIDTH] : 0;
    was_through <= through;
    addends <= {addends, addend};
    products <= {products, product};
    freshes <= {freshes, fresh};
    bypasses <= {bypasses, bypass};
    throughs <= {throughs, was_through};
    wrote <= write;
    written <= due;
    {was_fresh, was_bypass, went_through} <= {freshes[1], bypasses[1], throughs[1]};
    cleared <= clear;
    before <= acc;
  end
  wire writes = age == 5 && wrote[k];
  always @* begin
    assume (k < PARTS);
    `PROMISE(a_fresh_product_goes_in_as_it_is, writes && was_fresh, part == written)
    `PROMISE(adds_the_sum_that_leaves, writes && !was_fresh && was_bypass, part == written)
    `PROMISE(adds_the_sum_that_left_before, writes && !was_fresh && !was_bypass && went_through,
             part == written)
    `PROMISE(adds_the_named_sum, writes && !was_fresh && !was_bypass && !went_through,
             part == written)
    `PROMISE(clears_the_others, age == 5 && !wrote[k] && cleared, part == 0)
    `PROMISE(keeps_them_otherwise, age == 5 && !wrote[k] && !cleared, part == before[k*WIDTH+:WIDTH])
  end
endmodule
