// CCU2C: two bits of a carry chain of the ECP5, for simulation, after Project Trellis: each bit has a
// look-up table, whose lowest four bits are a second table for the carry.
`default_nettype none

module CCU2C #(
    parameter [15:0] INIT0     = 16'h0000,
    parameter [15:0] INIT1     = 16'h0000,
    parameter        INJECT1_0 = "YES",
    parameter        INJECT1_1 = "YES"
) (
    input  wire CIN,
    input  wire A0, B0, C0, D0,
    input  wire A1, B1, C1, D1,
    output wire S0, S1,
    output wire COUT
);

  wire propagate_0 = INIT0[{D0, C0, B0, A0}];
  wire propagate_1 = INIT1[{D1, C1, B1, A1}];
  wire carry = propagate_0 ? CIN : INIT0[{2'b00, B0, A0}];
  assign S0 = propagate_0 ^ CIN;
  assign S1 = propagate_1 ^ carry;
  assign COUT = propagate_1 ? carry : INIT1[{2'b00, B1, A1}];

  initial begin
    if (INJECT1_0 != "NO" || INJECT1_1 != "NO") begin
      $display("CCU2C: this model has only what rtl/ecp5 uses");
      $finish;
    end
  end

endmodule

`default_nettype wire
