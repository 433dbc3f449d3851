// dw_pipeline: delays a word by CYCLES clock cycles, none of them conditional.
//
// Promises: q is d of CYCLES cycles before. With RESET = 1, q is 0 from reset on until the first
// word that entered after reset comes out.
`default_nettype none

module dw_pipeline #(
    parameter WIDTH  = 1,
    parameter CYCLES = 1,  // 0: a wire
    parameter RESET  = 0   // 1: cleared by rst
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] d,
    output wire [WIDTH-1:0] q
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_pipeline_WIDTH_must_be_at_least_1 u (); end
    if (CYCLES < 0) begin : bad_2 dw_pipeline_CYCLES_must_be_at_least_0 u (); end
  endgenerate

  generate
    if (CYCLES == 0) begin : g_wire
      wire unused_clk = &{1'b0, clk, rst, 1'b0};
      assign q = d;
    end else begin : g_stages
      reg [WIDTH*CYCLES-1:0] stages;
      assign q = stages[WIDTH*(CYCLES-1)+:WIDTH];
      genvar i;
      for (i = 0; i < CYCLES; i = i + 1) begin : g_stage
        wire [WIDTH-1:0] entering;
        if (i == 0) begin : g_first
          assign entering = d;
        end else begin : g_rest
          assign entering = stages[WIDTH*(i-1)+:WIDTH];
        end
        always @(posedge clk) begin
          if ((RESET != 0) && rst) stages[WIDTH*i+:WIDTH] <= {WIDTH{1'b0}};
          else stages[WIDTH*i+:WIDTH] <= entering;
        end
      end
      if (RESET == 0) begin : g_no_reset
        wire unused_rst = &{1'b0, rst, 1'b0};
      end
    end
  endgenerate

endmodule

`default_nettype wire
