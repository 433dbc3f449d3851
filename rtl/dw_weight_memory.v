// dw_weight_memory: the weights of one tap, for all lanes, weight sets and both banks.
//
// Promises: read_data is the word at read_address two cycles before. The memory's output and
// the multiplier's operand are registers of their own.
`default_nettype none

module dw_weight_memory #(
    parameter WIDTH  = 64,  // bits of a word: lanes * weight_width
    parameter ADDR_W = 1    // bits of an address
) (
    input  wire              clk,
    input  wire              write,
    input  wire [ADDR_W-1:0] write_address,
    input  wire [ WIDTH-1:0] write_data,
    input  wire [ADDR_W-1:0] read_address,
    output reg  [ WIDTH-1:0] read_data
);

  reg [WIDTH-1:0] memory[0:(1<<ADDR_W)-1];
  reg [WIDTH-1:0] memory_data;

  always @(posedge clk) begin
    if (write) memory[write_address] <= write_data;
    memory_data <= memory[read_address];
    read_data   <= memory_data;
  end

endmodule

`default_nettype wire
