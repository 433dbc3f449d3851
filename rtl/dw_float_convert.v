// dw_float_convert: converts a signed integer of 32 bits to the nearest float32.
//
// Promises, five cycles after x: the float32 that is nearest to x, the even one of two that are
// equally near, is significand * 2^(8 - zeros), negated if `negative` is 1. The significand is from
// 2^23 to 2^24, both included; for x = 0 it is 0.
//
// zeros counts the zeros above the highest 1 of the magnitude of x. A significand that rounds up to
// 2^24 stays as it is, so that no exponent has to follow it.
`default_nettype none

module dw_float_convert (
    input  wire        clk,
    input  wire [31:0] x,
    output reg  [24:0] significand,
    output reg  [ 4:0] zeros,
    output reg         negative
);

  // ---- magnitude ------------------------------------------------------------------------
  reg [31:0] magnitude;
  reg negative_1;
  always @(posedge clk) begin
    magnitude  <= (x ^ {32{x[31]}}) + {31'd0, x[31]};
    negative_1 <= x[31];
  end

  // ---- the highest 1 moves to bit 31, by bytes, by pairs of bits, by one bit ------------
  wire any_3 = |magnitude[31:24];
  wire any_2 = |magnitude[23:16];
  wire any_1 = |magnitude[15:8];
  wire [1:0] bytes = {!any_3 && !any_2, !any_3 && (any_2 || !any_1)};
  wire [31:0] even_bytes = bytes[1] ? {magnitude[15:0], 16'd0} : magnitude;
  wire [31:0] odd_bytes = bytes[1] ? {magnitude[7:0], 24'd0} : {magnitude[23:0], 8'd0};
  reg [31:0] by_bytes;
  reg [1:0] bytes_2;
  reg negative_2;
  always @(posedge clk) begin
    by_bytes   <= bytes[0] ? odd_bytes : even_bytes;
    bytes_2    <= bytes;
    negative_2 <= negative_1;
  end

  wire pair_3 = |by_bytes[31:30];
  wire pair_2 = |by_bytes[29:28];
  wire pair_1 = |by_bytes[27:26];
  wire [1:0] pairs = {!pair_3 && !pair_2, !pair_3 && (pair_2 || !pair_1)};
  wire [31:0] even_pairs = pairs[1] ? {by_bytes[27:0], 4'd0} : by_bytes;
  wire [31:0] odd_pairs = pairs[1] ? {by_bytes[25:0], 6'd0} : {by_bytes[29:0], 2'd0};
  reg [31:0] by_pairs;
  reg [3:0] zeros_3;
  reg negative_3;
  always @(posedge clk) begin
    by_pairs   <= pairs[0] ? odd_pairs : even_pairs;
    zeros_3    <= {bytes_2, pairs};
    negative_3 <= negative_2;
  end

  // ---- the last shift, and the decision to round up -------------------------------------
  // Bits 7 to 0 lie below the significand: the highest of them is the guard. A tie rounds to the
  // even significand.
  wire up_kept = by_pairs[7] && (by_pairs[8] || (|by_pairs[6:0]));
  wire up_moved = by_pairs[6] && (by_pairs[7] || (|by_pairs[5:0]));
  reg [23:0] truncated;
  reg up;
  reg [4:0] zeros_4;
  reg negative_4;
  always @(posedge clk) begin
    truncated  <= by_pairs[31] ? by_pairs[31:8] : by_pairs[30:7];
    up         <= by_pairs[31] ? up_kept : up_moved;
    zeros_4    <= {zeros_3, !by_pairs[31]};
    negative_4 <= negative_3;
  end

  always @(posedge clk) begin
    significand <= {1'b0, truncated} + {24'd0, up};
    zeros       <= zeros_4;
    negative    <= negative_4;
  end

endmodule

`default_nettype wire
