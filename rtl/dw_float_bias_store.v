// dw_float_bias_store: the biases of every lane, in one memory for each of their beats.
//
// Promises, TAG_CYCLES + 2 cycles after weight_set: bias holds the biases of that weight set, lane l
// in bits [l*WORDS*WIDTH +: WORDS*WIDTH]. A beat holds WIDTH bits of each lane, and the first beat has
// the lowest ones. Each memory has two banks: reads take active_bank, writes name their bank in the
// highest bit of write_set.
`default_nettype none

module dw_float_bias_store #(
    parameter LANES      = 8,
    parameter WIDTH      = 16,  // bits of a lane in a beat
    parameter WORDS      = 2,   // beats of a bias
    parameter SETS       = 1,   // weight sets of a bank
    parameter TAG_CYCLES = 1,   // from weight_set to the read
    // derived
    parameter SET_W      = (SETS > 1) ? $clog2(SETS) : 1
) (
    input  wire                         clk,
    input  wire                         rst,
    input  wire                         active_bank,
    input  wire [            SET_W-1:0] weight_set,
    input  wire [            WORDS-1:0] write_word,   // one-hot: the memory that is written
    input  wire [              SET_W:0] write_set,
    input  wire [      LANES*WIDTH-1:0] write_data,
    output wire [LANES*WORDS*WIDTH-1:0] bias
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (LANES < 1) begin : bad_1 dw_float_bias_store_LANES_must_be_at_least_1 u (); end
    if (WIDTH < 1) begin : bad_2 dw_float_bias_store_WIDTH_must_be_at_least_1 u (); end
    if (WORDS < 1) begin : bad_3 dw_float_bias_store_WORDS_must_be_at_least_1 u (); end
    if (SETS < 1) begin : bad_4 dw_float_bias_store_SETS_must_be_at_least_1 u (); end
    if (TAG_CYCLES < 0) begin : bad_5 dw_float_bias_store_TAG_CYCLES_must_be_at_least_0 u (); end
    if ((SET_W < 1) || ((1 << SET_W) < SETS)) begin : bad_6
      dw_float_bias_store_SET_W_must_hold_SETS_minus_1 u ();
    end
  endgenerate

  wire [SET_W:0] read_set;

  dw_pipeline #(
      .WIDTH (1 + SET_W),
      .CYCLES(TAG_CYCLES)
  ) u_tag (
      .clk(clk),
      .rst(rst),
      .d  ({active_bank, weight_set}),
      .q  (read_set)
  );

  genvar k, lane;
  generate
    for (k = 0; k < WORDS; k = k + 1) begin : g_word
      wire [LANES*WIDTH-1:0] beat;

      dw_ram #(
          .WIDTH (LANES * WIDTH),
          .ADDR_W(1 + SET_W)
      ) u_memory (
          .clk          (clk),
          .write        (write_word[k]),
          .write_address(write_set),
          .write_data   (write_data),
          .read         (1'b1),
          .clear        (1'b0),
          .read_address (read_set),
          .read_data    (beat)
      );

      for (lane = 0; lane < LANES; lane = lane + 1) begin : g_lane
        assign bias[(lane*WORDS+k)*WIDTH+:WIDTH] = beat[lane*WIDTH+:WIDTH];
      end
    end
  endgenerate

endmodule

`default_nettype wire
