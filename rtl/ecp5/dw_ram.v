// dw_ram for ECP5: block RAMs with their output registers, which Yosys does not use.
//
// Promises: the same as rtl/dw_ram.v. In nextpnr's figures for speed grade 8, the output of a
// block RAM is valid 4.26 ns after the clock edge; with the output register it takes less than a
// tenth of that. A RAM is cut into columns of the widest shape that is deep enough: 512 words of
// 36 bits, 1,024 of 18, 2,048 of 9, 4,096 of 4, 8,192 of 2, 16,384 of 1. RAMs of up to 32 words
// and of more than 16,384 are left to the synthesizer.
`default_nettype none

module dw_ram #(
    parameter WIDTH  = 64,  // bits of a word
    parameter ADDR_W = 4    // bits of an address
) (
    input  wire              clk,
    input  wire              write,
    input  wire [ADDR_W-1:0] write_address,
    input  wire [ WIDTH-1:0] write_data,
    input  wire              read,
    input  wire              clear,
    input  wire [ADDR_W-1:0] read_address,
    output wire [ WIDTH-1:0] read_data
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_ram_WIDTH_must_be_at_least_1 u (); end
    if (ADDR_W < 1) begin : bad_2 dw_ram_ADDR_W_must_be_at_least_1 u (); end
  endgenerate

  localparam BLOCK_WIDTH =
      (ADDR_W <= 9) ? 36 : (ADDR_W == 10) ? 18 : (ADDR_W == 11) ? 9 : (ADDR_W == 12) ? 4 :
      (ADDR_W == 13) ? 2 : 1;
  // The lowest bit of a block's address that counts words.
  localparam WORD_BIT =
      (ADDR_W <= 9) ? 5 : (ADDR_W == 10) ? 4 : (ADDR_W == 11) ? 3 : (ADDR_W == 12) ? 2 :
      (ADDR_W == 13) ? 1 : 0;
  localparam COLUMNS = (WIDTH + BLOCK_WIDTH - 1) / BLOCK_WIDTH;

  genvar i;
  generate
    if (ADDR_W <= 5 || ADDR_W > 14) begin : g_inferred
      (* no_rw_check *)
      reg [WIDTH-1:0] memory[0:(1<<ADDR_W)-1];
      reg [WIDTH-1:0] memory_data;
      reg [WIDTH-1:0] out_data;
      assign read_data = out_data;
      always @(posedge clk) begin
        if (write) memory[write_address] <= write_data;
        if (read) begin
          memory_data <= memory[read_address];
          out_data <= memory_data;
        end
        if (clear) out_data <= {WIDTH{1'b0}};
      end
    end else begin : g_blocks
      // In the 18-bit shape the lowest bits of the write address are byte enables.
      wire [13:0] byte_enables = (ADDR_W == 10) ? 14'd3 : 14'd0;
      wire [13:0] aw = ({{(14 - ADDR_W) {1'b0}}, write_address} << WORD_BIT) | byte_enables;
      wire [13:0] ar = {{(14 - ADDR_W) {1'b0}}, read_address} << WORD_BIT;
      wire [COLUMNS*BLOCK_WIDTH-1:0] all_in;
      wire [COLUMNS*BLOCK_WIDTH-1:0] all_out;
      assign all_in = {{(COLUMNS * BLOCK_WIDTH - WIDTH) {1'b0}}, write_data};
      assign read_data = all_out[WIDTH-1:0];

      for (i = 0; i < COLUMNS; i = i + 1) begin : g_column
        if (BLOCK_WIDTH == 36) begin : g_wide
          wire [35:0] d = all_in[36*i+:36];
          wire [35:0] q;  // in this shape the lower half comes out at DO18 to DO35
          assign all_out[36*i+:36] = q;
          PDPW16KD #(
              .DATA_WIDTH_W(36),
              .DATA_WIDTH_R(36),
              .REGMODE     ("OUTREG"),
              .GSR         ("DISABLED")
          ) u_block (
              .CLKW(clk), .CEW(write), .CLKR(clk), .CER(read), .OCER(read), .RST(clear),
              .CSW0(1'b0), .CSW1(1'b0), .CSW2(1'b0), .CSR0(1'b0), .CSR1(1'b0), .CSR2(1'b0),
              .BE0(1'b1), .BE1(1'b1), .BE2(1'b1), .BE3(1'b1),
              .ADW0(aw[5]), .ADW1(aw[6]), .ADW2(aw[7]), .ADW3(aw[8]), .ADW4(aw[9]), .ADW5(aw[10]),
              .ADW6(aw[11]), .ADW7(aw[12]), .ADW8(aw[13]),
              .ADR0(ar[0]), .ADR1(ar[1]), .ADR2(ar[2]), .ADR3(ar[3]), .ADR4(ar[4]), .ADR5(ar[5]),
              .ADR6(ar[6]), .ADR7(ar[7]), .ADR8(ar[8]), .ADR9(ar[9]), .ADR10(ar[10]), .ADR11(ar[11]),
              .ADR12(ar[12]), .ADR13(ar[13]),
              .DI0(d[0]), .DI1(d[1]), .DI2(d[2]), .DI3(d[3]), .DI4(d[4]), .DI5(d[5]),
              .DI6(d[6]), .DI7(d[7]), .DI8(d[8]), .DI9(d[9]), .DI10(d[10]), .DI11(d[11]),
              .DI12(d[12]), .DI13(d[13]), .DI14(d[14]), .DI15(d[15]), .DI16(d[16]), .DI17(d[17]),
              .DI18(d[18]), .DI19(d[19]), .DI20(d[20]), .DI21(d[21]), .DI22(d[22]), .DI23(d[23]),
              .DI24(d[24]), .DI25(d[25]), .DI26(d[26]), .DI27(d[27]), .DI28(d[28]), .DI29(d[29]),
              .DI30(d[30]), .DI31(d[31]), .DI32(d[32]), .DI33(d[33]), .DI34(d[34]), .DI35(d[35]),
              .DO0(q[18]), .DO1(q[19]), .DO2(q[20]), .DO3(q[21]), .DO4(q[22]), .DO5(q[23]),
              .DO6(q[24]), .DO7(q[25]), .DO8(q[26]), .DO9(q[27]), .DO10(q[28]), .DO11(q[29]),
              .DO12(q[30]), .DO13(q[31]), .DO14(q[32]), .DO15(q[33]), .DO16(q[34]), .DO17(q[35]),
              .DO18(q[0]), .DO19(q[1]), .DO20(q[2]), .DO21(q[3]), .DO22(q[4]), .DO23(q[5]),
              .DO24(q[6]), .DO25(q[7]), .DO26(q[8]), .DO27(q[9]), .DO28(q[10]), .DO29(q[11]),
              .DO30(q[12]), .DO31(q[13]), .DO32(q[14]), .DO33(q[15]), .DO34(q[16]), .DO35(q[17])
          );
        end else begin : g_narrow
          wire [17:0] d = {{(18 - BLOCK_WIDTH) {1'b0}}, all_in[BLOCK_WIDTH*i+:BLOCK_WIDTH]};
          wire [17:0] q;
          assign all_out[BLOCK_WIDTH*i+:BLOCK_WIDTH] = q[BLOCK_WIDTH-1:0];
          DP16KD #(
              .DATA_WIDTH_A(BLOCK_WIDTH),
              .DATA_WIDTH_B(BLOCK_WIDTH),
              .REGMODE_A   ("NOREG"),
              .REGMODE_B   ("OUTREG"),
              .WRITEMODE_A ("READBEFOREWRITE"),
              .GSR         ("DISABLED")
          ) u_block (
              .CLKA(clk), .CEA(write), .OCEA(1'b0), .WEA(1'b1), .RSTA(1'b0),
              .CLKB(clk), .CEB(read), .OCEB(read), .WEB(1'b0), .RSTB(clear),
              .CSA0(1'b0), .CSA1(1'b0), .CSA2(1'b0), .CSB0(1'b0), .CSB1(1'b0), .CSB2(1'b0),
              .ADA0(aw[0]), .ADA1(aw[1]), .ADA2(aw[2]), .ADA3(aw[3]), .ADA4(aw[4]), .ADA5(aw[5]),
              .ADA6(aw[6]), .ADA7(aw[7]), .ADA8(aw[8]), .ADA9(aw[9]), .ADA10(aw[10]), .ADA11(aw[11]),
              .ADA12(aw[12]), .ADA13(aw[13]),
              .ADB0(ar[0]), .ADB1(ar[1]), .ADB2(ar[2]), .ADB3(ar[3]), .ADB4(ar[4]), .ADB5(ar[5]),
              .ADB6(ar[6]), .ADB7(ar[7]), .ADB8(ar[8]), .ADB9(ar[9]), .ADB10(ar[10]), .ADB11(ar[11]),
              .ADB12(ar[12]), .ADB13(ar[13]),
              .DIA0(d[0]), .DIA1(d[1]), .DIA2(d[2]), .DIA3(d[3]), .DIA4(d[4]), .DIA5(d[5]),
              .DIA6(d[6]), .DIA7(d[7]), .DIA8(d[8]), .DIA9(d[9]), .DIA10(d[10]), .DIA11(d[11]),
              .DIA12(d[12]), .DIA13(d[13]), .DIA14(d[14]), .DIA15(d[15]), .DIA16(d[16]), .DIA17(d[17]),
              .DOB0(q[0]), .DOB1(q[1]), .DOB2(q[2]), .DOB3(q[3]), .DOB4(q[4]), .DOB5(q[5]),
              .DOB6(q[6]), .DOB7(q[7]), .DOB8(q[8]), .DOB9(q[9]), .DOB10(q[10]), .DOB11(q[11]),
              .DOB12(q[12]), .DOB13(q[13]), .DOB14(q[14]), .DOB15(q[15]), .DOB16(q[16]), .DOB17(q[17])
          );
        end
      end
    end
  endgenerate

endmodule

`default_nettype wire
