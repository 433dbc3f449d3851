// dw_stream_control: follows a stream from its start to its last ofmap transfer.
//
// Promises: `start` makes a stream pending and begins the check of its geometry at once, also
// while another stream runs. If the check fails, the stream is no longer pending and `refused` is
// 1 for one cycle. Otherwise cfg_valid rises as soon as no stream runs, and the cfg handshake
// makes the pending stream the running one. The stream runs until its last ofmap beat is
// transferred (`finished`). The next cfg handshake can take place in the cycle after that: the
// core is ready then. `start` must not come while a stream is pending.
`default_nettype none

module dw_stream_control #(
    parameter WEIGHT_SETS = 1,  // most sets of a stream
    // derived
    parameter SETS_W      = $clog2(WEIGHT_SETS + 1)
) (
    input  wire              clk,
    input  wire              rst,
    input  wire              start,
    input  wire              start_load,     // with start: the stream brings its parameters
    input  wire [SETS_W-1:0] weight_sets,
    input  wire              check_done,
    input  wire              check_passed,
    input  wire              cfg_ready,
    output wire              cfg_valid,
    input  wire              last_transfer,  // a beat with tlast leaves the engine
    output reg               load,           // the pending stream brings its parameters
    output reg               pending,
    output reg               checking,
    output reg               running,
    output wire              started,        // the cfg handshake
    output wire              finished,
    output wire              refused,
    output reg  [SETS_W-1:0] kept_sets       // weight sets of the last load; 0: none yet
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WEIGHT_SETS < 1) begin : bad_1 dw_stream_control_WEIGHT_SETS_must_be_at_least_1 u (); end
    if ((1 << SETS_W) <= WEIGHT_SETS) begin : bad_2
      dw_stream_control_SETS_W_must_hold_WEIGHT_SETS u ();
    end
  endgenerate

  assign cfg_valid = pending && !checking && !running;
  assign started = cfg_valid && cfg_ready;
  assign finished = running && last_transfer && !rst;
  assign refused = check_done && !check_passed;

  always @(posedge clk) begin
    if (rst) begin
      pending <= 1'b0;
      checking <= 1'b0;
      running <= 1'b0;
      kept_sets <= {SETS_W{1'b0}};
    end else begin
      if (start) pending <= 1'b1;
      else if (started || refused) pending <= 1'b0;
      if (start) checking <= 1'b1;
      else if (check_done) checking <= 1'b0;
      if (started) running <= 1'b1;
      else if (finished) running <= 1'b0;
      if (started && load) kept_sets <= weight_sets;
    end
    if (start) load <= start_load;
  end

endmodule

`default_nettype wire
