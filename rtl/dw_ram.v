// dw_ram: a memory with a write port and a registered read port.
//
// Promises: after two cycles with `read`, read_data is the word that was at the read_address of
// the first of them, unless that word was written in the same cycle. A cycle with `clear` and
// `read` makes read_data 0 and discards the reads before it. The memory output and read_data are
// registers, which a block RAM can absorb.
`default_nettype none

module dw_ram #(
    parameter WIDTH  = 64,  // bits of a word
    parameter ADDR_W = 4    // bits of an address
) (
    input  wire              clk,
    input  wire              write,
    input  wire [ADDR_W-1:0] write_address,
    input  wire [ WIDTH-1:0] write_data,
    input  wire              read,
    input  wire              clear,
    input  wire [ADDR_W-1:0] read_address,
    output reg  [ WIDTH-1:0] read_data
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_ram_WIDTH_must_be_at_least_1 u (); end
    if (ADDR_W < 1) begin : bad_2 dw_ram_ADDR_W_must_be_at_least_1 u (); end
  endgenerate

  // No user of this module takes a word that is read while it is written, so a synthesizer need
  // not define the result of such a read.
  (* no_rw_check *)
  reg [WIDTH-1:0] memory[0:(1<<ADDR_W)-1];
  reg [WIDTH-1:0] memory_data;

  always @(posedge clk) begin
    if (write) memory[write_address] <= write_data;
    if (read) begin
      memory_data <= memory[read_address];
      read_data   <= memory_data;
    end
    if (clear) read_data <= {WIDTH{1'b0}};
  end

endmodule

`default_nettype wire
