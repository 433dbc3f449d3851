// dw_skid_buffer: two-entry register slice for a valid/ready stream.
//
// Promises: s_ready comes from a register, so the slice cuts every combinational path
// between its two sides; it passes one beat a cycle; latency is one cycle. Once m_valid is
// high, m_valid and m_data hold until the transfer.
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
    input  wire             m_ready
);

  reg [WIDTH-1:0] out_data;
  reg             out_valid;
  reg [WIDTH-1:0] skid_data;  // the beat that arrived while the output was blocked
  reg             skid_valid;

  assign s_ready = !skid_valid;
  assign m_data  = out_data;
  assign m_valid = out_valid;

  wire accept = s_valid && s_ready;
  wire move = m_ready || !out_valid;  // the output register takes a new beat

  always @(posedge clk) begin
    if (rst) begin
      out_valid  <= 1'b0;
      skid_valid <= 1'b0;
    end else begin
      if (move) begin
        out_valid  <= skid_valid || accept;
        skid_valid <= 1'b0;
      end else if (accept) begin
        skid_valid <= 1'b1;
      end
    end
    if (move) out_data <= skid_valid ? skid_data : s_data;
    if (accept) skid_data <= s_data;
  end

endmodule

`default_nettype wire
