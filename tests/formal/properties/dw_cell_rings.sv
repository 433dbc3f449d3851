// One pixel of one lane, at an arbitrary address, against its last write. Any cell reads it. The
// beats are counted from the restart on, modulo the ring.
`include "promise.svh"

module check_dw_cell_rings (
    input clk,
    input restart,
    input write,
    input [3:0] write_data,
    input [3:0] addresses
);
  localparam LANES = 2, CELLS = 2, PIXELS = 2;
  wire [CELLS*LANES-1:0] pixels;
  dw_cell_rings #(.LANES(LANES), .CELLS(CELLS), .WIDTH(1), .BEAT_PIXELS(PIXELS), .ADDR_W(1))
      dut (.*);
  (* hierconn *) wire
      \dut.g_lane[0].g_cell[0].u_ram.memory[0] , \dut.g_lane[0].g_cell[0].u_ram.memory[1] ,
      \dut.g_lane[0].g_cell[0].u_ram.memory[2] , \dut.g_lane[0].g_cell[0].u_ram.memory[3] ,
      \dut.g_lane[1].g_cell[0].u_ram.memory[0] , \dut.g_lane[1].g_cell[0].u_ram.memory[1] ,
      \dut.g_lane[1].g_cell[0].u_ram.memory[2] , \dut.g_lane[1].g_cell[0].u_ram.memory[3] ,
      \dut.g_lane[0].g_cell[1].u_ram.memory[0] , \dut.g_lane[0].g_cell[1].u_ram.memory[1] ,
      \dut.g_lane[0].g_cell[1].u_ram.memory[2] , \dut.g_lane[0].g_cell[1].u_ram.memory[3] ,
      \dut.g_lane[1].g_cell[1].u_ram.memory[0] , \dut.g_lane[1].g_cell[1].u_ram.memory[1] ,
      \dut.g_lane[1].g_cell[1].u_ram.memory[2] , \dut.g_lane[1].g_cell[1].u_ram.memory[3] ,
      \dut.g_lane[0].g_cell[0].u_ram.memory_data , \dut.g_lane[1].g_cell[0].u_ram.memory_data ,
      \dut.g_lane[0].g_cell[1].u_ram.memory_data , \dut.g_lane[1].g_cell[1].u_ram.memory_data ;
  (* hierconn *) wire \dut.write_address ;
  // Place p of lane l of cell q is bit q*8 + l*4 + p.
  wire [15:0] memories = {
      \dut.g_lane[1].g_cell[1].u_ram.memory[3] , \dut.g_lane[1].g_cell[1].u_ram.memory[2] ,
      \dut.g_lane[1].g_cell[1].u_ram.memory[1] , \dut.g_lane[1].g_cell[1].u_ram.memory[0] ,
      \dut.g_lane[0].g_cell[1].u_ram.memory[3] , \dut.g_lane[0].g_cell[1].u_ram.memory[2] ,
      \dut.g_lane[0].g_cell[1].u_ram.memory[1] , \dut.g_lane[0].g_cell[1].u_ram.memory[0] ,
      \dut.g_lane[1].g_cell[0].u_ram.memory[3] , \dut.g_lane[1].g_cell[0].u_ram.memory[2] ,
      \dut.g_lane[1].g_cell[0].u_ram.memory[1] , \dut.g_lane[1].g_cell[0].u_ram.memory[0] ,
      \dut.g_lane[0].g_cell[0].u_ram.memory[3] , \dut.g_lane[0].g_cell[0].u_ram.memory[2] ,
      \dut.g_lane[0].g_cell[0].u_ram.memory[1] , \dut.g_lane[0].g_cell[0].u_ram.memory[0] };
  wire [3:0] outputs = {
      \dut.g_lane[1].g_cell[1].u_ram.memory_data , \dut.g_lane[0].g_cell[1].u_ram.memory_data ,
      \dut.g_lane[1].g_cell[0].u_ram.memory_data , \dut.g_lane[0].g_cell[0].u_ram.memory_data };

  (* anyconst *) reg q, l;
  (* anyconst *) reg [1:0] place;
  reg started = 1'b0, beat, first;  // the next beat, and that it is the first one of the stream
  wire writes = started && write && beat == place[1];
  reg written = 1'b0, wrote = 1'b0, first_read = 1'b0, both_reads = 1'b0;
  reg begins, first_begins, both_begins;  // the pixel is one of the first beat of a stream
  reg first_wrote, both_wrote;  // the read came in the cycle after the write
  reg pixel, first_pixel, both_pixel;
  always @(posedge clk) begin
    started <= started || restart;
    {beat, first} <= restart ? 2'b01 : write ? {!beat, 1'b0} : {beat, first};
    // The pixels of a beat follow each other, and the lanes of a pixel.
    if (writes) {written, pixel, begins} <= {1'b1, write_data[{place[0], l}], first};
    wrote <= writes;
    first_read <= written && addresses[q*2+:2] == place && !writes;
    {first_pixel, first_wrote, first_begins} <= {pixel, wrote, begins};
    both_reads <= first_read;
    {both_pixel, both_wrote, both_begins} <= {first_pixel, first_wrote, first_begins};
  end
  wire got = pixels[q*LANES+l];
  always @* begin
    `PROMISE(pixel_at_the_address_of_the_cell, both_reads && q != 0, got == both_pixel)
    `PROMISE(pixel_of_the_lane, both_reads && l != 0, got == both_pixel)
    `PROMISE(reads_a_beat_after_its_write, both_reads && both_wrote, got == both_pixel)
    `PROMISE(first_beat_at_address_0, both_reads && both_begins, got == both_pixel)
    `PROMISE(beats_at_consecutive_addresses, both_reads && !both_begins, got == both_pixel)
    aid_beat: assert (started ? \dut.write_address == beat : !written);
    aid_pixel: assert (!written || memories[{q, l, place}] == pixel);
    aid_first: assert (!first_read || outputs[{q, l}] == first_pixel);
  end
endmodule
