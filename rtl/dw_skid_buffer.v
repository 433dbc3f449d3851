// dw_skid_buffer: two-entry register slice for a valid/ready stream.
//
// Promises: s_ready is a register, so the slice cuts every combinational path between its two
// sides; it is 0 in reset and in the first cycle after it. The slice passes one beat a
// cycle, with a latency of one cycle. Once m_valid is high, m_valid and m_data hold until the
// transfer. Registers alone choose the entry of a beat, so m_ready may come late: it enables no
// data register.
`default_nettype none

module dw_skid_buffer #(
    parameter WIDTH = 8  // bits of a beat, tlast included
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] s_data,
    input  wire             s_valid,
    output reg              s_ready,       // an entry is free
    output wire [WIDTH-1:0] m_data,
    output wire             m_valid,
    output wire             m_valid_next,  // m_valid of the next cycle, if no reset comes
    input  wire             m_ready
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_skid_buffer_WIDTH_must_be_at_least_1 u (); end
  endgenerate

  reg [WIDTH-1:0] first_data;
  reg [WIDTH-1:0] second_data;
  reg write_second;  // the entry that the next beat goes to
  reg read_second;  // the entry that the next beat comes from
  reg out_valid;  // an entry is taken; both are if s_ready is 0

  assign m_valid = out_valid;
  assign m_data  = read_second ? second_data : first_data;

  wire accept = s_valid && s_ready;
  assign m_valid_next = out_valid ? !m_ready || !s_ready || s_valid : accept;

  always @(posedge clk) begin
    if (rst) begin
      out_valid <= 1'b0;
      s_ready <= 1'b0;
      write_second <= 1'b0;
      read_second <= 1'b0;
    end else begin
      out_valid <= m_valid_next;
      if (m_ready || !out_valid) s_ready <= 1'b1;
      else if (accept) s_ready <= 1'b0;
      if (accept) write_second <= !write_second;
      if (m_ready && out_valid) read_second <= !read_second;
    end
    // A free entry follows s_data until it accepts a beat.
    if (s_ready && !write_second) first_data <= s_data;
    if (s_ready && write_second) second_data <= s_data;
  end

endmodule

`default_nettype wire
