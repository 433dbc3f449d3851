// The loader against counters of the tensor: word, pass, set. WORDS > UNITS as with requantisers.
`include "promise.svh"

module check_dw_param_loader #(
    parameter UNITS = 2,
    parameter PASSES = 2,
    parameter WORDS = 3,
    parameter WEIGHT_SETS = 2,
    parameter SETS_W = $clog2(WEIGHT_SETS + 1),
    parameter SET_W = (WEIGHT_SETS > 1) ? $clog2(WEIGHT_SETS) : 1,
    parameter WORD_W = (WEIGHT_SETS * PASSES > 1) ? $clog2(WEIGHT_SETS * PASSES) : 1
) (
    input clk,
    input rst,
    input [1:0] s_axis_param_tdata,
    input s_axis_param_tvalid,
    input s_axis_param_tlast,
    input swap,
    input [SETS_W-1:0] wanted_sets
);
  wire s_axis_param_tready, loaded, active_bank, error;
  wire [WORDS-1:0] write_word;
  wire [WORD_W:0] write_address;
  wire [SET_W:0] write_set;
  wire [1:0] write_data;
  dw_param_loader #(.WIDTH(2), .UNITS(UNITS), .PASSES(PASSES), .WORDS(WORDS),
      .WEIGHT_SETS(WEIGHT_SETS)) dut (.*);
  (* hierconn *) wire [WORDS-1:0] \dut.word ;
  (* hierconn *) wire [SETS_W-1:0] \dut.sets ;
  (* hierconn *) wire [WORD_W-1:0] \dut.index ;
  (* hierconn *) wire \dut.overflow , \dut.g_passes.pass ;

  // Beats of a set: UNITS for each pass, then WORDS - UNITS.
  localparam SET_BEATS = UNITS * PASSES + WORDS - UNITS;
  localparam MOST = WEIGHT_SETS * SET_BEATS;
  reg after_reset = 1'b0, in_reset, waits, wrote, was_last, wrong, bank, kept;
  reg [7:0] place;  // of the next beat in its set
  reg [7:0] sets;  // complete sets, at most WEIGHT_SETS
  reg [7:0] at, of_set;
  reg [1:0] data;
  wire accept = s_axis_param_tvalid && s_axis_param_tready;
  wire surplus = sets == WEIGHT_SETS;
  wire ends_set = place + 1 == SET_BEATS;
  wire [7:0] word = (place < UNITS * PASSES) ? place % UNITS : place - UNITS * (PASSES - 1);
  always @(posedge clk) begin
    after_reset <= after_reset || rst;
    in_reset <= rst;
    waits <= !rst && (waits || (accept && s_axis_param_tlast)) && !swap;
    bank <= rst ? 1'b0 : bank ^ swap;
    wrote <= accept && !surplus && !rst;
    at <= place;
    of_set <= sets;
    kept <= bank;
    data <= s_axis_param_tdata;
    if (rst) {place, sets} <= 0;
    else begin
      if (accept) place <= (s_axis_param_tlast || ends_set) ? 0 : place + 1;
      if (swap) sets <= 0;
      else if (accept && ends_set && !surplus) sets <= sets + 1;
    end
    wrong <= !rst && (wrong || (accept && surplus) ||
        (accept && s_axis_param_tlast && !ends_set) || (swap && sets != wanted_sets));
  end

  // dw_control swaps only when a whole tensor waits.
  always @* assume (!swap || loaded);

  wire [7:0] word_at = (at < UNITS * PASSES) ? at % UNITS : at - UNITS * (PASSES - 1);
  wire [7:0] pass_at = (at < UNITS * PASSES) ? at / UNITS : PASSES;
  wire [WORD_W-1:0] index = sets * PASSES + ((place < UNITS * PASSES) ? place / UNITS : PASSES);
  always @* if (after_reset) begin
    `PROMISE(one_tensor_ahead, waits, loaded && !s_axis_param_tready)
    `PROMISE(ready_for_the_next_tensor, !waits && !in_reset, s_axis_param_tready && !loaded)
    `PROMISE(writes_each_beat_to_its_memory, wrote, write_word == (1 << word_at))
    `PROMISE(writes_the_other_bank, wrote, write_address[WORD_W] == !kept &&
             write_set[SET_W] == !kept)
    `PROMISE(weights_at_set_and_pass, wrote && at < UNITS * PASSES,
             write_address[WORD_W-1:0] == of_set * PASSES + pass_at)
    `PROMISE(scales_at_set, wrote, write_set[SET_W-1:0] == of_set)
    `PROMISE(writes_the_data, wrote, write_data == data)
    `PROMISE(writes_nothing_else, !wrote, write_word == 0)
    `PROMISE(wrong_length_is_flagged, wrong, error)
    `PROMISE(right_length_raises_no_flag, !wrong, !error)
    `PROMISE(swaps_the_banks, bank, active_bank)
    `PROMISE(swaps_back, !bank, !active_bank)
    `PROMISE(quiet_in_reset, in_reset, !s_axis_param_tready && !loaded && write_word == 0)
    aid_word: assert (place < SET_BEATS && \dut.word == (1 << word));
    aid_sets: assert (sets <= WEIGHT_SETS && \dut.sets == sets && \dut.overflow == surplus);
    aid_pass: assert (\dut.g_passes.pass == ((place < UNITS * PASSES) ? place / UNITS : 0));
    aid_index: assert (surplus || loaded || \dut.index == index);
    aid_index_after: assert (!loaded || place == 0);
  end
endmodule
