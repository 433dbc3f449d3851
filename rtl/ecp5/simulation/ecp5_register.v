// ecp5_register: a register of an ECP5 block, or none, for simulation.
`default_nettype none

module ecp5_register #(
    parameter WIDTH = 1,
    parameter CLOCK = "NONE"
) (
    input  wire             clk,
    input  wire             ce,
    input  wire             rst,
    input  wire [WIDTH-1:0] d,
    output wire [WIDTH-1:0] q
);
  generate
    if (CLOCK == "CLK0") begin : g_register
      reg [WIDTH-1:0] register;
      always @(posedge clk) begin
        if (rst) register <= {WIDTH{1'b0}};
        else if (ce) register <= d;
      end
      assign q = register;
    end else begin : g_bypass
      wire unused = &{1'b0, clk, ce, rst, 1'b0};
      assign q = d;
    end
  endgenerate
endmodule

`default_nettype wire
