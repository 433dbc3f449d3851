// dw_stream_counters: counts the cycles of the running stream, and keeps those of the last one.
//
// Promises: `cycles` counts from the cfg handshake to the last ofmap transfer, both included, as
// the timing law does. `starved` and `backpressured` count the cycles among them that the engine
// lost to the source and to the sink. The counts hold after the stream has finished, until the
// next cfg handshake. At its largest value a count saturates; only `streams` wraps.
`default_nettype none

module dw_stream_counters #(
    parameter WIDTH = 32
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             abandon,             // the running stream will not be finished
    input  wire             started,             // the cfg handshake
    input  wire             running,             // from the cycle after `started` to `finished`
    input  wire             finished,            // the last transfer
    input  wire             was_starved,         // the cycle before was lost to the source
    input  wire             was_backpressured,   // ... to the sink
    output reg  [WIDTH-1:0] cycles,
    output reg  [WIDTH-1:0] starved,
    output reg  [WIDTH-1:0] backpressured,
    output reg  [WIDTH-1:0] last_cycles,
    output reg  [WIDTH-1:0] last_starved,
    output reg  [WIDTH-1:0] last_backpressured,
    output reg  [WIDTH-1:0] streams
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_stream_counters_WIDTH_must_be_at_least_1 u (); end
  endgenerate

  localparam [WIDTH-1:0] ONE = 1;

  // The counts with the present cycle included.
  wire [WIDTH-1:0] cycles_now = (&cycles) ? cycles : cycles + ONE;
  wire [WIDTH-1:0] starved_now = (was_starved && !(&starved)) ? starved + ONE : starved;
  wire [WIDTH-1:0] backpressured_now =
      (was_backpressured && !(&backpressured)) ? backpressured + ONE : backpressured;

  always @(posedge clk) begin
    if (rst || abandon) begin
      cycles <= {WIDTH{1'b0}};
      starved <= {WIDTH{1'b0}};
      backpressured <= {WIDTH{1'b0}};
    end else if (started) begin
      cycles <= ONE;
      starved <= {WIDTH{1'b0}};
      backpressured <= {WIDTH{1'b0}};
    end else if (running) begin
      cycles <= cycles_now;
      starved <= starved_now;
      backpressured <= backpressured_now;
    end

    if (rst) begin
      last_cycles <= {WIDTH{1'b0}};
      last_starved <= {WIDTH{1'b0}};
      last_backpressured <= {WIDTH{1'b0}};
      streams <= {WIDTH{1'b0}};
    end else if (finished) begin
      last_cycles <= cycles_now;
      last_starved <= starved_now;
      last_backpressured <= backpressured_now;
      streams <= streams + ONE;
    end
  end

endmodule

`default_nettype wire
