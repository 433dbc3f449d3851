// The sum in integers with room to spare; the cell is not the first of its chain.
`include "promise.svh"

module check_dw_mac_cell #(
    parameter IFMAP_SIGNED = 1,
    parameter WEIGHT_SIGNED = 1
) (
    input clk,
    input [3:0] ifmap,
    input [2:0] weight,
    input [6:0] psum_in
);
  wire [7:0] psum_out;
  dw_mac_cell #(.IFMAP_W(4), .WEIGHT_W(3), .IFMAP_SIGNED(IFMAP_SIGNED),
      .WEIGHT_SIGNED(WEIGHT_SIGNED), .PRODUCT_W(7), .PSUM_IN_W(7), .PSUM_OUT_W(8), .FIRST(0))
      dut (.*);

  localparam SIGNED = IFMAP_SIGNED != 0 || WEIGHT_SIGNED != 0;
  reg [2:0] age = 3'd0;
  reg [15:0] ifmaps;
  reg [11:0] weights;
  reg [6:0] psum;
  always @(posedge clk) begin
    if (age < 4) age <= age + 1;
    ifmaps <= {ifmaps, ifmap};
    weights <= {weights, weight};
    psum <= psum_in;
  end
  wire signed [31:0] x = IFMAP_SIGNED ? $signed(ifmaps[15:12]) : $signed({1'b0, ifmaps[15:12]});
  wire signed [31:0] w = WEIGHT_SIGNED ? $signed(weights[11:9]) : $signed({1'b0, weights[11:9]});
  wire signed [31:0] so_far = SIGNED ? $signed(psum) : $signed({1'b0, psum});
  wire signed [31:0] out = SIGNED ? $signed(psum_out) : $signed({1'b0, psum_out});
  always @* if (age == 4) begin
    `PROMISE(multiplies_and_adds, 1'b1, out == x * w + so_far)
    `PROMISE(adds_the_psum_of_the_cycle_before, x == 0 || w == 0, out == so_far)
    `PROMISE(multiplies_after_four_cycles, so_far == 0, out == x * w)
  end
endmodule
