// The product as a sum of shifted terms, with the sign bits weighted negatively.
`include "promise.svh"

module check_dw_multiplier #(
    parameter A_W = 5,
    parameter B_W = 4,
    parameter A_SIGNED = 1,
    parameter B_SIGNED = 0,
    parameter P_W = 9,
    parameter CYCLES = 2
) (
    input clk,
    input [A_W-1:0] a,
    input [B_W-1:0] b
);
  wire [P_W-1:0] p;
  dw_multiplier #(.A_W(A_W), .B_W(B_W), .A_SIGNED(A_SIGNED), .B_SIGNED(B_SIGNED), .P_W(P_W),
      .CYCLES(CYCLES)) dut (.*);

  reg [CYCLES*A_W-1:0] as;
  reg [CYCLES*B_W-1:0] bs;
  reg [1:0] age = 2'd0;
  always @(posedge clk) begin
    as <= {as, a};
    bs <= {bs, b};
    if (age < CYCLES) age <= age + 1;
  end
  wire [A_W-1:0] then_a = as[(CYCLES-1)*A_W+:A_W];
  wire [B_W-1:0] then_b = bs[(CYCLES-1)*B_W+:B_W];
  integer i;
  reg [63:0] term, sum;
  always @* begin
    term = (A_SIGNED != 0) ? {{64 - A_W{then_a[A_W-1]}}, then_a} : then_a;
    sum = 64'd0;
    for (i = 0; i < B_W; i = i + 1)
      if (then_b[i]) sum = (B_SIGNED != 0 && i == B_W - 1) ? sum - (term << i) : sum + (term << i);
  end
  always @* if (age == CYCLES) begin
    `PROMISE(product, 1'b1, p == sum[P_W-1:0])
    `PROMISE(negative_factor, A_SIGNED == 0 || then_a[A_W-1], p == sum[P_W-1:0])
  end
endmodule
