// One word of one byte's memory, at an arbitrary byte, set and bank, against its last write.
`include "promise.svh"

module check_dw_scale_store (
    input clk,
    input rst,
    input active_bank,
    input weight_set,
    input [2:0] write_word,
    input [1:0] write_set,
    input [1:0] write_data
);
  wire [5:0] scale;
  dw_scale_store #(.WIDTH(2), .SETS(2), .BIAS_BYTES(1), .MULTIPLIER_BYTES(1), .TAG_CYCLES(1),
      .MULTIPLIER_DELAY(1), .RIGHT_SHIFT_DELAY(3)) dut (.*);
  (* anyconst *) reg [1:0] part;
  (* anyconst *) reg [1:0] address;
  wire [3:0] delay = (part == 0) ? 3 : (part == 1) ? 4 : 6;
  reg written = 1'b0;
  reg [1:0] word;
  reg [5:0] named;
  reg [3:0] age = 4'd0, calm = 4'd0;
  always @(posedge clk) begin
    if (age < 6) age <= age + 1;
    if (calm < 6) calm <= calm + 1;
    if (write_word[part] && write_set == address) begin
      {written, word} <= {1'b1, write_data};
      calm <= 0;
    end
    named <= {named, {active_bank, weight_set} == address};
  end
  always @* assume (part < 3);
  wire due = written && calm == 6 && age == 6 && named[delay-1];
  wire [1:0] got = scale[part*2+:2];
  (* hierconn *) wire [1:0]
      \dut.g_byte[0].u_memory.memory[0] ,
      \dut.g_byte[0].u_memory.memory[1] ,
      \dut.g_byte[0].u_memory.memory[2] ,
      \dut.g_byte[0].u_memory.memory[3] ,
      \dut.g_byte[1].u_memory.memory[0] ,
      \dut.g_byte[1].u_memory.memory[1] ,
      \dut.g_byte[1].u_memory.memory[2] ,
      \dut.g_byte[1].u_memory.memory[3] ,
      \dut.g_byte[2].u_memory.memory[0] ,
      \dut.g_byte[2].u_memory.memory[1] ,
      \dut.g_byte[2].u_memory.memory[2] ,
      \dut.g_byte[2].u_memory.memory[3] ;
  // Word a of byte k is word 4*k + a.
  wire [23:0] memories = {
      \dut.g_byte[2].u_memory.memory[3] ,
      \dut.g_byte[2].u_memory.memory[2] ,
      \dut.g_byte[2].u_memory.memory[1] ,
      \dut.g_byte[2].u_memory.memory[0] ,
      \dut.g_byte[1].u_memory.memory[3] ,
      \dut.g_byte[1].u_memory.memory[2] ,
      \dut.g_byte[1].u_memory.memory[1] ,
      \dut.g_byte[1].u_memory.memory[0] ,
      \dut.g_byte[0].u_memory.memory[3] ,
      \dut.g_byte[0].u_memory.memory[2] ,
      \dut.g_byte[0].u_memory.memory[1] ,
      \dut.g_byte[0].u_memory.memory[0] };
  wire [3:0] place = part * 4 + address;
  always @* begin
    aid_word: assert (!written || memories[place*2+:2] == word);
    `PROMISE(bias, due && part == 0, got == word)
    `PROMISE(multiplier, due && part == 1, got == word)
    `PROMISE(right_shift, due && part == 2, got == word)
  end
endmodule
