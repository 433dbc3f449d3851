// One word of one memory, at an arbitrary beat, set and bank, against its last write, with stand-ins
// for the memories.
`include "promise.svh"
`include "ram_stand_in.svh"

module check_dw_float_bias_store (
    input clk,
    input rst,
    input active_bank,
    input weight_set,
    input [1:0] write_word,
    input [1:0] write_set,
    input [3:0] write_data
);
  wire [7:0] bias;
  dw_float_bias_store #(.LANES(2), .WIDTH(2), .WORDS(2), .SETS(2), .TAG_CYCLES(1)) dut (.*);
  (* hierconn *) wire [1:0] \dut.g_word[0].u_memory.watched , \dut.g_word[1].u_memory.watched ;
  (* hierconn *) wire [3:0] \dut.g_word[0].u_memory.word , \dut.g_word[1].u_memory.word ;
  (* anyconst *) reg beat;
  (* anyconst *) reg [1:0] place;
  wire writes = write_word[beat] && write_set == place;
  reg written = 1'b0, named;
  reg [3:0] word;
  reg [1:0] age = 2'd0, met;
  reg [7:0] words;
  always @(posedge clk) begin
    if (writes) {written, word} <= {1'b1, write_data};
    if (age < 3) age <= age + 1;
    named <= {active_bank, weight_set} == place;
    met <= {met, named && written && !writes};  // the memory reads a cycle after the set is named
    words <= {words, word};
  end
  wire due = age == 3 && met[1];
  wire [3:0] was = words[7:4];
  always @* begin
    assume (\dut.g_word[0].u_memory.watched == place);
    assume (\dut.g_word[1].u_memory.watched == place);
    `PROMISE(low_beat_of_each_lane, due && !beat, {bias[5:4], bias[1:0]} == was)
    `PROMISE(high_beat_of_each_lane, due && beat, {bias[7:6], bias[3:2]} == was)
    aid_word: assert (!written || (beat ? \dut.g_word[1].u_memory.word
                                        : \dut.g_word[0].u_memory.word ) == word);
  end
endmodule
