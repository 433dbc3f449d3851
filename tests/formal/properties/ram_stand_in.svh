// A stand-in for dw_ram, for proofs of the modules that use it: it keeps the word of one arbitrary
// address, `watched`. A read of another address, or beside a write of this one, gives any word.
module dw_ram #(
    parameter WIDTH = 1,
    parameter ADDR_W = 1
) (
    input clk,
    input write,
    input [ADDR_W-1:0] write_address,
    input [WIDTH-1:0] write_data,
    input read,
    input clear,
    input [ADDR_W-1:0] read_address,
    output reg [WIDTH-1:0] read_data
);
  (* anyconst *) reg [ADDR_W-1:0] watched;
  (* anyseq *) reg [WIDTH-1:0] unknown;
  reg [WIDTH-1:0] word, memory_data;
  wire writes = write && write_address == watched;
  always @(posedge clk) begin
    if (writes) word <= write_data;
    if (read) memory_data <= (read_address == watched && !writes) ? word : unknown;
    if (read) read_data <= memory_data;
    if (clear) read_data <= 0;
  end
endmodule
