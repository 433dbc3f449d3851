// PDPW16KD: a block RAM of the ECP5 that is written 36 bits at a time, for simulation: one clock, written
// at one port and read through the output register at the other, 36 or 9 bits at a time.
//
// Of a word, 9 bits at a time, the lowest bits have the lowest address, and come out at DO0 to DO8.
// The lower half of a word goes in at DI0 to DI17 and comes out at DO18 to DO35: Lattice's own
// netlists connect it so, and nextpnr's packer names the pins of the DP16KD that it becomes so
// (DO18 is DOA0, and DOA is the lower half in Yosys's brams_map_16kd.v).
`default_nettype none

module PDPW16KD #(
    parameter DATA_WIDTH_W = 36,
    parameter DATA_WIDTH_R = 36,
    parameter REGMODE      = "NOREG",
    parameter GSR          = "ENABLED"
) (
    input wire CLKW, CEW, CLKR, CER, OCER, RST,
    input wire CSW0, CSW1, CSW2, CSR0, CSR1, CSR2,
    input wire BE0, BE1, BE2, BE3,
    input wire ADW0, ADW1, ADW2, ADW3, ADW4, ADW5, ADW6, ADW7, ADW8,
    input wire ADR0, ADR1, ADR2, ADR3, ADR4, ADR5, ADR6, ADR7, ADR8,
    input wire ADR9, ADR10, ADR11, ADR12, ADR13,
    input wire DI0, DI1, DI2, DI3, DI4, DI5, DI6, DI7, DI8,
    input wire DI9, DI10, DI11, DI12, DI13, DI14, DI15, DI16, DI17,
    input wire DI18, DI19, DI20, DI21, DI22, DI23, DI24, DI25, DI26,
    input wire DI27, DI28, DI29, DI30, DI31, DI32, DI33, DI34, DI35,
    output wire DO0, DO1, DO2, DO3, DO4, DO5, DO6, DO7, DO8,
    output wire DO9, DO10, DO11, DO12, DO13, DO14, DO15, DO16, DO17,
    output wire DO18, DO19, DO20, DO21, DO22, DO23, DO24, DO25, DO26,
    output wire DO27, DO28, DO29, DO30, DO31, DO32, DO33, DO34, DO35
);

  wire [8:0] write_address = {ADW8, ADW7, ADW6, ADW5, ADW4, ADW3, ADW2, ADW1, ADW0};
  wire [8:0] read_address = {ADR13, ADR12, ADR11, ADR10, ADR9, ADR8, ADR7, ADR6, ADR5};
  wire [3:0] enables = {BE3, BE2, BE1, BE0};
  wire [35:0] d = {
    DI35, DI34, DI33, DI32, DI31, DI30, DI29, DI28, DI27, DI26, DI25, DI24,
    DI23, DI22, DI21, DI20, DI19, DI18, DI17, DI16, DI15, DI14, DI13, DI12,
    DI11, DI10, DI9, DI8, DI7, DI6, DI5, DI4, DI3, DI2, DI1, DI0
  };

  reg [35:0] memory[0:511];
  reg [35:0] word;
  reg [35:0] q;
  wire [35:0] read_word = memory[read_address];
  integer i;
  always @(posedge CLKW) begin
    for (i = 0; i < 4; i = i + 1) begin
      if (CEW && enables[i]) memory[write_address][9*i+:9] <= d[9*i+:9];
    end
  end
  always @(posedge CLKR) begin
    if (CER) begin
      if (DATA_WIDTH_R == 36) word <= read_word;
      else word <= {9'bx, read_word[9*{ADR4, ADR3}+:9], 18'bx};
    end
    if (OCER) q <= RST ? 36'd0 : word;
  end

  assign {
    DO17, DO16, DO15, DO14, DO13, DO12, DO11, DO10, DO9, DO8, DO7, DO6,
    DO5, DO4, DO3, DO2, DO1, DO0, DO35, DO34, DO33, DO32, DO31, DO30,
    DO29, DO28, DO27, DO26, DO25, DO24, DO23, DO22, DO21, DO20, DO19, DO18
  } = q;

  initial begin
    if (DATA_WIDTH_W != 36 || (DATA_WIDTH_R != 36 && DATA_WIDTH_R != 9) || REGMODE != "OUTREG" || GSR != "DISABLED") begin
      $display("PDPW16KD: this model has only what rtl/ecp5 uses");
      $finish;
    end
  end

endmodule

`default_nettype wire
