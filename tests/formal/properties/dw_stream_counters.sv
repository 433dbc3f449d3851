// The counts against wide ones that never saturate.
`include "promise.svh"

module check_dw_stream_counters #(
    parameter WIDTH = 3
) (
    input clk,
    input rst,
    input abandon,
    input started,
    input running,
    input finished,
    input was_starved,
    input was_backpressured
);
  wire [WIDTH-1:0] cycles, starved, backpressured, last_cycles, last_starved;
  wire [WIDTH-1:0] last_backpressured, streams;
  dw_stream_counters #(.WIDTH(WIDTH)) dut (.*);
  localparam [39:0] MOST = (40'd1 << WIDTH) - 1;

  reg after_reset = 1'b0, was_finished, in_reset;
  reg [39:0] all, source, sink, all_then, source_then, sink_then;
  reg [WIDTH-1:0] ended, ended_then;
  always @(posedge clk) begin
    after_reset <= after_reset || rst;
    in_reset <= rst;
    was_finished <= finished && !rst;
    if (rst || abandon) {all, source, sink} <= 0;
    else if (started) {all, source, sink} <= {40'd1, 80'd0};
    else if (running) begin
      all <= all + 1;
      source <= source + was_starved;
      sink <= sink + was_backpressured;
    end
    all_then <= all + 1;
    source_then <= source + was_starved;
    sink_then <= sink + was_backpressured;
    ended <= rst ? 0 : ended + finished;
  end
  always @* assume (all < 40'h7fffffffff);
  wire [WIDTH-1:0] all_sat = (all > MOST) ? MOST : all;
  wire [WIDTH-1:0] source_sat = (source > MOST) ? MOST : source;
  wire [WIDTH-1:0] sink_sat = (sink > MOST) ? MOST : sink;
  always @* if (after_reset) begin
    `PROMISE(counts_cycles, all != 0, cycles == all_sat)
    `PROMISE(saturates, all > MOST, cycles == MOST)
    `PROMISE(counts_starved, source != 0, starved == source_sat)
    `PROMISE(counts_backpressured, sink != 0, backpressured == sink_sat)
    `PROMISE(keeps_the_last_stream, was_finished,
             last_cycles == ((all_then > MOST) ? MOST : all_then) &&
             last_starved == ((source_then > MOST) ? MOST : source_then) &&
             last_backpressured == ((sink_then > MOST) ? MOST : sink_then))
    `PROMISE(counts_streams, 1'b1, streams == ended)
    `PROMISE(clear_after_reset, in_reset, cycles == 0 && last_cycles == 0 && streams == 0)
    aid_all: assert (cycles == all_sat && starved == source_sat && backpressured == sink_sat);
    aid_less: assert (source <= all && sink <= all);
  end
endmodule
