// dw_control: takes the geometry of one stream after another and runs the engine on it.
//
// Promises: a cfg handshake captures the geometry. From the next cycle on `restart` is 1, for one
// cycle or longer: until the parameter tensor is there, if the stream loads one, and until the
// ifmap port has dropped the surplus beats of the last stream. Then `run` is 1 until the stream is
// `done` and DRAIN_CYCLES have passed since its last `emit`. cfg_ready is a register; it is 0 in
// reset and in the first cycle after it. No window of a stream is in the pipeline when the next
// one starts, so stages may take values that are constant over a stream from the geometry
// registers and the bank.
`default_nettype none

module dw_control #(
    parameter DRAIN_CYCLES = 8,  // from an emission to its transfer, without stalls
    // derived
    parameter DRAIN_W      = $clog2(DRAIN_CYCLES + 1)
) (
    input  wire clk,
    input  wire rst,
    input  wire cfg_valid,
    output reg  cfg_ready,
    input  wire load,           // captured cfg_load: the stream brings its parameters
    input  wire params_loaded,  // a whole parameter tensor waits in the other bank
    input  wire port_blocked,   // the ifmap port drops beats
    input  wire emit,           // a window is emitted
    input  wire done,           // nothing is left to take or to emit
    output wire capture,        // take the cfg ports into the geometry registers
    output wire restart,
    output wire start,          // the last cycle of restart
    output wire swap,           // use the other parameter bank from the next cycle on
    output wire run,
    output wire busy
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (DRAIN_CYCLES < 1) begin : bad_1 dw_control_DRAIN_CYCLES_must_be_at_least_1 u (); end
    if ((1 << DRAIN_W) <= DRAIN_CYCLES) begin : bad_2
      dw_control_DRAIN_W_must_hold_DRAIN_CYCLES u ();
    end
  endgenerate

  localparam [1:0] IDLE = 2'd0;
  localparam [1:0] LOAD = 2'd1;
  localparam [1:0] RUN = 2'd2;

  localparam [DRAIN_W-1:0] ALL_CYCLES = DRAIN_CYCLES;

  reg [1:0] state;
  reg [DRAIN_W-1:0] drain_left;
  wire ready = !port_blocked && (!load || params_loaded);
  wire stream_end = done && (drain_left == 0);

  assign capture = cfg_ready && cfg_valid;
  assign restart = (state == LOAD);
  assign start = restart && ready;
  assign swap = start && load;
  // `run` is one bit of the state because its fan-out is large. (There is no state 3.)
  assign run = state[1];
  assign busy = (state != IDLE);

  always @(posedge clk) begin
    if (rst) drain_left <= {DRAIN_W{1'b0}};
    else if (emit) drain_left <= ALL_CYCLES;
    else if (drain_left != 0) drain_left <= drain_left - 1'b1;

    if (rst) begin
      state <= IDLE;
      cfg_ready <= 1'b0;
    end else begin
      case (state)
        IDLE: begin
          if (capture) state <= LOAD;
          cfg_ready <= !capture;
        end
        LOAD: if (ready) state <= RUN;
        default: begin
          if (stream_end) state <= IDLE;
          cfg_ready <= stream_end;
        end
      endcase
    end
  end

endmodule

`default_nettype wire
