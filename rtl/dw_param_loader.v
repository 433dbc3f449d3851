// dw_param_loader: writes parameter tensors into the bank that the engine does not use.
//
// Promises: the loader accepts one tensor ahead of the stream that will use it; `swap` makes its
// bank the active one. (dw_control swaps only while no window is in flight.) A tensor has a wrong
// length if a weight set is incomplete, if a bank cannot hold its sets, or if their count differs
// from wanted_sets at the swap. Then `error` is 1 until reset, and the next tensor starts with its
// own first beat. s_axis_param_tready comes from a register.
//
// A weight set consists of one beat for each pass and multiplier of a lane, with the weights of
// all lanes, and then, in an engine with requantisers, of their words. Each bit of write_word
// belongs to one memory. Words 0 to UNITS-1 belong to the multipliers; their memories have one
// word for each set and pass. The memories of the other words have one word for each set.
`default_nettype none

module dw_param_loader #(
    parameter WIDTH       = 64,  // bits of a beat
    parameter UNITS       = 9,   // multipliers of a lane
    parameter PASSES      = 1,
    parameter WORDS       = 9,   // UNITS, and the beats of a set for the requantiser
    parameter WEIGHT_SETS = 1,   // sets that a bank holds
    // derived
    parameter PASS_W      = (PASSES > 1) ? $clog2(PASSES) : 1,  // index of a pass
    parameter SETS_W      = $clog2(WEIGHT_SETS + 1),  // count of sets
    parameter SET_W       = (WEIGHT_SETS > 1) ? $clog2(WEIGHT_SETS) : 1,  // index of a set
    parameter WORD_W      = (WEIGHT_SETS * PASSES > 1) ? $clog2(WEIGHT_SETS * PASSES) : 1
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
    output reg  [  WORD_W:0] write_address,        // multiplier memories: bank, then index
    output reg  [   SET_W:0] write_set,            // other memories: bank, then set
    output reg  [ WIDTH-1:0] write_data,
    output reg               error
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_param_loader_WIDTH_must_be_at_least_1 u (); end
    if (UNITS < 1) begin : bad_2 dw_param_loader_UNITS_must_be_at_least_1 u (); end
    if (PASSES < 1) begin : bad_3 dw_param_loader_PASSES_must_be_at_least_1 u (); end
    if (WORDS < UNITS) begin : bad_4 dw_param_loader_WORDS_must_be_at_least_UNITS u (); end
    if (WEIGHT_SETS < 1) begin : bad_5 dw_param_loader_WEIGHT_SETS_must_be_at_least_1 u (); end
    if ((PASS_W < 1) || ((1 << PASS_W) < PASSES)) begin : bad_6
      dw_param_loader_PASS_W_must_hold_PASSES_minus_1 u ();
    end
    if ((1 << SETS_W) <= WEIGHT_SETS) begin : bad_7
      dw_param_loader_SETS_W_must_hold_WEIGHT_SETS u ();
    end
    if ((SET_W < 1) || ((1 << SET_W) < WEIGHT_SETS)) begin : bad_8
      dw_param_loader_SET_W_must_hold_WEIGHT_SETS_minus_1 u ();
    end
    if (SET_W > SETS_W) begin : bad_9 dw_param_loader_SET_W_must_be_at_most_SETS_W u (); end
    if ((WORD_W < 1) || ((1 << WORD_W) < WEIGHT_SETS * PASSES)) begin : bad_10
      dw_param_loader_WORD_W_must_hold_WEIGHT_SETS_times_PASSES_minus_1 u ();
    end
  endgenerate

  localparam [WORDS-1:0] FIRST_WORD = 1;
  localparam LAST_INDEX = WEIGHT_SETS - 1;
  localparam [SETS_W-1:0] LAST_SET = LAST_INDEX[SETS_W-1:0];

  reg [WORDS-1:0] word;  // one-hot: the word of the next beat
  reg [SETS_W-1:0] sets;  // complete sets received: the set of the next beat
  reg [WORD_W-1:0] index;  // complete passes received
  reg overflow;  // sets is WEIGHT_SETS

  wire accept = s_axis_param_tvalid && s_axis_param_tready;
  wire last_pass;
  wire pass_end = word[UNITS-1];
  wire set_end = word[WORDS-1] && ((WORDS > UNITS) || last_pass);
  wire tensor_end = accept && s_axis_param_tlast;
  wire loaded_next = swap ? 1'b0 : loaded || tensor_end;
  wire [WORDS-1:0] word_next;

  generate
    if (WORDS == 1) begin : g_one_word
      assign word_next = FIRST_WORD;
    end else begin : g_words
      wire [WORDS-1:0] rotated = {word[WORDS-2:0], word[WORDS-1]};
      assign word_next = (pass_end && !last_pass) ? FIRST_WORD : rotated;
    end
    if (PASSES == 1) begin : g_one_pass
      assign last_pass = 1'b1;
    end else begin : g_passes
      localparam LAST_PASS = PASSES - 1;
      reg [PASS_W-1:0] pass;
      assign last_pass = (pass == LAST_PASS[PASS_W-1:0]);
      always @(posedge clk) begin
        if (rst || tensor_end) pass <= {PASS_W{1'b0}};
        else if (accept && pass_end) pass <= last_pass ? {PASS_W{1'b0}} : pass + 1'b1;
      end
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
      index <= {WORD_W{1'b0}};
      overflow <= 1'b0;
      write_word <= {WORDS{1'b0}};
    end else begin
      s_axis_param_tready <= !loaded_next;
      loaded <= loaded_next;
      if (swap) active_bank <= !active_bank;

      // The count of a loaded tensor is kept for the check at the swap.
      if (swap) sets <= {SETS_W{1'b0}};
      else if (accept && set_end && !overflow) sets <= sets + 1'b1;
      if (swap) overflow <= 1'b0;
      else if (accept && set_end && (sets == LAST_SET)) overflow <= 1'b1;
      if (swap) index <= {WORD_W{1'b0}};
      else if (accept && pass_end && !overflow) index <= index + 1'b1;
      if (tensor_end) word <= FIRST_WORD;
      else if (accept) word <= word_next;
      write_word <= (accept && !overflow) ? word : {WORDS{1'b0}};

      if (accept && overflow) error <= 1'b1;
      if (tensor_end && !set_end) error <= 1'b1;
      if (swap && (sets != wanted_sets)) error <= 1'b1;
    end
    write_address <= {!active_bank, index};
    write_set <= {!active_bank, sets[SET_W-1:0]};
    write_data <= s_axis_param_tdata;
  end

endmodule

`default_nettype wire
