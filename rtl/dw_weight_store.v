// dw_weight_store: the weights of every multiplier, in one memory for each multiplier of a lane.
//
// Promises: `weights` belongs to the emission that weight_word named. The weights of chain columns
// 0 and 1 come TAG_CYCLES + 2 cycles after weight_word; each later column's come one cycle after
// those of the column before it, because its partial sum arrives one cycle later. A word holds one
// weight for each lane. Each memory has two banks: reads take active_bank, writes name their bank
// in the highest bit of write_address.
`default_nettype none

module dw_weight_store #(
    parameter ROWS       = 3,   // chains of a lane
    parameter COLS       = 3,   // multipliers of a chain
    parameter WIDTH      = 64,  // bits of a word
    parameter WORDS      = 1,   // words of a bank
    parameter TAG_CYCLES = 1,   // from weight_word to the read of column 0
    // derived
    parameter WORD_W     = (WORDS > 1) ? $clog2(WORDS) : 1
) (
    input  wire                       clk,
    input  wire                       rst,
    input  wire                       active_bank,
    input  wire [         WORD_W-1:0] weight_word,
    input  wire [      ROWS*COLS-1:0] write_word,     // one-hot: the memory that is written
    input  wire [           WORD_W:0] write_address,
    input  wire [          WIDTH-1:0] write_data,
    output wire [ROWS*COLS*WIDTH-1:0] weights         // multiplier row*COLS + col
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (ROWS < 1) begin : bad_1 dw_weight_store_ROWS_must_be_at_least_1 u (); end
    if (COLS < 1) begin : bad_2 dw_weight_store_COLS_must_be_at_least_1 u (); end
    if (WIDTH < 1) begin : bad_3 dw_weight_store_WIDTH_must_be_at_least_1 u (); end
    if (WORDS < 1) begin : bad_4 dw_weight_store_WORDS_must_be_at_least_1 u (); end
    if (TAG_CYCLES < 0) begin : bad_5 dw_weight_store_TAG_CYCLES_must_be_at_least_0 u (); end
    if ((WORD_W < 1) || ((1 << WORD_W) < WORDS)) begin : bad_6
      dw_weight_store_WORD_W_must_hold_WORDS_minus_1 u ();
    end
  endgenerate

  genvar row, col;
  generate
    for (col = 0; col < COLS; col = col + 1) begin : g_col
      wire [WORD_W:0] read_address;
      dw_pipeline #(
          .WIDTH (1 + WORD_W),
          .CYCLES(TAG_CYCLES + ((col > 1) ? col - 1 : 0))
      ) u_tag (
          .clk(clk),
          .rst(rst),
          .d  ({active_bank, weight_word}),
          .q  (read_address)
      );

      for (row = 0; row < ROWS; row = row + 1) begin : g_row
        dw_ram #(
            .WIDTH (WIDTH),
            .ADDR_W(1 + WORD_W)
        ) u_memory (
            .clk          (clk),
            .write        (write_word[row*COLS+col]),
            .write_address(write_address),
            .write_data   (write_data),
            .read         (1'b1),
            .clear        (1'b0),
            .read_address (read_address),
            .read_data    (weights[(row*COLS+col)*WIDTH+:WIDTH])
        );
      end
    end
  endgenerate

endmodule

`default_nettype wire
