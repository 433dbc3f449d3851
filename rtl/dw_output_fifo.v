// dw_output_fifo: a FIFO without a full flag: its writer holds a credit for each word.
//
// Promises: m_valid and m_data come from registers; once m_valid is 1, both hold until the
// transfer. `popped` is 1 in each cycle that frees an entry. A word written into an empty FIFO
// is at the output two cycles later.
`default_nettype none

module dw_output_fifo #(
    parameter WIDTH = 8,
    parameter DEPTH = 16  // entries, without the output register
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             write,
    input  wire [WIDTH-1:0] write_data,
    output wire             popped,
    output reg  [WIDTH-1:0] m_data,
    output reg              m_valid,
    input  wire             m_ready
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_output_fifo_WIDTH_must_be_at_least_1 u (); end
    if (DEPTH < 1) begin : bad_2 dw_output_fifo_DEPTH_must_be_at_least_1 u (); end
  endgenerate

  localparam ADDR_W = (DEPTH > 1) ? $clog2(DEPTH) : 1;
  localparam LAST_ENTRY = DEPTH - 1;
  localparam [ADDR_W-1:0] LAST = LAST_ENTRY[ADDR_W-1:0];

  reg [WIDTH-1:0] memory[0:DEPTH-1];
  reg [ADDR_W-1:0] write_address;
  reg [ADDR_W-1:0] read_address;
  reg [ADDR_W:0] entries;
  reg not_empty;  // entries is not 0

  wire pop = not_empty && (!m_valid || m_ready);
  wire write_wraps = write && (write_address == LAST);
  wire read_wraps = pop && (read_address == LAST);

  assign popped = pop;

  always @(posedge clk) begin
    if (rst) begin
      write_address <= {ADDR_W{1'b0}};
      read_address <= {ADDR_W{1'b0}};
      entries <= {(ADDR_W + 1) {1'b0}};
      not_empty <= 1'b0;
      m_valid <= 1'b0;
    end else begin
      if (write) write_address <= write_wraps ? {ADDR_W{1'b0}} : write_address + 1'b1;
      if (pop) read_address <= read_wraps ? {ADDR_W{1'b0}} : read_address + 1'b1;
      if (write && !pop) begin
        entries <= entries + 1'b1;
        not_empty <= 1'b1;
      end else if (pop && !write) begin
        entries <= entries - 1'b1;
        not_empty <= (entries != 1);
      end
      if (pop) m_valid <= 1'b1;
      else if (m_ready) m_valid <= 1'b0;
    end
    if (write) memory[write_address] <= write_data;
    if (pop) m_data <= memory[read_address];
  end

endmodule

`default_nettype wire
