// Both roundings against additions of a half, less one unit unless the last bit is 1.
`include "promise.svh"

module check_dw_float_round #(
    parameter FIELD_W = 8
) (
    input clk,
    input [63:0] product,
    input [4:0] zeros,
    input negative,
    input [5:0] right_shift
);
  wire [FIELD_W:0] field;
  wire negative_q, positive_q, nudge, outside;
  dw_float_round #(.FIELD_W(FIELD_W)) dut (.*);

  reg [2:0] age = 3'd0;
  reg [59:0] now, h1, h2, h3, h4;
  always @* now = {product[60:13], zeros, negative, right_shift};
  always @(posedge clk) begin
    if (age < 4) age <= age + 1;
    {h1, h2, h3, h4} <= {now, h1, h2, h3};
  end
  wire [47:0] p = h4[59:12];
  wire [4:0] z = h4[11:7];
  wire n = h4[6];
  wire [5:0] r = h4[5:0];

  // 24 significant bits, then an integer in units of 2^places.
  wire top = p[47], is_zero = p[47:46] == 0;
  wire [47:0] half = top ? 48'h800000 : 48'h400000;
  wire odd = top ? p[24] : p[23];
  wire [48:0] raised = {1'b0, p} + half - 1 + odd;
  wire [24:0] digits = top ? raised[48:24] : raised[47:23];
  wire signed [8:0] places = $signed({4'd0, z}) + $signed({3'd0, r}) - 38 - $signed({8'd0, top});
  wire [5:0] taken = (places > 30) ? 6'd30 : places[5:0];
  wire [24:0] floor = digits >> taken;
  wire [31:0] result = ({7'd0, digits} + (32'd1 << (taken - 1)) - 1 + floor[0]) >> taken;
  wire large = places < 24 - FIELD_W;
  wire fits = is_zero || (!large && floor < (1 << FIELD_W));

  wire carry = (field[0] + nudge + positive_q) > 1;
  wire signed [31:0] got = $signed({negative_q, field[FIELD_W:1]}) + $signed({1'b0, carry});
  wire signed [31:0] size = is_zero ? 0 : $signed(result);
  wire signed [31:0] expected = n ? -size : size;
  always @* if (age == 4) begin
    `PROMISE(rounds_as_float32_does, fits, got == expected)
    `PROMISE(says_that_it_fits, fits, !outside)
    `PROMISE(says_that_it_does_not_fit, !fits, outside)
    `PROMISE(sign, 1'b1, negative_q == n && positive_q == !n)
  end
endmodule
