// dw_cell_rings: the pixel memories behind the ifmap port, one for each cell of each lane.
//
// Promises: a write takes a beat into all memories; after a `restart` the beats take consecutive addresses
// from 0 on. Two cycles after the address of cell q, pixel q of `pixels` is the one at that address,
// all lanes. Addresses wrap. A beat can be read from the cycle after its write on.
`default_nettype none

module dw_cell_rings #(
    parameter LANES       = 16,
    parameter CELLS       = 7,
    parameter WIDTH       = 9,  // bits of an operand
    parameter BEAT_PIXELS = 4,  // pixels of a word: a power of two
    parameter ADDR_W      = 8,  // bits of the address of a word
    // derived
    parameter PLACE_W     = ADDR_W + $clog2(BEAT_PIXELS)  // bits of the address of a pixel
) (
    input  wire                               clk,
    input  wire                               restart,
    input  wire                               write,
    input  wire [BEAT_PIXELS*LANES*WIDTH-1:0] write_data,
    input  wire [          CELLS*PLACE_W-1:0] addresses,
    output wire [      CELLS*LANES*WIDTH-1:0] pixels
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (LANES < 1) begin : bad_1 dw_cell_rings_LANES_must_be_at_least_1 u (); end
    if (CELLS < 1) begin : bad_2 dw_cell_rings_CELLS_must_be_at_least_1 u (); end
  endgenerate

  // The counter of dw_ring_writer again: the memories spread over the part.
  reg [ADDR_W-1:0] write_address;
  always @(posedge clk) begin
    if (restart) write_address <= {ADDR_W{1'b0}};
    else if (write) write_address <= write_address + 1'b1;
  end

  genvar q, l, p;
  generate
    for (l = 0; l < LANES; l = l + 1) begin : g_lane
      wire [BEAT_PIXELS*WIDTH-1:0] beat;  // of this lane
      for (p = 0; p < BEAT_PIXELS; p = p + 1) begin : g_pixel
        assign beat[p*WIDTH+:WIDTH] = write_data[(p*LANES+l)*WIDTH+:WIDTH];
      end
      for (q = 0; q < CELLS; q = q + 1) begin : g_cell
        dw_pixel_ram #(
            .WIDTH (WIDTH),
            .PIXELS(BEAT_PIXELS),
            .ADDR_W(ADDR_W)
        ) u_ram (
            .clk          (clk),
            .write        (write),
            .write_address(write_address),
            .write_data   (beat),
            .read_address (addresses[q*PLACE_W+:PLACE_W]),
            .read_data    (pixels[(q*LANES+l)*WIDTH+:WIDTH])
        );
      end
    end
  endgenerate

endmodule

`default_nettype wire
