// dw_pixel_ram: a memory that takes a beat of pixels and gives one pixel.
//
// Promises: a write takes PIXELS neighbouring pixels, the first one in the lowest bits of write_data. Two
// cycles after a read_address, read_data is the pixel that was there, unless it was written in the same
// cycle. The memory output and read_data are registers, which a block RAM can absorb.
`default_nettype none

module dw_pixel_ram #(
    parameter WIDTH   = 9,  // bits of a pixel
    parameter PIXELS  = 4,  // pixels of a beat: a power of two
    parameter ADDR_W  = 4,  // bits of the address of a beat
    // derived
    parameter PIXEL_W = ADDR_W + $clog2(PIXELS)  // bits of the address of a pixel
) (
    input  wire                    clk,
    input  wire                    write,
    input  wire [      ADDR_W-1:0] write_address,
    input  wire [PIXELS*WIDTH-1:0] write_data,
    input  wire [     PIXEL_W-1:0] read_address,
    output reg  [       WIDTH-1:0] read_data
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_pixel_ram_WIDTH_must_be_at_least_1 u (); end
    if (ADDR_W < 1) begin : bad_2 dw_pixel_ram_ADDR_W_must_be_at_least_1 u (); end
    if ((PIXELS < 1) || ((PIXELS & (PIXELS - 1)) != 0)) begin : bad_3
      dw_pixel_ram_PIXELS_must_be_a_power_of_two u ();
    end
    if (PIXEL_W != ADDR_W + $clog2(PIXELS)) begin : bad_4
      dw_pixel_ram_PIXEL_W_must_be_ADDR_W_and_log2_of_PIXELS u ();
    end
  endgenerate

  // No user of this module takes a pixel that is read while it is written, so a synthesizer need
  // not define the result of such a read.
  (* no_rw_check *)
  reg [WIDTH-1:0] memory[0:(1<<PIXEL_W)-1];
  reg [WIDTH-1:0] memory_data;

  // The addresses of a beat differ in their lowest bits only, so that a synthesizer sees one wide port.
  localparam BEAT_W = $clog2(PIXELS);
  generate
    if (PIXELS == 1) begin : g_pixel
      always @(posedge clk) if (write) memory[write_address] <= write_data;
    end else begin : g_beat
      integer p;
      always @(posedge clk)
        if (write)
          for (p = 0; p < PIXELS; p = p + 1)
            memory[{write_address, p[BEAT_W-1:0]}] <= write_data[p*WIDTH+:WIDTH];
    end
  endgenerate

  always @(posedge clk) begin
    memory_data <= memory[read_address];
    read_data   <= memory_data;
  end

endmodule

`default_nettype wire
