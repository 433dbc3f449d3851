// dw_axil_port: an AXI4-Lite slave that turns transfers into single-cycle register accesses.
//
// Promises: the address and the data of a write are accepted independently, in either order or
// together. In the cycle with `write` both are present, and `write_refused`, which may depend on
// them combinationally, selects SLVERR instead of OKAY. A read captures read_data and
// read_refused in the cycle after its address. Reads and writes do not wait for each other; at
// most one of each is in progress. No bus output depends combinationally on a bus input, and
// valid and payload hold until the transfer.
`default_nettype none

module dw_axil_port #(
    parameter ADDR_W = 12  // bits of a byte address
) (
    input  wire              clk,
    input  wire              rst,
    input  wire [ADDR_W-1:0] s_axil_awaddr,
    input  wire              s_axil_awvalid,
    output wire              s_axil_awready,
    input  wire [      31:0] s_axil_wdata,
    input  wire [       3:0] s_axil_wstrb,
    input  wire              s_axil_wvalid,
    output wire              s_axil_wready,
    output wire [       1:0] s_axil_bresp,
    output reg               s_axil_bvalid,
    input  wire              s_axil_bready,
    input  wire [ADDR_W-1:0] s_axil_araddr,
    input  wire              s_axil_arvalid,
    output wire              s_axil_arready,
    output reg  [      31:0] s_axil_rdata,
    output wire [       1:0] s_axil_rresp,
    output reg               s_axil_rvalid,
    input  wire              s_axil_rready,
    // the registers
    output wire              write,
    output reg  [ADDR_W-1:0] write_address,
    output reg  [      31:0] write_data,
    output wire              write_whole,    // all four bytes are written
    input  wire              write_refused,
    output reg  [ADDR_W-1:0] read_address,
    input  wire [      31:0] read_data,
    input  wire              read_refused
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (ADDR_W < 1) begin : bad_1 dw_axil_port_ADDR_W_must_be_at_least_1 u (); end
  endgenerate

  reg out_of_reset;  // keeps every ready at 0 in reset
  reg address_held;
  reg data_held;
  reg [3:0] strobe;
  reg write_failed;
  reg read_held;
  reg read_failed;

  assign s_axil_awready = out_of_reset && !address_held;
  assign s_axil_wready = out_of_reset && !data_held;
  assign s_axil_arready = out_of_reset && !read_held;
  // SLVERR or OKAY
  assign s_axil_bresp = {write_failed, 1'b0};
  assign s_axil_rresp = {read_failed, 1'b0};

  assign write = address_held && data_held && !s_axil_bvalid;
  assign write_whole = &strobe;
  wire read = read_held && !s_axil_rvalid;

  always @(posedge clk) begin
    if (rst) begin
      out_of_reset <= 1'b0;
      address_held <= 1'b0;
      data_held <= 1'b0;
      read_held <= 1'b0;
      s_axil_bvalid <= 1'b0;
      s_axil_rvalid <= 1'b0;
    end else begin
      out_of_reset <= 1'b1;
      if (s_axil_awvalid && s_axil_awready) address_held <= 1'b1;
      else if (write) address_held <= 1'b0;
      if (s_axil_wvalid && s_axil_wready) data_held <= 1'b1;
      else if (write) data_held <= 1'b0;
      if (write) s_axil_bvalid <= 1'b1;
      else if (s_axil_bready) s_axil_bvalid <= 1'b0;

      if (s_axil_arvalid && s_axil_arready) read_held <= 1'b1;
      else if (read) read_held <= 1'b0;
      if (read) s_axil_rvalid <= 1'b1;
      else if (s_axil_rready) s_axil_rvalid <= 1'b0;
    end

    if (s_axil_awvalid && s_axil_awready) write_address <= s_axil_awaddr;
    if (s_axil_wvalid && s_axil_wready) begin
      write_data <= s_axil_wdata;
      strobe <= s_axil_wstrb;
    end
    if (write) write_failed <= write_refused;
    if (s_axil_arvalid && s_axil_arready) read_address <= s_axil_araddr;
    if (read) begin
      s_axil_rdata <= read_data;
      read_failed  <= read_refused;
    end
  end

endmodule

`default_nettype wire
