// dw_float_weight_store: the weights of every multiplier of an array in floating point.
//
// Promises: `weights` belongs to the emission that weight_word named. The weights of chain columns
// 0 and 1 come TAG_CYCLES + 2 cycles after weight_word; each later column's come SUM_CYCLES cycles
// after those of the column before it, because its partial sum arrives that much later. Otherwise it
// is dw_weight_store, one for each column.
`default_nettype none

module dw_float_weight_store #(
    parameter ROWS       = 3,   // chains of a lane
    parameter COLS       = 3,   // multipliers of a chain
    parameter WIDTH      = 64,  // bits of a word
    parameter WORDS      = 1,   // words of a bank
    parameter TAG_CYCLES = 1,   // from weight_word to the read of column 0
    parameter SUM_CYCLES = 6,   // of dw_float_adder
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
    if (ROWS < 1) begin : bad_1 dw_float_weight_store_ROWS_must_be_at_least_1 u (); end
    if (COLS < 1) begin : bad_2 dw_float_weight_store_COLS_must_be_at_least_1 u (); end
    if (SUM_CYCLES < 1) begin : bad_3 dw_float_weight_store_SUM_CYCLES_must_be_at_least_1 u (); end
  endgenerate

  genvar row, col;
  generate
    for (col = 0; col < COLS; col = col + 1) begin : g_col
      wire [ROWS-1:0] column_write;
      wire [ROWS*WIDTH-1:0] column;
      for (row = 0; row < ROWS; row = row + 1) begin : g_row
        assign column_write[row] = write_word[row*COLS+col];
        assign weights[(row*COLS+col)*WIDTH+:WIDTH] = column[row*WIDTH+:WIDTH];
      end
      dw_weight_store #(
          .ROWS      (ROWS),
          .COLS      (1),
          .WIDTH     (WIDTH),
          .WORDS     (WORDS),
          .TAG_CYCLES(TAG_CYCLES + ((col > 1) ? (col - 1) * SUM_CYCLES : 0)),
          .WORD_W    (WORD_W)
      ) u_column (
          .clk          (clk),
          .rst          (rst),
          .active_bank  (active_bank),
          .weight_word  (weight_word),
          .write_word   (column_write),
          .write_address(write_address),
          .write_data   (write_data),
          .weights      (column)
      );
    end
  endgenerate

endmodule

`default_nettype wire
