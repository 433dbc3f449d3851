// The way of the limbs: the products of the blocks are free numbers of their ranges, and the wide
// product must be their weighted sum. dw_multiplier.sv proves the blocks; that the weighted sum of
// the limbs' products is the product of the numbers is algebra.
`include "promise.svh"

module dw_multiplier #(
    parameter A_W = 8,
    parameter B_W = 8,
    parameter A_SIGNED = 1,
    parameter B_SIGNED = 1,
    parameter P_W = 16,
    parameter CYCLES = 2
) (
    input clk,
    input [A_W-1:0] a,
    input [B_W-1:0] b,
    output [P_W-1:0] p
);
  // Any number that a product of these factors can be.
  (* anyseq *) reg [P_W-1:0] free;
  assign p = free;
  localparam signed [63:0] LOW_A = A_SIGNED ? -(64'sd1 <<< (A_W - 1)) : 64'sd0;
  localparam signed [63:0] HIGH_A = A_SIGNED ? (64'sd1 <<< (A_W - 1)) - 1 : (64'sd1 <<< A_W) - 1;
  localparam signed [63:0] LOW_B = B_SIGNED ? -(64'sd1 <<< (B_W - 1)) : 64'sd0;
  localparam signed [63:0] HIGH_B = B_SIGNED ? (64'sd1 <<< (B_W - 1)) - 1 : (64'sd1 <<< B_W) - 1;
  localparam signed [63:0] ONE = LOW_A * HIGH_B, TWO = HIGH_A * LOW_B;
  localparam signed [63:0] LEAST = (ONE < TWO) ? ONE : TWO;
  localparam signed [63:0] PP = HIGH_A * HIGH_B, NN = LOW_A * LOW_B;
  localparam signed [63:0] MOST = (PP > NN) ? PP : NN;
  wire signed [63:0] value = (A_SIGNED || B_SIGNED) ? $signed(free) : $signed({1'b0, free});
  always @* assume (value >= LEAST && value <= MOST);
endmodule

module check_dw_product #(
    parameter MULTIPLIER_W = 32
) (
    input clk,
    input [31:0] x,
    input [MULTIPLIER_W-1:0] multiplier
);
  wire [63:0] product;
  dw_product #(.MULTIPLIER_W(MULTIPLIER_W)) dut (.*);
  localparam TWO = MULTIPLIER_W > 17;
  localparam SIDE_W = TWO ? 32 : 33;
  localparam HIGH_W = 30;
  (* hierconn *) wire [33:0] \dut.low ;
  (* hierconn *) wire [HIGH_W-1:0] \dut.high ;
  (* hierconn *) wire [31:0] \dut.g_two.side_x , \dut.g_two.side_m ;

  reg [2:0] age = 3'd0;
  reg [63:0] low_1, low_2, high_1, high_2, sides_1, sides_2, sides_3;
  wire [63:0] sides = {{32{\dut.g_two.side_x [31]}}, \dut.g_two.side_x } +
                      {{32{\dut.g_two.side_m [31]}}, \dut.g_two.side_m };
  always @(posedge clk) begin
    if (age < 4) age <= age + 1;
    {low_1, low_2} <= {64'd0 + \dut.low , low_1};
    {high_1, high_2} <= {{{34{\dut.high [HIGH_W-1]}}, \dut.high }, high_1};
    {sides_1, sides_2, sides_3} <= {sides, sides_1, sides_2};
  end
  // low and high leave their blocks a cycle after the sides.
  wire [63:0] expected = low_2 + (sides_3 << 17) + (high_2 << 34);
  always @* if (age == 4) begin
    `PROMISE(weighted_sum_of_the_limb_products, 1'b1, product == expected)
  end
endmodule
