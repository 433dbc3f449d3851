// PFUMX: the multiplexer behind a slice's two look-up tables, for simulation.
`default_nettype none

module PFUMX (
    input  wire ALUT, BLUT, C0,
    output wire Z
);
  assign Z = C0 ? ALUT : BLUT;
endmodule

`default_nettype wire
