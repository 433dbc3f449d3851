// The operands, masks, weights and signals of each cell, with stand-ins for the cell and for
// dw_partial_index.
`include "promise.svh"

module dw_partial_index #(
    parameter PARTS = 1,
    parameter SUM_CYCLES = 1
) (
    input clk,
    input add,
    input first,
    output [$clog2(PARTS)-1:0] read_index,
    output through,
    output fresh,
    output bypass,
    output [PARTS-1:0] write,
    output clear
);
  (* anyseq *) reg [$clog2(PARTS)+PARTS+3:0] any;
  assign {read_index, through, fresh, bypass, write, clear} = any;
endmodule

// The cell shows its inputs as its sums.
module dw_float_accumulator #(
    parameter PARTS = 1,
    parameter EXPONENT_W = 1,
    parameter SIGNIFICAND_W = 1,
    parameter ACC_EXPONENT_W = 1,
    parameter ACC_SIGNIFICAND_W = 1,
    parameter SUBNORMALS = 1
) (
    input clk,
    input skip,
    input [EXPONENT_W+SIGNIFICAND_W:0] operand,
    input [EXPONENT_W+SIGNIFICAND_W:0] weight,
    input [$clog2(PARTS)-1:0] read_index,
    input through,
    input fresh,
    input bypass,
    input [PARTS-1:0] write,
    input clear,
    output [PARTS*(1+ACC_EXPONENT_W+ACC_SIGNIFICAND_W)-1:0] acc
);
  assign acc = {skip, operand, weight, read_index, through, fresh, bypass, write, clear};
endmodule

module check_dw_float_cell_array (
    input clk,
    input [29:0] segment,
    input [1:0] cell_stride,
    input [2:0] in_ifmap,
    input [5:0] weight,
    input add,
    input first
);
  localparam W = 3, PARTS = 2, CELL = 14;  // bits of a cell's sums
  wire [6*CELL-1:0] acc;
  dw_float_cell_array #(.LANES(2), .CELLS(3), .LENGTH(5), .PARTS(PARTS), .EXPONENT_W(1),
      .SIGNIFICAND_W(1), .ACC_EXPONENT_W(3), .ACC_SIGNIFICAND_W(3), .SUM_CYCLES(2)) dut (.*);
  (* hierconn *) wire \dut.read_index , \dut.through , \dut.fresh , \dut.bypass , \dut.clear ;
  (* hierconn *) wire [PARTS-1:0] \dut.write ;
  (* hierconn *) wire \dut.u_partial_index.add , \dut.u_partial_index.first ;
  wire adds = \dut.u_partial_index.add , begins = \dut.u_partial_index.first ;
  wire [PARTS+4:0] signals = {\dut.read_index , \dut.through , \dut.fresh , \dut.bypass ,
      \dut.write , \dut.clear };

  (* anyconst *) reg [1:0] q;
  (* anyconst *) reg lane;
  wire [2:0] place = (cell_stride == 2) ? 2 * q : q;
  wire skip;
  wire [W-1:0] operand, factor;
  wire [PARTS+4:0] used;
  assign {skip, operand, factor, used} = acc[(q*2+lane)*CELL+:CELL];
  always @* begin
    assume (q < 3 && (cell_stride == 1 || cell_stride == 2));
    `PROMISE(neighbours_at_a_stride_of_one, cell_stride == 1,
             operand == segment[(place*2+lane)*W+:W])
    `PROMISE(every_second_pixel_at_a_stride_of_two, cell_stride == 2,
             operand == segment[(place*2+lane)*W+:W])
    `PROMISE(skips_taps_outside, !in_ifmap[q], skip)
    `PROMISE(skips_no_other_tap, in_ifmap[q], !skip)
    `PROMISE(weight_of_the_lane, 1'b1, factor == weight[lane*W+:W])
    `PROMISE(sums_as_told, 1'b1, used == signals && adds == add && begins == first)
  end
endmodule
