// counter: counts enabled cycles; `scratch` is never reset, to show what random reset does.
`default_nettype none

module counter #(
    parameter WIDTH = 8  // bits of the count
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             enable,
    output reg  [WIDTH-1:0] count,
    output reg  [31:0]      scratch
);

    always @(posedge clk) begin
        if (rst) count <= {WIDTH{1'b0}};
        else if (enable) count <= count + 1'b1;
        if (enable) scratch <= {scratch[30:0], scratch[31]};
    end

endmodule

`default_nettype wire
