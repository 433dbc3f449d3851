// The rules of AXI4-Lite on every channel, and one access for each transfer.
`include "promise.svh"

module check_dw_axil_port #(
    parameter ADDR_W = 3
) (
    input clk,
    input rst,
    input [ADDR_W-1:0] s_axil_awaddr,
    input s_axil_awvalid,
    input [31:0] s_axil_wdata,
    input [3:0] s_axil_wstrb,
    input s_axil_wvalid,
    input s_axil_bready,
    input [ADDR_W-1:0] s_axil_araddr,
    input s_axil_arvalid,
    input s_axil_rready,
    input write_refused,
    input [31:0] read_data,
    input read_refused
);
  wire s_axil_awready, s_axil_wready, s_axil_bvalid, s_axil_arready, s_axil_rvalid;
  wire [1:0] s_axil_bresp, s_axil_rresp;
  wire [31:0] s_axil_rdata, write_data;
  wire write, write_whole;
  wire [ADDR_W-1:0] write_address, read_address;
  dw_axil_port #(.ADDR_W(ADDR_W)) dut (.*);
  (* hierconn *) wire \dut.address_held , \dut.data_held , \dut.read_held ;
  (* hierconn *) wire [3:0] \dut.strobe ;

  reg after_reset = 1'b0, in_reset, held_b, held_r, due_b, due_r, refused_w, refused_r;
  reg [1:0] bresp, rresp;
  reg [31:0] rdata, due_data;
  // Transfers that are not answered yet.
  reg [2:0] addresses, datas, reads;
  reg [ADDR_W-1:0] address, read_at;
  reg [31:0] data;
  reg [3:0] strobe;
  wire aw = s_axil_awvalid && s_axil_awready, w = s_axil_wvalid && s_axil_wready;
  wire ar = s_axil_arvalid && s_axil_arready;
  wire b = s_axil_bvalid && s_axil_bready, r = s_axil_rvalid && s_axil_rready;
  always @(posedge clk) begin
    after_reset <= after_reset || rst;
    in_reset <= rst;
    {held_b, bresp} <= {s_axil_bvalid && !s_axil_bready && !rst, s_axil_bresp};
    {held_r, rresp, rdata} <= {s_axil_rvalid && !s_axil_rready && !rst, s_axil_rresp, s_axil_rdata};
    due_b <= write && !rst;
    refused_w <= write_refused;
    addresses <= rst ? 0 : addresses + aw - b;
    datas <= rst ? 0 : datas + w - b;
    reads <= rst ? 0 : reads + ar - r;
    if (aw) address <= s_axil_awaddr;
    if (w) {data, strobe} <= {s_axil_wdata, s_axil_wstrb};
    if (ar) read_at <= s_axil_araddr;
    due_r <= \dut.read_held && !s_axil_rvalid && !rst;
    {refused_r, due_data} <= {read_refused, read_data};
  end

  wire read_busy = \dut.read_held ;
  always @* if (after_reset) begin
    `PROMISE(response_holds, held_b, s_axil_bvalid && s_axil_bresp == bresp)
    `PROMISE(read_data_holds, held_r,
             s_axil_rvalid && s_axil_rresp == rresp && s_axil_rdata == rdata)
    `PROMISE(no_response_without_address_and_data, s_axil_bvalid, addresses != 0 && datas != 0)
    `PROMISE(no_read_data_without_address, s_axil_rvalid, reads != 0)
    `PROMISE(write_has_address_and_data, write,
             write_address == address && write_data == data && write_whole == (&strobe))
    `PROMISE(write_is_answered, due_b, s_axil_bvalid)
    `PROMISE(slverr_if_refused, due_b && refused_w, s_axil_bresp == 2'b10)
    `PROMISE(okay_if_not, due_b && !refused_w, s_axil_bresp == 2'b00)
    `PROMISE(read_is_answered, due_r, s_axil_rvalid && s_axil_rdata == due_data)
    `PROMISE(read_slverr_if_refused, due_r, s_axil_rresp == (refused_r ? 2'b10 : 2'b00))
    `PROMISE(read_at_its_address, read_busy, read_address == read_at)
    `PROMISE(one_write_ahead_at_most, addresses == 2, !s_axil_awready)
    `PROMISE(one_data_ahead_at_most, datas == 2, !s_axil_wready)
    `PROMISE(one_read_ahead_at_most, reads == 2, !s_axil_arready)
    `PROMISE(no_access_is_lost, !in_reset && addresses != 0 && datas != 0, write || s_axil_bvalid)
    `PROMISE(ready_for_a_free_channel, !in_reset && addresses == 0, s_axil_awready)
    `PROMISE(quiet_in_reset, in_reset, !s_axil_awready && !s_axil_wready && !s_axil_arready &&
             !s_axil_bvalid && !s_axil_rvalid)
    aid_counts: assert (addresses == \dut.address_held + s_axil_bvalid &&
                        datas == \dut.data_held + s_axil_bvalid &&
                        reads == \dut.read_held + s_axil_rvalid);
    aid_data: assert (!\dut.data_held || \dut.strobe == strobe && write_data == data);
    aid_address: assert (!\dut.address_held || write_address == address);
  end
endmodule
