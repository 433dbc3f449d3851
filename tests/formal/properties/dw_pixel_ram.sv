// One pixel of the memory, at an arbitrary address, against its last write.
`include "promise.svh"

module check_dw_pixel_ram #(
    parameter PIXELS = 2,
    parameter ADDR_W = 1
) (
    input clk,
    input write,
    input [ADDR_W-1:0] write_address,
    input [PIXELS*2-1:0] write_data,
    input [1:0] read_address
);
  wire [1:0] read_data;
  dw_pixel_ram #(.WIDTH(2), .PIXELS(PIXELS), .ADDR_W(ADDR_W)) dut (.*);
  (* hierconn *) wire [1:0] \dut.memory[0] , \dut.memory[1] , \dut.memory[2] , \dut.memory[3] ;
  (* hierconn *) wire [1:0] \dut.memory_data ;
  wire [7:0] memory = {\dut.memory[3] , \dut.memory[2] , \dut.memory[1] , \dut.memory[0] };

  (* anyconst *) reg [1:0] place;
  wire writes = write && write_address == place / PIXELS;
  reg written = 1'b0, others_since = 1'b0, first_read = 1'b0, both_reads = 1'b0;
  reg first_others, both_others;  // another beat was written after the pixel
  reg [1:0] pixel, first_pixel, both_pixel;
  always @(posedge clk) begin
    if (writes) {written, pixel} <= {1'b1, write_data[place%PIXELS*2+:2]};
    if (write) others_since <= !writes;
    // The pixel that a read meets, unless it is being written.
    first_read <= written && read_address == place && !writes;
    {first_pixel, first_others} <= {pixel, others_since};
    both_reads <= first_read;
    {both_pixel, both_others} <= {first_pixel, first_others};
  end

  always @* begin
    `PROMISE(reads_the_last_write, both_reads, read_data == both_pixel)
    `PROMISE(keeps_what_is_not_written, both_reads && both_others, read_data == both_pixel)
    aid_pixel: assert (!written || memory[place*2+:2] == pixel);
    aid_first: assert (!first_read || \dut.memory_data == first_pixel);
  end
endmodule
