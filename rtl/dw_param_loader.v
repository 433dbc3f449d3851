// dw_param_loader: writes parameter tensors into the bank that the engine does not use.
//
// Promises: one tensor is taken ahead of the stream that will use it; `swap` makes its bank
// the active one. The bank given back is not written before windows in flight have read it.
// A tensor of a wrong length (no whole weight sets, too many of them, or another number than
// the stream wants) raises the error flag until reset, and the next one is taken from its own
// first beat. s_axis_param_tready comes from a register.
//
// Beats of a tensor: for each weight set, for each tap of the engine, row by row, one beat of
// all lanes' weights.
`default_nettype none

module dw_param_loader #(
    parameter WIDTH          = 64,  // bits of a beat
    parameter TAPS           = 9,   // taps of the engine
    parameter WEIGHT_SETS    = 1,   // sets that a bank holds
    parameter SETS_W         = 1,   // bits of a count of sets
    parameter SET_W          = 1,   // bits of a set index
    parameter RELEASE_CYCLES = 3,   // from swap to the last read of the bank given back
    parameter RELEASE_W      = 2    // bits of a count of them
) (
    input  wire              clk,
    input  wire              rst,
    input  wire [ WIDTH-1:0] s_axis_param_tdata,
    input  wire              s_axis_param_tvalid,
    output reg               s_axis_param_tready,
    input  wire              s_axis_param_tlast,
    input  wire              swap,
    input  wire [SETS_W-1:0] wanted_sets,
    output reg               loaded,
    output reg               active_bank,
    output reg  [  TAPS-1:0] write_tap,            // one-hot, at most one bit
    output reg  [   SET_W:0] write_address,        // the bank, above the set
    output reg  [ WIDTH-1:0] write_data,
    output reg               error
);

  localparam [TAPS-1:0] FIRST_TAP = 1;
  localparam [SETS_W-1:0] ALL_SETS = WEIGHT_SETS;
  localparam [RELEASE_W-1:0] RELEASE = RELEASE_CYCLES;

  reg [TAPS-1:0] tap;  // one-hot: the tap of the next beat
  reg [SETS_W-1:0] sets;  // whole sets received; the index of the next beat's
  reg [RELEASE_W-1:0] release_left;

  wire accept = s_axis_param_tvalid && s_axis_param_tready;
  wire set_end = tap[TAPS-1];
  wire overflow = (sets == ALL_SETS);
  wire tensor_end = accept && s_axis_param_tlast;
  wire loaded_next = swap ? 1'b0 : loaded || tensor_end;
  wire [RELEASE_W-1:0] release_next = swap ? RELEASE : (release_left != 0) ? release_left - 1'b1 : release_left;
  wire [TAPS-1:0] tap_next;

  generate
    if (TAPS == 1) begin : g_one_tap
      assign tap_next = FIRST_TAP;
    end else begin : g_taps
      assign tap_next = {tap[TAPS-2:0], tap[TAPS-1]};
    end
  endgenerate

  always @(posedge clk) begin
    if (rst) begin
      s_axis_param_tready <= 1'b0;
      loaded <= 1'b0;
      active_bank <= 1'b0;
      release_left <= {RELEASE_W{1'b0}};
      error <= 1'b0;
      tap <= FIRST_TAP;
      sets <= {SETS_W{1'b0}};
      write_tap <= {TAPS{1'b0}};
    end else begin
      s_axis_param_tready <= !loaded_next && (release_next == 0);
      loaded <= loaded_next;
      release_left <= release_next;
      if (swap) active_bank <= !active_bank;

      // The count of a loaded tensor stays for the check at the swap.
      if (swap) sets <= {SETS_W{1'b0}};
      else if (accept && set_end && !overflow) sets <= sets + 1'b1;
      if (tensor_end) tap <= FIRST_TAP;
      else if (accept) tap <= tap_next;
      write_tap <= (accept && !overflow) ? tap : {TAPS{1'b0}};

      if (accept && overflow) error <= 1'b1;
      if (tensor_end && !set_end) error <= 1'b1;
      if (swap && (sets != wanted_sets)) error <= 1'b1;
    end
    write_address <= {!active_bank, sets[SET_W-1:0]};
    write_data <= s_axis_param_tdata;
  end

endmodule

`default_nettype wire
