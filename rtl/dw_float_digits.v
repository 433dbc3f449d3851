// dw_float_digits: multiplies the significands of two floats, exactly.
//
// Promises: exact is a times b of three cycles before, both unsigned. Factors of up to 17 bits take
// one dw_multiplier, which fits a multiplier block; longer ones take four.
`default_nettype none

module dw_float_digits #(
    parameter DIGITS = 24  // bits of a factor
) (
    input  wire                clk,
    input  wire [  DIGITS-1:0] a,
    input  wire [  DIGITS-1:0] b,
    output wire [2*DIGITS-1:0] exact
);

  localparam LOW_W = 17;  // unsigned factor of a multiplier block

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if ((DIGITS < 1) || (DIGITS > 34)) begin : bad_1
      dw_float_digits_DIGITS_must_be_1_to_34 u ();
    end
  endgenerate

  generate
    if (DIGITS <= LOW_W) begin : g_one
      dw_multiplier #(
          .A_W     (DIGITS),
          .B_W     (DIGITS),
          .A_SIGNED(0),
          .B_SIGNED(0),
          .P_W     (2 * DIGITS),
          .CYCLES  (3)
      ) u_multiplier (
          .clk(clk),
          .a  (a),
          .b  (b),
          .p  (exact)
      );
    end else begin : g_four
      localparam HIGH_W = DIGITS - LOW_W;
      wire [2*LOW_W-1:0] low;
      wire [2*HIGH_W-1:0] high;
      wire [DIGITS-1:0] cross_a, cross_b;
      dw_multiplier #(
          .A_W(LOW_W), .B_W(LOW_W), .A_SIGNED(0), .B_SIGNED(0), .P_W(2 * LOW_W), .CYCLES(2)
      ) u_low (
          .clk(clk), .a(a[LOW_W-1:0]), .b(b[LOW_W-1:0]), .p(low)
      );
      dw_multiplier #(
          .A_W(HIGH_W), .B_W(HIGH_W), .A_SIGNED(0), .B_SIGNED(0), .P_W(2 * HIGH_W), .CYCLES(2)
      ) u_high (
          .clk(clk), .a(a[DIGITS-1:LOW_W]), .b(b[DIGITS-1:LOW_W]), .p(high)
      );
      dw_multiplier #(
          .A_W(HIGH_W), .B_W(LOW_W), .A_SIGNED(0), .B_SIGNED(0), .P_W(DIGITS), .CYCLES(2)
      ) u_cross_a (
          .clk(clk), .a(a[DIGITS-1:LOW_W]), .b(b[LOW_W-1:0]), .p(cross_a)
      );
      dw_multiplier #(
          .A_W(HIGH_W), .B_W(LOW_W), .A_SIGNED(0), .B_SIGNED(0), .P_W(DIGITS), .CYCLES(2)
      ) u_cross_b (
          .clk(clk), .a(b[DIGITS-1:LOW_W]), .b(a[LOW_W-1:0]), .p(cross_b)
      );
      wire [DIGITS:0] across = {1'b0, cross_a} + {1'b0, cross_b};
      reg [2*DIGITS-1:0] sum;
      always @(posedge clk) begin
        sum <= {high, low} + {{(DIGITS - LOW_W - 1) {1'b0}}, across, {LOW_W{1'b0}}};
      end
      assign exact = sum;
    end
  endgenerate

endmodule

`default_nettype wire
