// dw_param_loader: writes parameter tensors into the bank that the engine does not use.
//
// Promises: one tensor is taken ahead of the stream that will use it; `swap` makes its bank
// the active one. (No window of the last stream is in flight then, see dw_control.)
// A tensor of a wrong length (no whole weight sets, too many of them, or another number than
// the stream wants) raises the error flag until reset, and the next one is taken from its own
// first beat. s_axis_param_tready comes from a register.
//
// Beats of a tensor: for each weight set, for each tap of the engine, row by row, one beat of
// all lanes' weights; then, with a requantiser, its words.
`default_nettype none

module dw_param_loader #(
    parameter WIDTH       = 64,  // bits of a beat
    parameter WORDS       = 9,   // beats of a set: the engine's taps, then the requantiser's
    parameter WEIGHT_SETS = 1,   // sets that a bank holds
    parameter SETS_W      = 1,   // bits of a count of sets
    parameter SET_W       = 1    // bits of a set index
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
    output reg  [ WORDS-1:0] write_word,           // one-hot, at most one bit
    output reg  [   SET_W:0] write_address,        // the bank, above the set
    output reg  [ WIDTH-1:0] write_data,
    output reg               error
);

  localparam [WORDS-1:0] FIRST_WORD = 1;
  localparam [SETS_W-1:0] ALL_SETS = WEIGHT_SETS;

  reg [WORDS-1:0] word;  // one-hot: the word of the next beat
  reg [SETS_W-1:0] sets;  // whole sets received; the index of the next beat's

  wire accept = s_axis_param_tvalid && s_axis_param_tready;
  wire set_end = word[WORDS-1];
  wire overflow = (sets == ALL_SETS);
  wire tensor_end = accept && s_axis_param_tlast;
  wire loaded_next = swap ? 1'b0 : loaded || tensor_end;
  wire [WORDS-1:0] word_next;

  generate
    if (WORDS == 1) begin : g_one_word
      assign word_next = FIRST_WORD;
    end else begin : g_words
      assign word_next = {word[WORDS-2:0], word[WORDS-1]};
    end
  endgenerate

  always @(posedge clk) begin
    if (rst) begin
      s_axis_param_tready <= 1'b0;
      loaded <= 1'b0;
      active_bank <= 1'b0;
      error <= 1'b0;
      word <= FIRST_WORD;
      sets <= {SETS_W{1'b0}};
      write_word <= {WORDS{1'b0}};
    end else begin
      s_axis_param_tready <= !loaded_next;
      loaded <= loaded_next;
      if (swap) active_bank <= !active_bank;

      // The count of a loaded tensor stays for the check at the swap.
      if (swap) sets <= {SETS_W{1'b0}};
      else if (accept && set_end && !overflow) sets <= sets + 1'b1;
      if (tensor_end) word <= FIRST_WORD;
      else if (accept) word <= word_next;
      write_word <= (accept && !overflow) ? word : {WORDS{1'b0}};

      if (accept && overflow) error <= 1'b1;
      if (tensor_end && !set_end) error <= 1'b1;
      if (swap && (sets != wanted_sets)) error <= 1'b1;
    end
    write_address <= {!active_bank, sets[SET_W-1:0]};
    write_data <= s_axis_param_tdata;
  end

endmodule

`default_nettype wire
