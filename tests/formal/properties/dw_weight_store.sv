// One word of one memory, at an arbitrary multiplier, set and bank, against its last write.
`include "promise.svh"

module check_dw_weight_store #(
    parameter ROWS = 2,
    parameter COLS = 3,
    parameter TAG_CYCLES = 1
) (
    input clk,
    input rst,
    input active_bank,
    input weight_word,
    input [ROWS*COLS-1:0] write_word,
    input [1:0] write_address,
    input [1:0] write_data
);
  wire [ROWS*COLS*2-1:0] weights;
  dw_weight_store #(.ROWS(ROWS), .COLS(COLS), .WIDTH(2), .WORDS(2), .TAG_CYCLES(TAG_CYCLES))
      dut (.*);
  // Columns 0 and 1 read at once; each later column one cycle after the one before it.
  localparam LATEST = TAG_CYCLES + 2 + COLS - 2;
  (* anyconst *) reg [2:0] unit;
  (* anyconst *) reg [1:0] address;
  wire [2:0] col = unit % COLS;
  wire [3:0] delay = TAG_CYCLES + 2 + ((col > 1) ? col - 1 : 0);
  reg written = 1'b0;
  reg [1:0] word;
  reg [LATEST-1:0] named;  // the emission of i + 1 cycles ago named the address
  reg [3:0] age = 4'd0, calm = 4'd0;  // cycles since the last write of the word
  always @(posedge clk) begin
    if (age < LATEST) age <= age + 1;
    if (calm < LATEST) calm <= calm + 1;
    if (write_word[unit] && write_address == address) begin
      {written, word} <= {1'b1, write_data};
      calm <= 0;
    end
    named <= {named, {active_bank, weight_word} == address};
  end
  always @* assume (unit < ROWS * COLS);
  wire due = written && calm == LATEST && age == LATEST && named[delay-1];
  wire [1:0] got = weights[unit*2+:2];
  (* hierconn *) wire [1:0]
      \dut.g_col[0].g_row[0].u_memory.memory[0] ,
      \dut.g_col[0].g_row[0].u_memory.memory[1] ,
      \dut.g_col[0].g_row[0].u_memory.memory[2] ,
      \dut.g_col[0].g_row[0].u_memory.memory[3] ,
      \dut.g_col[1].g_row[0].u_memory.memory[0] ,
      \dut.g_col[1].g_row[0].u_memory.memory[1] ,
      \dut.g_col[1].g_row[0].u_memory.memory[2] ,
      \dut.g_col[1].g_row[0].u_memory.memory[3] ,
      \dut.g_col[2].g_row[0].u_memory.memory[0] ,
      \dut.g_col[2].g_row[0].u_memory.memory[1] ,
      \dut.g_col[2].g_row[0].u_memory.memory[2] ,
      \dut.g_col[2].g_row[0].u_memory.memory[3] ,
      \dut.g_col[0].g_row[1].u_memory.memory[0] ,
      \dut.g_col[0].g_row[1].u_memory.memory[1] ,
      \dut.g_col[0].g_row[1].u_memory.memory[2] ,
      \dut.g_col[0].g_row[1].u_memory.memory[3] ,
      \dut.g_col[1].g_row[1].u_memory.memory[0] ,
      \dut.g_col[1].g_row[1].u_memory.memory[1] ,
      \dut.g_col[1].g_row[1].u_memory.memory[2] ,
      \dut.g_col[1].g_row[1].u_memory.memory[3] ,
      \dut.g_col[2].g_row[1].u_memory.memory[0] ,
      \dut.g_col[2].g_row[1].u_memory.memory[1] ,
      \dut.g_col[2].g_row[1].u_memory.memory[2] ,
      \dut.g_col[2].g_row[1].u_memory.memory[3] ;
  // Word a of multiplier u is word 4*u + a.
  wire [47:0] memories = {
      \dut.g_col[2].g_row[1].u_memory.memory[3] ,
      \dut.g_col[2].g_row[1].u_memory.memory[2] ,
      \dut.g_col[2].g_row[1].u_memory.memory[1] ,
      \dut.g_col[2].g_row[1].u_memory.memory[0] ,
      \dut.g_col[1].g_row[1].u_memory.memory[3] ,
      \dut.g_col[1].g_row[1].u_memory.memory[2] ,
      \dut.g_col[1].g_row[1].u_memory.memory[1] ,
      \dut.g_col[1].g_row[1].u_memory.memory[0] ,
      \dut.g_col[0].g_row[1].u_memory.memory[3] ,
      \dut.g_col[0].g_row[1].u_memory.memory[2] ,
      \dut.g_col[0].g_row[1].u_memory.memory[1] ,
      \dut.g_col[0].g_row[1].u_memory.memory[0] ,
      \dut.g_col[2].g_row[0].u_memory.memory[3] ,
      \dut.g_col[2].g_row[0].u_memory.memory[2] ,
      \dut.g_col[2].g_row[0].u_memory.memory[1] ,
      \dut.g_col[2].g_row[0].u_memory.memory[0] ,
      \dut.g_col[1].g_row[0].u_memory.memory[3] ,
      \dut.g_col[1].g_row[0].u_memory.memory[2] ,
      \dut.g_col[1].g_row[0].u_memory.memory[1] ,
      \dut.g_col[1].g_row[0].u_memory.memory[0] ,
      \dut.g_col[0].g_row[0].u_memory.memory[3] ,
      \dut.g_col[0].g_row[0].u_memory.memory[2] ,
      \dut.g_col[0].g_row[0].u_memory.memory[1] ,
      \dut.g_col[0].g_row[0].u_memory.memory[0] };
  wire [4:0] place = unit * 4 + address;
  always @* begin
    aid_word: assert (!written || memories[place*2+:2] == word);
    `PROMISE(weight_of_the_named_word, due && col < 2, got == word)
    `PROMISE(weight_of_a_later_column, due && col == 2, got == word)
  end
endmodule
