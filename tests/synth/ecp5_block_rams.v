// What rtl/ecp5/dw_ram.v uses of the ECP5's block RAMs, for simulation: 18 kbit with one clock,
// written at one port and read through the output register at the other.
//
// In the 36-bit shape the lower half of a word goes in at DI0 to DI17 and comes out at DO18 to
// DO35: Lattice's own netlists connect it so, and so nextpnr's packer names the pins of the
// DP16KD that it becomes (DO18 is DOA0, and DOA is the lower half in Yosys's brams_map_16kd.v).
// Several modules share this file, under the vendor's names; Verilator wants a file each.
// verilator lint_off DECLFILENAME
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
  integer i;
  always @(posedge CLKW) begin
    for (i = 0; i < 4; i = i + 1) begin
      if (CEW && enables[i]) memory[write_address][9*i+:9] <= d[9*i+:9];
    end
  end
  always @(posedge CLKR) begin
    if (CER) word <= memory[read_address];
    if (OCER) q <= RST ? 36'd0 : word;
  end

  assign {
    DO17, DO16, DO15, DO14, DO13, DO12, DO11, DO10, DO9, DO8, DO7, DO6,
    DO5, DO4, DO3, DO2, DO1, DO0, DO35, DO34, DO33, DO32, DO31, DO30,
    DO29, DO28, DO27, DO26, DO25, DO24, DO23, DO22, DO21, DO20, DO19, DO18
  } = q;

  initial begin
    if (DATA_WIDTH_W != 36 || DATA_WIDTH_R != 36 || REGMODE != "OUTREG" || GSR != "DISABLED") begin
      $display("PDPW16KD: this model has only what rtl/ecp5 uses");
      $finish;
    end
  end

endmodule

module DP16KD #(
    parameter DATA_WIDTH_A = 18,
    parameter DATA_WIDTH_B = 18,
    parameter REGMODE_A    = "NOREG",
    parameter REGMODE_B    = "NOREG",
    parameter WRITEMODE_A  = "NORMAL",
    parameter GSR          = "ENABLED"
) (
    input wire CLKA, CEA, OCEA, WEA, RSTA,
    input wire CLKB, CEB, OCEB, WEB, RSTB,
    input wire CSA0, CSA1, CSA2, CSB0, CSB1, CSB2,
    input wire ADA0, ADA1, ADA2, ADA3, ADA4, ADA5, ADA6, ADA7, ADA8,
    input wire ADA9, ADA10, ADA11, ADA12, ADA13,
    input wire ADB0, ADB1, ADB2, ADB3, ADB4, ADB5, ADB6, ADB7, ADB8,
    input wire ADB9, ADB10, ADB11, ADB12, ADB13,
    input wire DIA0, DIA1, DIA2, DIA3, DIA4, DIA5, DIA6, DIA7, DIA8,
    input wire DIA9, DIA10, DIA11, DIA12, DIA13, DIA14, DIA15, DIA16, DIA17,
    output wire DOB0, DOB1, DOB2, DOB3, DOB4, DOB5, DOB6, DOB7, DOB8,
    output wire DOB9, DOB10, DOB11, DOB12, DOB13, DOB14, DOB15, DOB16, DOB17
);

  // The lowest bit of an address that counts words.
  localparam WORD_BIT =
      (DATA_WIDTH_A == 18) ? 4 : (DATA_WIDTH_A == 9) ? 3 : (DATA_WIDTH_A == 4) ? 2 :
      (DATA_WIDTH_A == 2) ? 1 : 0;
  wire [13:0] ada = {
    ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2,
    ADA1, ADA0
  };
  wire [13:0] adb = {
    ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2,
    ADB1, ADB0
  };
  wire [17:0] d = {
    DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6,
    DIA5, DIA4, DIA3, DIA2, DIA1, DIA0
  };

  // Bits that a shape does not have are unknown.
  reg [DATA_WIDTH_A-1:0] memory[0:(16384>>WORD_BIT)-1];
  reg [DATA_WIDTH_A-1:0] word;
  reg [DATA_WIDTH_A-1:0] q;
  integer i;
  always @(posedge CLKA) begin
    for (i = 0; i < DATA_WIDTH_A; i = i + 1) begin
      if (CEA && WEA && (DATA_WIDTH_A < 18 || ada[i/9])) memory[ada[13:WORD_BIT]][i] <= d[i];
    end
  end
  always @(posedge CLKB) begin
    if (CEB) word <= memory[adb[13:WORD_BIT]];
    if (OCEB) q <= RSTB ? {DATA_WIDTH_A{1'b0}} : word;
  end

  wire [17:0] padded;
  generate
    if (DATA_WIDTH_A < 18) begin : g_pad
      assign padded = {{(18 - DATA_WIDTH_A) {1'bx}}, q};
    end else begin : g_full
      assign padded = q;
    end
  endgenerate
  assign {
    DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6,
    DOB5, DOB4, DOB3, DOB2, DOB1, DOB0
  } = padded;

  initial begin
    if (DATA_WIDTH_A != DATA_WIDTH_B || REGMODE_B != "OUTREG" || GSR != "DISABLED") begin
      $display("DP16KD: this model has only what rtl/ecp5 uses");
      $finish;
    end
  end

endmodule

`default_nettype wire
