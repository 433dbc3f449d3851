// dw_product: the full product of two numbers that are wider than a multiplier block.
//
// Promises: `product` is x times multiplier of 5 cycles before, in 64 bits. x is signed. The
// multiplier is signed if it has more than 17 bits, and unsigned otherwise.
//
// The factors are cut into limbs of 17 bits: a signed 18-bit block takes an unsigned number of 17
// bits. The highest limb has the sign. The product of the lowest limbs ends below the product of
// the highest ones, so the two are concatenated without an adder.
`default_nettype none

module dw_product #(
    parameter MULTIPLIER_W = 32,  // 32; 16
    // derived
    parameter X_W          = (MULTIPLIER_W == 16) ? 48 : 32
) (
    input  wire                    clk,
    input  wire [         X_W-1:0] x,
    input  wire [MULTIPLIER_W-1:0] multiplier,
    output reg  [            63:0] product
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if ((MULTIPLIER_W != 16) && (MULTIPLIER_W != 32)) begin : bad_1
      dw_product_MULTIPLIER_W_must_be_16_or_32 u ();
    end
    if ((MULTIPLIER_W == 16) && (X_W != 48)) begin : bad_2
      dw_product_X_W_must_be_48_if_MULTIPLIER_W_is_16 u ();
    end
    if ((MULTIPLIER_W == 32) && (X_W != 32)) begin : bad_3
      dw_product_X_W_must_be_32_if_MULTIPLIER_W_is_32 u ();
    end
  endgenerate

  localparam LIMB_W = 17;
  localparam TWO = MULTIPLIER_W > LIMB_W;  // limbs of the multiplier; x has two or three
  localparam X_HIGH = TWO ? LIMB_W : 2 * LIMB_W;  // where the highest limb begins
  localparam X_HIGH_W = X_W - X_HIGH;
  localparam M_LOW_W = TWO ? LIMB_W : MULTIPLIER_W;
  localparam M_HIGH = TWO ? LIMB_W : 0;
  localparam M_HIGH_W = MULTIPLIER_W - M_HIGH;

  wire [2*LIMB_W-1:0] low;
  dw_multiplier #(
      .A_W     (LIMB_W),
      .B_W     (M_LOW_W),
      .A_SIGNED(0),
      .B_SIGNED(0),
      .P_W     (2 * LIMB_W),
      .CYCLES  (3)
  ) u_low (
      .clk(clk),
      .a  (x[0+:LIMB_W]),
      .b  (multiplier[0+:M_LOW_W]),
      .p  (low)
  );

  wire [63-2*LIMB_W:0] high;
  dw_multiplier #(
      .A_W     (X_HIGH_W),
      .B_W     (M_HIGH_W),
      .B_SIGNED(TWO),
      .P_W     (64 - 2 * LIMB_W),
      .CYCLES  (3)
  ) u_high (
      .clk(clk),
      .a  (x[X_HIGH+:X_HIGH_W]),
      .b  (multiplier[M_HIGH+:M_HIGH_W]),
      .p  (high)
  );

  // The partial products that begin at bit LIMB_W, extended to the top of the product.
  wire [63-LIMB_W:0] middle;
  generate
    if (TWO) begin : g_two
      localparam SIDE_W = LIMB_W + ((X_HIGH_W > M_HIGH_W) ? X_HIGH_W : M_HIGH_W);
      wire [SIDE_W-1:0] side_x, side_m;
      dw_multiplier #(
          .A_W     (X_HIGH_W),
          .B_W     (LIMB_W),
          .B_SIGNED(0),
          .P_W     (SIDE_W)
      ) u_side_x (
          .clk(clk),
          .a  (x[X_HIGH+:X_HIGH_W]),
          .b  (multiplier[0+:LIMB_W]),
          .p  (side_x)
      );
      dw_multiplier #(
          .A_W     (LIMB_W),
          .B_W     (M_HIGH_W),
          .A_SIGNED(0),
          .P_W     (SIDE_W)
      ) u_side_m (
          .clk(clk),
          .a  (x[0+:LIMB_W]),
          .b  (multiplier[M_HIGH+:M_HIGH_W]),
          .p  (side_m)
      );
      reg [SIDE_W-1:0] side_x_q, side_m_q;
      reg [SIDE_W:0] sides;
      always @(posedge clk) begin
        side_x_q <= side_x;
        side_m_q <= side_m;
        sides    <= {side_x_q[SIDE_W-1], side_x_q} + {side_m_q[SIDE_W-1], side_m_q};
      end
      assign middle = {{(63 - LIMB_W - SIDE_W) {sides[SIDE_W]}}, sides};
    end else begin : g_one
      localparam SIDE_W = LIMB_W + M_LOW_W;
      wire [SIDE_W-1:0] side;
      dw_multiplier #(
          .A_W     (LIMB_W),
          .B_W     (M_LOW_W),
          .A_SIGNED(0),
          .B_SIGNED(0),
          .P_W     (SIDE_W),
          .CYCLES  (3)
      ) u_side (
          .clk(clk),
          .a  (x[LIMB_W+:LIMB_W]),
          .b  (multiplier),
          .p  (side)
      );
      reg [SIDE_W-1:0] side_q;
      always @(posedge clk) side_q <= side;
      assign middle = {{(64 - LIMB_W - SIDE_W) {1'b0}}, side_q};
    end
  endgenerate

  // The result of each block waits in a register that can lie near the adder, because the blocks of
  // a product are far from each other.
  reg [2*LIMB_W-1:0] low_q;
  reg [63-2*LIMB_W:0] high_q;
  always @(posedge clk) begin
    low_q   <= low;
    high_q  <= high;
    product <= {{high_q, low_q[LIMB_W+:LIMB_W]} + middle, low_q[0+:LIMB_W]};
  end

endmodule

`default_nettype wire
