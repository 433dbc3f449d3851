// One word of one memory, at an arbitrary multiplier, set and bank, against its last write, with
// stand-ins for the memories.
`include "promise.svh"
`include "ram_stand_in.svh"

module check_dw_float_weight_store (
    input clk,
    input rst,
    input active_bank,
    input weight_word,
    input [5:0] write_word,
    input [1:0] write_address,
    input [1:0] write_data
);
  localparam COLS = 3, SUM_CYCLES = 2, LATEST = 1 + SUM_CYCLES + 2;
  wire [11:0] weights;
  dw_float_weight_store #(.ROWS(2), .COLS(COLS), .WIDTH(2), .WORDS(2), .TAG_CYCLES(1),
      .SUM_CYCLES(SUM_CYCLES)) dut (.*);
  (* hierconn *) wire [1:0]
      \dut.g_col[0].u_column.g_col[0].g_row[0].u_memory.watched ,
      \dut.g_col[0].u_column.g_col[0].g_row[0].u_memory.word ,
      \dut.g_col[1].u_column.g_col[0].g_row[0].u_memory.watched ,
      \dut.g_col[1].u_column.g_col[0].g_row[0].u_memory.word ,
      \dut.g_col[2].u_column.g_col[0].g_row[0].u_memory.watched ,
      \dut.g_col[2].u_column.g_col[0].g_row[0].u_memory.word ,
      \dut.g_col[0].u_column.g_col[0].g_row[1].u_memory.watched ,
      \dut.g_col[0].u_column.g_col[0].g_row[1].u_memory.word ,
      \dut.g_col[1].u_column.g_col[0].g_row[1].u_memory.watched ,
      \dut.g_col[1].u_column.g_col[0].g_row[1].u_memory.word ,
      \dut.g_col[2].u_column.g_col[0].g_row[1].u_memory.watched ,
      \dut.g_col[2].u_column.g_col[0].g_row[1].u_memory.word ;
  (* anyconst *) reg [2:0] unit;
  (* anyconst *) reg [1:0] place;
  wire is_late = unit % COLS == 2;
  wire writes = write_word[unit] && write_address == place;
  reg written = 1'b0;
  reg [1:0] word;
  reg [2:0] age = 3'd0;
  reg [SUM_CYCLES:0] named;
  reg [1:0] met;
  reg [3:0] words;
  always @(posedge clk) begin
    if (writes) {written, word} <= {1'b1, write_data};
    if (age < LATEST) age <= age + 1;
    named <= {named, {active_bank, weight_word} == place};
    met <= {met, named[is_late?SUM_CYCLES:0] && written && !writes};
    words <= {words, word};
  end
  wire due = age == LATEST && met[1];
  wire [1:0] got = weights[unit*2+:2];
  wire [11:0] kept = {
      \dut.g_col[2].u_column.g_col[0].g_row[1].u_memory.word ,
      \dut.g_col[1].u_column.g_col[0].g_row[1].u_memory.word ,
      \dut.g_col[0].u_column.g_col[0].g_row[1].u_memory.word ,
      \dut.g_col[2].u_column.g_col[0].g_row[0].u_memory.word ,
      \dut.g_col[1].u_column.g_col[0].g_row[0].u_memory.word ,
      \dut.g_col[0].u_column.g_col[0].g_row[0].u_memory.word };
  always @* begin
    assume (unit < 6);
    assume (\dut.g_col[0].u_column.g_col[0].g_row[0].u_memory.watched == place);
    assume (\dut.g_col[1].u_column.g_col[0].g_row[0].u_memory.watched == place);
    assume (\dut.g_col[2].u_column.g_col[0].g_row[0].u_memory.watched == place);
    assume (\dut.g_col[0].u_column.g_col[0].g_row[1].u_memory.watched == place);
    assume (\dut.g_col[1].u_column.g_col[0].g_row[1].u_memory.watched == place);
    assume (\dut.g_col[2].u_column.g_col[0].g_row[1].u_memory.watched == place);
    `PROMISE(weight_of_the_named_word, due && !is_late, got == words[3:2])
    `PROMISE(weight_of_a_later_column, due && is_late, got == words[3:2])
    aid_word: assert (!written || kept[unit*2+:2] == word);
  end
endmodule
