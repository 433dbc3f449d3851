// One word of the ring, at an arbitrary address, against its last write, through every read around it.
`include "promise.svh"

module check_dw_ring (
    input clk,
    input write,
    input [2:0] write_address,
    input [1:0] write_data,
    input read,
    input [2:0] read_address
);
  wire [7:0] read_data;
  dw_ring #(.WIDTH(1), .BEAT_PIXELS(2), .READ_PIXELS(8), .ADDR_W(3)) dut (.*);
  (* anyconst *) reg [2:0] place;
  reg reads = 1'b0;  // a read that waits, and its address
  reg [2:0] address;
  wire [2:0] ahead = place - address;  // modulo the ring
  reg written = 1'b0, first_read = 1'b0, both_reads = 1'b0, wraps, idle = 1'b0, known = 1'b0;
  reg [1:0] word, first_word, both_word;
  reg both_wrap;
  reg [7:0] held_data;
  always @(posedge clk) begin
    if (write && write_address == place) {written, word} <= {1'b1, write_data};
    // The word that the first of two reads met, unless it was being written.
    {reads, address} <= {read, read_address};
    if (reads) begin
      first_read <= written && ahead < 4 && !(write && write_address == place);
      wraps <= address > place;
      first_word <= word;
      both_word <= first_word;
      both_wrap <= wraps;
    end
    both_reads <= reads && first_read;
    known <= 1'b1;
    idle <= known && !reads;
    held_data <= read_data;
  end
  // The word at an address is in the bank of its low bits.
  wire [1:0] got = read_data[place[1:0]*2+:2];

  (* hierconn *) wire [1:0]
      \dut.g_banks.g_bank[0].u_ram.memory[0] , \dut.g_banks.g_bank[0].u_ram.memory[1] ,
      \dut.g_banks.g_bank[1].u_ram.memory[0] , \dut.g_banks.g_bank[1].u_ram.memory[1] ,
      \dut.g_banks.g_bank[2].u_ram.memory[0] , \dut.g_banks.g_bank[2].u_ram.memory[1] ,
      \dut.g_banks.g_bank[3].u_ram.memory[0] , \dut.g_banks.g_bank[3].u_ram.memory[1] ,
      \dut.g_banks.g_bank[0].u_ram.memory_data , \dut.g_banks.g_bank[1].u_ram.memory_data ,
      \dut.g_banks.g_bank[2].u_ram.memory_data , \dut.g_banks.g_bank[3].u_ram.memory_data ;
  wire [15:0] memories = {
      \dut.g_banks.g_bank[3].u_ram.memory[1] , \dut.g_banks.g_bank[2].u_ram.memory[1] ,
      \dut.g_banks.g_bank[1].u_ram.memory[1] , \dut.g_banks.g_bank[0].u_ram.memory[1] ,
      \dut.g_banks.g_bank[3].u_ram.memory[0] , \dut.g_banks.g_bank[2].u_ram.memory[0] ,
      \dut.g_banks.g_bank[1].u_ram.memory[0] , \dut.g_banks.g_bank[0].u_ram.memory[0] };
  wire [7:0] outputs = {
      \dut.g_banks.g_bank[3].u_ram.memory_data , \dut.g_banks.g_bank[2].u_ram.memory_data ,
      \dut.g_banks.g_bank[1].u_ram.memory_data , \dut.g_banks.g_bank[0].u_ram.memory_data };
  (* hierconn *) wire \dut.reads ;
  (* hierconn *) wire \dut.g_banks.g_bank[0].address , \dut.g_banks.g_bank[1].address ,
      \dut.g_banks.g_bank[2].address , \dut.g_banks.g_bank[3].address ;
  wire [3:0] addresses = {
      \dut.g_banks.g_bank[3].address , \dut.g_banks.g_bank[2].address ,
      \dut.g_banks.g_bank[1].address , \dut.g_banks.g_bank[0].address };
  wire [2:0] reach = address + 3 - place[1:0];
  always @* begin
    aid_start: assert (known || !(reads || first_read || both_reads));
    aid_reads: assert (!known || (\dut.reads == reads && addresses[place[1:0]] == reach[2]));
    `PROMISE(reads_the_last_write, both_reads, got == both_word)
    `PROMISE(reads_across_the_end, both_reads && both_wrap, got == both_word)
    `PROMISE(holds_without_read, idle, read_data == held_data)
    aid_word: assert (!written || memories[place*2+:2] == word);
    aid_first: assert (!first_read || outputs[place[1:0]*2+:2] == first_word);
  end
endmodule
