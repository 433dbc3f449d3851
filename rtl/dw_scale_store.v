// dw_scale_store: the requantiser's parameters of every lane, in one memory for each byte.
//
// Promises: `scale` belongs to the emission that weight_set named. The bytes of the bias come
// TAG_CYCLES + 2 cycles after weight_set, those of the multiplier MULTIPLIER_DELAY cycles after
// the bias, and the right shift RIGHT_SHIFT_DELAY cycles after the bias. Each part is thus read for
// the cycle in which the requantiser uses it, and no lane has to delay it. The bytes are ordered
// bias, multiplier, right shift, lowest byte first; a word holds one byte for each lane. Each
// memory has two banks: reads take active_bank, writes name their bank in the highest bit of
// write_set.
`default_nettype none

module dw_scale_store #(
    parameter WIDTH             = 64,  // bits of a word
    parameter SETS              = 1,   // weight sets of a bank
    parameter BIAS_BYTES        = 4,
    parameter MULTIPLIER_BYTES  = 4,
    parameter TAG_CYCLES        = 1,   // from weight_set to the read of the bias
    parameter MULTIPLIER_DELAY  = 1,   // from the read of the bias to that of the multiplier
    parameter RIGHT_SHIFT_DELAY = 6,   // from the read of the bias to that of the right shift
    // derived
    parameter SET_W             = (SETS > 1) ? $clog2(SETS) : 1,
    parameter BYTES             = BIAS_BYTES + MULTIPLIER_BYTES + 1
) (
    input  wire                   clk,
    input  wire                   rst,
    input  wire                   active_bank,
    input  wire [      SET_W-1:0] weight_set,
    input  wire [      BYTES-1:0] write_word,   // one-hot: the memory that is written
    input  wire [        SET_W:0] write_set,
    input  wire [      WIDTH-1:0] write_data,
    output wire [BYTES*WIDTH-1:0] scale
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_scale_store_WIDTH_must_be_at_least_1 u (); end
    if (SETS < 1) begin : bad_2 dw_scale_store_SETS_must_be_at_least_1 u (); end
    if (BIAS_BYTES < 1) begin : bad_3 dw_scale_store_BIAS_BYTES_must_be_at_least_1 u (); end
    if (MULTIPLIER_BYTES < 1) begin : bad_4
      dw_scale_store_MULTIPLIER_BYTES_must_be_at_least_1 u ();
    end
    if (TAG_CYCLES < 0) begin : bad_5 dw_scale_store_TAG_CYCLES_must_be_at_least_0 u (); end
    if (MULTIPLIER_DELAY < 0) begin : bad_6
      dw_scale_store_MULTIPLIER_DELAY_must_be_at_least_0 u ();
    end
    if (RIGHT_SHIFT_DELAY < MULTIPLIER_DELAY) begin : bad_7
      dw_scale_store_RIGHT_SHIFT_DELAY_must_be_at_least_MULTIPLIER_DELAY u ();
    end
    if ((SET_W < 1) || ((1 << SET_W) < SETS)) begin : bad_8
      dw_scale_store_SET_W_must_hold_SETS_minus_1 u ();
    end
    if (BYTES != BIAS_BYTES + MULTIPLIER_BYTES + 1) begin : bad_9
      dw_scale_store_BYTES_must_be_the_sum_of_the_parts u ();
    end
  endgenerate

  wire [SET_W:0] bias_set, multiplier_set, right_shift_set;

  dw_pipeline #(
      .WIDTH (1 + SET_W),
      .CYCLES(TAG_CYCLES)
  ) u_bias_tag (
      .clk(clk),
      .rst(rst),
      .d  ({active_bank, weight_set}),
      .q  (bias_set)
  );

  dw_pipeline #(
      .WIDTH (1 + SET_W),
      .CYCLES(MULTIPLIER_DELAY)
  ) u_multiplier_tag (
      .clk(clk),
      .rst(rst),
      .d  (bias_set),
      .q  (multiplier_set)
  );

  dw_pipeline #(
      .WIDTH (1 + SET_W),
      .CYCLES(RIGHT_SHIFT_DELAY - MULTIPLIER_DELAY)
  ) u_right_shift_tag (
      .clk(clk),
      .rst(rst),
      .d  (multiplier_set),
      .q  (right_shift_set)
  );

  genvar k;
  generate
    for (k = 0; k < BYTES; k = k + 1) begin : g_byte
      wire [SET_W:0] read_set;
      if (k < BIAS_BYTES) begin : g_bias
        assign read_set = bias_set;
      end else if (k < BIAS_BYTES + MULTIPLIER_BYTES) begin : g_multiplier
        assign read_set = multiplier_set;
      end else begin : g_right_shift
        assign read_set = right_shift_set;
      end

      dw_ram #(
          .WIDTH (WIDTH),
          .ADDR_W(1 + SET_W)
      ) u_memory (
          .clk          (clk),
          .write        (write_word[k]),
          .write_address(write_set),
          .write_data   (write_data),
          .read         (1'b1),
          .clear        (1'b0),
          .read_address (read_set),
          .read_data    (scale[k*WIDTH+:WIDTH])
      );
    end
  endgenerate

endmodule

`default_nettype wire
