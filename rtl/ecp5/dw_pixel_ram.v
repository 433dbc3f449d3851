// dw_pixel_ram for ECP5: block RAMs with their output registers, which Yosys does not use.
//
// Promises: the same as rtl/dw_pixel_ram.v. A block RAM has 2,048 pixels of 9 bits: it takes one, two or
// four of them in a cycle and gives one. A pixel is cut into columns of 9 bits. Rings of up to 32 beats,
// beats of 8 pixels, and rings of more than 2,048 pixels are left to the synthesizer.
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
    output wire [       WIDTH-1:0] read_data
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

  localparam BEAT_W = $clog2(PIXELS);
  localparam COLUMNS = (WIDTH + 8) / 9;
  wire [COLUMNS*9-1:0] all_out;

  genvar i, p;
  generate
    if (ADDR_W <= 5 || PIXELS > 4 || PIXEL_W > 11) begin : g_inferred
      (* no_rw_check *)
      reg [WIDTH-1:0] memory[0:(1<<PIXEL_W)-1];
      reg [WIDTH-1:0] memory_data;
      reg [WIDTH-1:0] out_data;
      assign read_data = out_data;
      if (PIXELS == 1) begin : g_pixel
        always @(posedge clk) if (write) memory[write_address] <= write_data;
      end else begin : g_beat
        integer k;
        always @(posedge clk)
          if (write)
            for (k = 0; k < PIXELS; k = k + 1)
              memory[{write_address, k[BEAT_W-1:0]}] <= write_data[k*WIDTH+:WIDTH];
      end
      always @(posedge clk) begin
        memory_data <= memory[read_address];
        out_data    <= memory_data;
      end
      assign all_out = {COLUMNS * 9{1'b0}};
      wire unused_out = &{1'b0, all_out, 1'b0};
    end else begin : g_blocks
      assign read_data = all_out[WIDTH-1:0];
      // Bits of a block's address below that of a 9-bit word.
      wire [13:0] ar = {{(14 - PIXEL_W) {1'b0}}, read_address} << 3;
      for (i = 0; i < COLUMNS; i = i + 1) begin : g_column
        // The column of each pixel of the beat, the first pixel in the lowest 9 bits.
        wire [35:0] d;
        for (p = 0; p < 4; p = p + 1) begin : g_pixel
          if (p < PIXELS) begin : g_used
            wire [COLUMNS*9-1:0] padded = {
              {(COLUMNS * 9 - WIDTH) {1'b0}}, write_data[p*WIDTH+:WIDTH]
            };
            assign d[9*p+:9] = padded[9*i+:9];
          end else begin : g_free
            assign d[9*p+:9] = 9'd0;
          end
        end
        wire [35:0] q;  // a pixel's column comes out in the lowest 9 bits, with nothing above
        assign all_out[9*i+:9] = q[8:0];
        wire unused_q = &{1'b0, q[35:9], 1'b0};
        if (PIXELS == 4) begin : g_wide
          wire [8:0] aw = {{(9 - ADDR_W) {1'b0}}, write_address};
          PDPW16KD #(
              .DATA_WIDTH_W(36),
              .DATA_WIDTH_R(9),
              .REGMODE     ("OUTREG"),
              .GSR         ("DISABLED")
          ) u_block (
              .CLKW(clk), .CEW(write), .CLKR(clk), .CER(1'b1), .OCER(1'b1), .RST(1'b0),
              .CSW0(1'b0), .CSW1(1'b0), .CSW2(1'b0), .CSR0(1'b0), .CSR1(1'b0), .CSR2(1'b0),
              .BE0(write), .BE1(write), .BE2(write), .BE3(write),
              .ADW0(aw[0]), .ADW1(aw[1]), .ADW2(aw[2]), .ADW3(aw[3]), .ADW4(aw[4]), .ADW5(aw[5]),
              .ADW6(aw[6]), .ADW7(aw[7]), .ADW8(aw[8]), .ADR0(ar[0]), .ADR1(ar[1]), .ADR2(ar[2]),
              .ADR3(ar[3]), .ADR4(ar[4]), .ADR5(ar[5]), .ADR6(ar[6]), .ADR7(ar[7]), .ADR8(ar[8]),
              .ADR9(ar[9]), .ADR10(ar[10]), .ADR11(ar[11]), .ADR12(ar[12]), .ADR13(ar[13]),
              .DI0(d[0]), .DI1(d[1]), .DI2(d[2]), .DI3(d[3]), .DI4(d[4]), .DI5(d[5]), .DI6(d[6]),
              .DI7(d[7]), .DI8(d[8]), .DI9(d[9]), .DI10(d[10]), .DI11(d[11]), .DI12(d[12]),
              .DI13(d[13]), .DI14(d[14]), .DI15(d[15]), .DI16(d[16]), .DI17(d[17]), .DI18(d[18]),
              .DI19(d[19]), .DI20(d[20]), .DI21(d[21]), .DI22(d[22]), .DI23(d[23]), .DI24(d[24]),
              .DI25(d[25]), .DI26(d[26]), .DI27(d[27]), .DI28(d[28]), .DI29(d[29]), .DI30(d[30]),
              .DI31(d[31]), .DI32(d[32]), .DI33(d[33]), .DI34(d[34]), .DI35(d[35]), .DO0(q[0]),
              .DO1(q[1]), .DO2(q[2]), .DO3(q[3]), .DO4(q[4]), .DO5(q[5]), .DO6(q[6]), .DO7(q[7]),
              .DO8(q[8]),
              .DO9(q[9]), .DO10(q[10]), .DO11(q[11]), .DO12(q[12]), .DO13(q[13]), .DO14(q[14]),
              .DO15(q[15]), .DO16(q[16]), .DO17(q[17]), .DO18(q[18]), .DO19(q[19]), .DO20(q[20]),
              .DO21(q[21]), .DO22(q[22]), .DO23(q[23]), .DO24(q[24]), .DO25(q[25]), .DO26(q[26]),
              .DO27(q[27]), .DO28(q[28]), .DO29(q[29]), .DO30(q[30]), .DO31(q[31]), .DO32(q[32]),
              .DO33(q[33]), .DO34(q[34]), .DO35(q[35])
          );
        end else begin : g_narrow
          // In the 18-bit shape the lowest bits of the write address are byte enables.
          wire [13:0] byte_enables = (PIXELS == 2) ? {12'd0, write, write} : 14'd0;
          wire [13:0] aw = ({{(14 - ADDR_W) {1'b0}}, write_address} << (3 + BEAT_W)) | byte_enables;
          DP16KD #(
              .DATA_WIDTH_A(9 * PIXELS),
              .DATA_WIDTH_B(9),
              .REGMODE_A   ("NOREG"),
              .REGMODE_B   ("OUTREG"),
              .WRITEMODE_A ("READBEFOREWRITE"),
              .GSR         ("DISABLED")
          ) u_block (
              .CLKA(clk), .CEA(write), .OCEA(1'b0), .WEA(1'b1), .RSTA(1'b0),
              .CLKB(clk), .CEB(1'b1), .OCEB(1'b1), .WEB(1'b0), .RSTB(1'b0),
              .CSA0(1'b0), .CSA1(1'b0), .CSA2(1'b0), .CSB0(1'b0), .CSB1(1'b0), .CSB2(1'b0),
              .ADA0(aw[0]), .ADA1(aw[1]), .ADA2(aw[2]), .ADA3(aw[3]), .ADA4(aw[4]), .ADA5(aw[5]),
              .ADA6(aw[6]), .ADA7(aw[7]), .ADA8(aw[8]), .ADA9(aw[9]), .ADA10(aw[10]),
              .ADA11(aw[11]), .ADA12(aw[12]), .ADA13(aw[13]), .ADB0(ar[0]), .ADB1(ar[1]),
              .ADB2(ar[2]), .ADB3(ar[3]), .ADB4(ar[4]), .ADB5(ar[5]), .ADB6(ar[6]), .ADB7(ar[7]),
              .ADB8(ar[8]), .ADB9(ar[9]), .ADB10(ar[10]), .ADB11(ar[11]), .ADB12(ar[12]),
              .ADB13(ar[13]), .DIA0(d[0]), .DIA1(d[1]), .DIA2(d[2]), .DIA3(d[3]), .DIA4(d[4]),
              .DIA5(d[5]), .DIA6(d[6]), .DIA7(d[7]), .DIA8(d[8]), .DIA9(d[9]), .DIA10(d[10]),
              .DIA11(d[11]), .DIA12(d[12]), .DIA13(d[13]), .DIA14(d[14]), .DIA15(d[15]),
              .DIA16(d[16]), .DIA17(d[17]), .DOB0(q[0]), .DOB1(q[1]), .DOB2(q[2]), .DOB3(q[3]),
              .DOB4(q[4]), .DOB5(q[5]), .DOB6(q[6]), .DOB7(q[7]), .DOB8(q[8]),
              .DOB9(q[9]), .DOB10(q[10]), .DOB11(q[11]), .DOB12(q[12]), .DOB13(q[13]),
              .DOB14(q[14]), .DOB15(q[15]), .DOB16(q[16]), .DOB17(q[17])
          );
          assign q[35:18] = 18'd0;
        end
      end
    end
  endgenerate

endmodule

`default_nettype wire
