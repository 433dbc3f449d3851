// dw_float_pass_sum: adds the sums of the passes of a window in floating point, in pairs.
//
// Promises: SUM_CYCLES*log2(PASSES), rounded up, cycles after the sum of a window's last pass, acc is the
// sum of all its passes: neighbours are added, then neighbours of those sums, until one is left;
// the last of an odd number of sums goes to the next round as it is. `pass` comes one cycle before
// `sum`, and is the index of the pass that this belongs to. The passes of a window come in consecutive
// cycles.
//
// A round has one adder. The first sum of a pair waits in `first` for the second one. A sum
// without a second one is added to -0, which changes no number. `addend` is chosen a cycle early, so
// that the adder takes both numbers from registers: one register selects the addends of all lanes,
// and its fan-out in front of the adder would limit the clock.
`default_nettype none

module dw_float_pass_sum #(
    parameter PASSES        = 3,
    parameter EXPONENT_W    = 8,
    parameter SIGNIFICAND_W = 23,
    parameter SUBNORMALS    = 1,                                   // 0: subnormals count as zero
    parameter SUM_CYCLES    = 6,                                   // of dw_float_adder
    // derived
    parameter PASS_W        = (PASSES > 1) ? $clog2(PASSES) : 1
) (
    input  wire                              clk,
    input  wire [                PASS_W-1:0] pass,
    input  wire [EXPONENT_W+SIGNIFICAND_W:0] sum,
    output wire [EXPONENT_W+SIGNIFICAND_W:0] acc
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (PASSES < 2) begin : bad_1 dw_float_pass_sum_PASSES_must_be_at_least_2 u (); end
    if (SUM_CYCLES < 1) begin : bad_2 dw_float_pass_sum_SUM_CYCLES_must_be_at_least_1 u (); end
    if ((PASSES > 1) && (PASS_W != $clog2(PASSES))) begin : bad_3
      dw_float_pass_sum_PASS_W_must_hold_PASSES_minus_1 u ();
    end
  endgenerate

  localparam WIDTH = 1 + EXPONENT_W + SIGNIFICAND_W;

  genvar level;
  generate
    for (level = 0; level < PASS_W; level = level + 1) begin : g_level
      wire [WIDTH-1:0] part, total;
      wire coming_has_first;  // the next `part` is the second of its pair
      if (level == 0) begin : g_sum
        assign part = sum;
      end else begin : g_total
        assign part = g_level[level-1].total;
      end
      dw_pipeline #(
          .WIDTH (1),
          .CYCLES(level * SUM_CYCLES)
      ) u_coming (
          .clk(clk),
          .rst(1'b0),
          .d  (pass[level]),
          .q  (coming_has_first)
      );
      // Before the first sum of a pair, `part` has any value; the last one that it takes counts.
      reg has_first;
      reg [WIDTH-1:0] first, addend;
      wire [WIDTH-1:0] newest = has_first ? first : part;
      always @(posedge clk) begin
        has_first <= coming_has_first;
        first     <= newest;
        addend    <= coming_has_first ? newest : {1'b1, {(WIDTH - 1) {1'b0}}};
      end
      dw_float_adder #(
          .EXPONENT_W   (EXPONENT_W),
          .SIGNIFICAND_W(SIGNIFICAND_W),
          .SUBNORMALS   (SUBNORMALS)
      ) u_adder (
          .clk(clk),
          .a  (addend),
          .b  (part),
          .sum(total)
      );
      if (level == PASS_W - 1) begin : g_last
        assign acc = total;
      end
    end
  endgenerate

endmodule

`default_nettype wire
