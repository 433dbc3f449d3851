// dw_ring: the pixel memory behind the ifmap port. A write takes a beat, a read several of them.
//
// Promises: `read` and read_address wait a cycle in registers near the memory, because it is large. Two
// cycles with `read` after a read_address, and that cycle later, read_data holds READ_PIXELS neighbouring
// pixels from the word at that address on. The word at address a is in bank a modulo the number of
// banks, so the order of the pixels in read_data depends on the address; dw_pixel_rotate restores
// it. Addresses wrap. A word can be read from the cycle of its write on.
`default_nettype none

module dw_ring #(
    parameter WIDTH       = 8,  // bits of a pixel, all lanes
    parameter BEAT_PIXELS = 4,  // pixels of a word: a power of two
    parameter READ_PIXELS = 8,  // pixels of a read: BEAT_PIXELS times a power of two
    parameter ADDR_W      = 8   // bits of the address of a word
) (
    input  wire                         clk,
    input  wire                         write,
    input  wire [           ADDR_W-1:0] write_address,
    input  wire [BEAT_PIXELS*WIDTH-1:0] write_data,
    input  wire                         read,
    input  wire [           ADDR_W-1:0] read_address,
    output wire [READ_PIXELS*WIDTH-1:0] read_data
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_ring_WIDTH_must_be_at_least_1 u (); end
    if ((BEAT_PIXELS < 1) || ((BEAT_PIXELS & (BEAT_PIXELS - 1)) != 0)) begin : bad_2
      dw_ring_BEAT_PIXELS_must_be_a_power_of_two u ();
    end
    if ((READ_PIXELS < BEAT_PIXELS) || ((READ_PIXELS & (READ_PIXELS - 1)) != 0)) begin : bad_3
      dw_ring_READ_PIXELS_must_be_BEAT_PIXELS_times_a_power_of_two u ();
    end
    if ((BEAT_PIXELS << ADDR_W) < 2 * READ_PIXELS) begin : bad_4
      dw_ring_ADDR_W_must_give_each_bank_2_words u ();
    end
  endgenerate

  localparam BANKS = READ_PIXELS / BEAT_PIXELS;
  localparam WORD = BEAT_PIXELS * WIDTH;

  reg reads;
  always @(posedge clk) reads <= read;

  genvar bank;
  generate
    if (BANKS == 1) begin : g_one
      reg [ADDR_W-1:0] address;
      always @(posedge clk) address <= read_address;
      dw_ram #(
          .WIDTH (WORD),
          .ADDR_W(ADDR_W)
      ) u_ram (
          .clk          (clk),
          .write        (write),
          .write_address(write_address),
          .write_data   (write_data),
          .read         (reads),
          .clear        (1'b0),
          .read_address (address),
          .read_data    (read_data)
      );
    end else begin : g_banks
      localparam BANK_W = $clog2(BANKS);
      for (bank = 0; bank < BANKS; bank = bank + 1) begin : g_bank
        // The banks below the first word's hold words of the next row.
        localparam [ADDR_W-1:0] AHEAD = BANKS - 1 - bank;
        wire [ADDR_W-1:0] reach = read_address + AHEAD;
        wire unused_reach = &{1'b0, reach[BANK_W-1:0], 1'b0};
        reg [ADDR_W-BANK_W-1:0] address;
        always @(posedge clk) address <= reach[ADDR_W-1:BANK_W];
        dw_ram #(
            .WIDTH (WORD),
            .ADDR_W(ADDR_W - BANK_W)
        ) u_ram (
            .clk          (clk),
            .write        (write && (write_address[BANK_W-1:0] == bank)),
            .write_address(write_address[ADDR_W-1:BANK_W]),
            .write_data   (write_data),
            .read         (reads),
            .clear        (1'b0),
            .read_address (address),
            .read_data    (read_data[bank*WORD+:WORD])
        );
      end
    end
  endgenerate

endmodule

`default_nettype wire
