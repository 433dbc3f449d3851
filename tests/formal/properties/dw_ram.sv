// One word of the memory, at an arbitrary address, against its last write.
`include "promise.svh"

module check_dw_ram #(
    parameter WIDTH = 2,
    parameter ADDR_W = 2
) (
    input clk,
    input write,
    input [ADDR_W-1:0] write_address,
    input [WIDTH-1:0] write_data,
    input read,
    input clear,
    input [ADDR_W-1:0] read_address
);
  wire [WIDTH-1:0] read_data;
  dw_ram #(.WIDTH(WIDTH), .ADDR_W(ADDR_W)) dut (.*);
  (* hierconn *) wire [WIDTH-1:0] \dut.memory[0] , \dut.memory[1] ;
  (* hierconn *) wire [WIDTH-1:0] \dut.memory[2] , \dut.memory[3] ;
  wire [4*WIDTH-1:0] memory =
      {\dut.memory[3] , \dut.memory[2] , \dut.memory[1] , \dut.memory[0] };

  (* anyconst *) reg [ADDR_W-1:0] place;
  reg written = 1'b0, first_read = 1'b0, both_reads = 1'b0, was_cleared = 1'b0, idle = 1'b0;
  reg [WIDTH-1:0] word, first_word, both_word, held_data;
  always @(posedge clk) begin
    if (write && write_address == place) {written, word} <= {1'b1, write_data};
    // The word that the first of two reads met, unless it was being written.
    if (read) begin
      first_read <= written && read_address == place && !(write && write_address == place);
      first_word <= word;
    end
    both_reads <= read && first_read && !clear;
    if (read) both_word <= first_word;
    was_cleared <= clear;
    idle <= !read && !clear;
    held_data <= read_data;
  end

  always @* begin
    `PROMISE(reads_the_last_write, both_reads, read_data == both_word)
    `PROMISE(clears, was_cleared, read_data == 0)
    `PROMISE(holds_without_read, idle, read_data == held_data)
    aid_word: assert (!written || memory[place*WIDTH+:WIDTH] == word);
    aid_first: assert (!first_read || \dut.memory_data == first_word);
  end
  (* hierconn *) wire [WIDTH-1:0] \dut.memory_data ;
endmodule
