// dw_control: takes one stream's geometry after another and runs the engine on it.
//
// Promises: a cfg handshake captures the geometry; the next cycle restarts the counters, and
// waits there for the parameter tensor if the stream asks for one; then `run` holds until
// the stream is `done`. cfg_ready comes from a register.
`default_nettype none

module dw_control (
    input  wire clk,
    input  wire rst,
    input  wire cfg_valid,
    output wire cfg_ready,
    input  wire load,           // captured cfg_load: the stream brings its parameters
    input  wire params_loaded,  // a whole parameter tensor waits in the other bank
    input  wire done,
    output wire capture,        // take the cfg ports into the geometry registers
    output wire restart,
    output wire swap,           // use the other parameter bank from the next cycle on
    output wire run,
    output wire busy
);

  localparam [1:0] IDLE = 2'd0;
  localparam [1:0] LOAD = 2'd1;
  localparam [1:0] RUN = 2'd2;

  reg [1:0] state;
  wire params_ready = !load || params_loaded;

  assign cfg_ready = (state == IDLE);
  assign capture = cfg_ready && cfg_valid;
  assign restart = (state == LOAD);
  assign swap = restart && load && params_loaded;
  assign run = (state == RUN);
  assign busy = (state != IDLE);

  always @(posedge clk) begin
    if (rst) begin
      state <= IDLE;
    end else begin
      case (state)
        IDLE: if (cfg_valid) state <= LOAD;
        LOAD: if (params_ready) state <= RUN;
        default: if (done) state <= IDLE;
      endcase
    end
  end

endmodule

`default_nettype wire
