// LUT4: a look-up table of the ECP5, for simulation: bit {D, C, B, A} of INIT.
`default_nettype none

module LUT4 #(
    parameter [15:0] INIT = 16'h0000
) (
    input  wire A, B, C, D,
    output wire Z
);
  assign Z = INIT[{D, C, B, A}];
endmodule

`default_nettype wire
