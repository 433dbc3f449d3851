// Stand-ins for the modules that pack pixels: any beats. And for dw_output_fifo: a register.
module dw_pixel_pack #(
    parameter LANES = 1,
    parameter VALUES = 1,
    parameter PIXELS = 1,
    parameter WIDTH = 1
) (
    input clk,
    input restart,
    input active,
    input [$clog2(LANES)-1:0] lane,
    input [VALUES*WIDTH-1:0] values,
    input keep,
    input final_pixel,
    output write,
    output ended,
    output [$clog2(PIXELS+1)-1:0] count,
    output [PIXELS*LANES*WIDTH-1:0] beat
);
  (* anyseq *) reg [1+$clog2(PIXELS+1)+PIXELS*LANES*WIDTH:0] any;
  assign {write, ended, count, beat} = any;
endmodule

module dw_pixel_merge #(
    parameter LANES = 1,
    parameter PIXELS = 1,
    parameter BEAT = 1,
    parameter WIDTH = 1
) (
    input clk,
    input restart,
    input active,
    input [PIXELS*LANES*WIDTH-1:0] values,
    input [PIXELS-1:0] keep,
    input final_pixel,
    output write,
    output ended,
    output [$clog2(BEAT+1)-1:0] count,
    output [BEAT*LANES*WIDTH-1:0] beat
);
  (* anyseq *) reg [1+$clog2(BEAT+1)+BEAT*LANES*WIDTH:0] any;
  assign {write, ended, count, beat} = any;
endmodule

module dw_output_fifo #(
    parameter WIDTH = 1,
    parameter DEPTH = 1
) (
    input clk,
    input rst,
    input write,
    input [WIDTH-1:0] write_data,
    output popped,
    output reg [WIDTH-1:0] m_data,
    output reg m_valid,
    input m_ready
);
  assign popped = m_valid && m_ready;
  always @(posedge clk) begin
    m_valid <= write && !rst;
    m_data <= write_data;
  end
endmodule
