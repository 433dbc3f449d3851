// Drives a module and its ECP5 variant with the same random inputs, one bench each for
// dw_multiplier, dw_step_shift and dw_masked_adder, and says FAIL where they differ.
// tests/synth/test_ecp5_variants.py gives the variants the names that end in _ecp5.
`default_nettype none

module multiplier_bench #(
    parameter A_W      = 8,
    parameter B_W      = 8,
    parameter A_SIGNED = 1,
    parameter B_SIGNED = 1,
    parameter P_W      = 16,
    parameter CYCLES   = 2,
    parameter SEED     = 1
);

  reg clk = 1'b0;
  reg [A_W-1:0] a;
  reg [B_W-1:0] b;
  wire [P_W-1:0] p, p_ecp5;
  dw_multiplier #(A_W, B_W, A_SIGNED, B_SIGNED, P_W, CYCLES) u_generic (clk, a, b, p);
  dw_multiplier_ecp5 #(A_W, B_W, A_SIGNED, B_SIGNED, P_W, CYCLES) u_ecp5 (clk, a, b, p_ecp5);

  integer cycle, seed;
  initial begin
    seed = SEED;
    for (cycle = 0; cycle < 3000; cycle = cycle + 1) begin
      a = $random(seed);
      b = $random(seed);
      // The ends of both ranges, often.
      case ($random(seed) & 7)
        0: a = {1'b1, {(A_W - 1) {1'b0}}};
        1: a = {A_W{1'b1}};
        2: b = {1'b1, {(B_W - 1) {1'b0}}};
        3: b = {B_W{1'b1}};
        4: begin
          a = {1'b1, {(A_W - 1) {1'b0}}};
          b = {1'b1, {(B_W - 1) {1'b0}}};
        end
      endcase
      #1 clk = 1'b1;
      #1 clk = 1'b0;
      // Until the first factors come out nothing is known.
      if ((cycle >= CYCLES - 1) && ((p === {P_W{1'bx}}) || (p_ecp5 !== p))) begin
        $display("FAIL dw_multiplier A_W=%0d B_W=%0d signed %0d %0d CYCLES=%0d cycle %0d: %h, ecp5 %h",
                 A_W, B_W, A_SIGNED, B_SIGNED, CYCLES, cycle, p, p_ecp5);
        $finish;
      end
    end
    $display("same");
  end

endmodule

module step_shift_bench #(
    parameter OUT_W = 8,
    parameter STEP  = 1,
    parameter SEED  = 1
);

  localparam D_W = OUT_W + 3 * STEP;
  reg [D_W-1:0] d;
  reg [1:0] steps;
  reg invert;
  wire [OUT_W-1:0] q, q_ecp5;
  dw_step_shift #(OUT_W, STEP) u_generic (d, steps, invert, q);
  dw_step_shift_ecp5 #(OUT_W, STEP) u_ecp5 (d, steps, invert, q_ecp5);

  integer round, word, seed;
  initial begin
    seed = SEED;
    for (round = 0; round < 2000; round = round + 1) begin
      for (word = 0; word < D_W; word = word + 32) d = {d, $random(seed)};
      steps = $random(seed);
      invert = $random(seed);
      #1;
      if ((^q === 1'bx) || (q_ecp5 !== q)) begin
        $display("FAIL dw_step_shift OUT_W=%0d STEP=%0d steps %0d invert %0d: %h, ecp5 %h",
                 OUT_W, STEP, steps, invert, q, q_ecp5);
        $finish;
      end
    end
    $display("same");
  end

endmodule

module masked_adder_bench #(
    parameter WIDTH = 20,
    parameter SEED  = 1
);

  reg [WIDTH-1:0] a, b;
  reg mask;
  wire [WIDTH-1:0] sum, sum_ecp5;
  dw_masked_adder #(WIDTH) u_generic (a, b, mask, sum);
  dw_masked_adder_ecp5 #(WIDTH) u_ecp5 (a, b, mask, sum_ecp5);

  integer round, seed;
  initial begin
    seed = SEED;
    for (round = 0; round < 2000; round = round + 1) begin
      a = $random(seed);
      b = $random(seed);
      // Long carries, often.
      if (($random(seed) & 3) == 0) b = ~a + ($random(seed) & 1);
      mask = $random(seed);
      #1;
      if ((^sum === 1'bx) || (sum_ecp5 !== sum)) begin
        $display("FAIL dw_masked_adder WIDTH=%0d a %h b %h mask %0d: %h, ecp5 %h", WIDTH, a, b, mask,
                 sum, sum_ecp5);
        $finish;
      end
    end
    $display("same");
  end

endmodule

module ecp5_bench #(
    parameter SEED = 1
);

  // Products of dw_product, of the array, and of every signedness.
  multiplier_bench #(17, 17, 0, 0, 34, 2, SEED) u_low ();
  multiplier_bench #(15, 15, 1, 1, 30, 3, SEED) u_high ();
  multiplier_bench #(15, 17, 1, 0, 32, 2, SEED) u_side_x ();
  multiplier_bench #(17, 15, 0, 1, 32, 2, SEED) u_side_m ();
  multiplier_bench #(17, 16, 0, 0, 34, 2, SEED) u_words_low ();
  multiplier_bench #(14, 16, 1, 0, 30, 3, SEED) u_words_high ();
  multiplier_bench #(8, 8, 1, 1, 16, 2, SEED) u_bytes ();
  multiplier_bench #(8, 8, 0, 1, 16, 3, SEED) u_mixed ();
  multiplier_bench #(2, 2, 0, 0, 4, 2, SEED) u_small ();
  multiplier_bench #(18, 18, 1, 1, 36, 3, SEED) u_whole ();
  step_shift_bench #(24, 16, SEED) u_coarse ();
  step_shift_bench #(12, 4, SEED) u_fine ();
  step_shift_bench #(9, 1, SEED) u_last ();
  masked_adder_bench #(20, SEED) u_sum ();
  masked_adder_bench #(7, SEED) u_odd ();
  masked_adder_bench #(1, SEED) u_bit ();

endmodule

`default_nettype wire
