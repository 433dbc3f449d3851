// dw_skid_buffer: two-entry register slice for a valid/ready stream.
//
// Promises: s_ready comes from a register, so the slice cuts every combinational path
// between its two sides; it passes one beat a cycle; latency is one cycle. Once m_valid is
// high, m_valid and m_data hold until the transfer. Which entry a beat is in hangs on registers
// alone, so m_ready may come late: it enables no data register.
`default_nettype none

module dw_skid_buffer #(
    parameter WIDTH = 8  // bits of a beat, tlast included
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] s_data,
    input  wire             s_valid,
    output wire             s_ready,
    output wire [WIDTH-1:0] m_data,
    output wire             m_valid,
    output wire             m_valid_next,  // what m_valid will be, if no reset comes
    input  wire             m_ready
);

  reg [WIDTH-1:0] first_data;
  reg [WIDTH-1:0] second_data;
  reg write_second;  // the entry that the next beat goes to
  reg read_second;  // the entry that the next beat comes from
  reg out_valid;  // an entry is taken
  reg skid_valid;  // both are

  assign s_ready = !skid_valid;
  assign m_valid = out_valid;
  assign m_data  = read_second ? second_data : first_data;

  wire accept = s_valid && s_ready;
  assign m_valid_next = (m_ready || !out_valid) ? skid_valid || accept : 1'b1;

  always @(posedge clk) begin
    if (rst) begin
      out_valid <= 1'b0;
      skid_valid <= 1'b0;
      write_second <= 1'b0;
      read_second <= 1'b0;
    end else begin
      out_valid <= m_valid_next;
      if (m_ready || !out_valid) skid_valid <= 1'b0;
      else if (accept) skid_valid <= 1'b1;
      if (accept) write_second <= !write_second;
      if (m_ready && out_valid) read_second <= !read_second;
    end
    // A free entry takes whatever is offered, until a beat is.
    if (s_ready && !write_second) first_data <= s_data;
    if (s_ready && write_second) second_data <= s_data;
  end

endmodule

`default_nettype wire
