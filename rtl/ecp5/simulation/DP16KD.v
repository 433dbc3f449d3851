// DP16KD: a block RAM of the ECP5 with two ports, for simulation: one clock, written at port A
// and read through the output register at port B. Port A may be 18 bits wide where port B is 9; then
// the lower half of a word has the lower address.
`default_nettype none

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
  wire [DATA_WIDTH_A-1:0] read_word = memory[adb[13:WORD_BIT]];
  wire [DATA_WIDTH_A-1:0] half = read_word >> (adb[3] ? 9 : 0);
  integer i;
  always @(posedge CLKA) begin
    for (i = 0; i < DATA_WIDTH_A; i = i + 1) begin
      if (CEA && WEA && (DATA_WIDTH_A < 18 || ada[i/9])) memory[ada[13:WORD_BIT]][i] <= d[i];
    end
  end
  always @(posedge CLKB) begin
    if (CEB) word <= (DATA_WIDTH_A == DATA_WIDTH_B) ? read_word : half;
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
    if ((DATA_WIDTH_A != DATA_WIDTH_B && (DATA_WIDTH_A != 18 || DATA_WIDTH_B != 9)) || REGMODE_B != "OUTREG" || GSR != "DISABLED") begin
      $display("DP16KD: this model has only what rtl/ecp5 uses");
      $finish;
    end
  end

endmodule

`default_nettype wire
