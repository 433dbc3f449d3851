// The segment against the last word that filled each place. The sequencer loads only what is ready.
`include "promise.svh"

module check_dw_segment (
    input clk,
    input restart,
    input word_valid,
    input [2:0] word_places,
    input [3:0] word,
    input next_completes,
    input next_load,
    input shift
);
  wire next_accepts, ready;
  wire [5:0] cells;
  reg load = 1'b0;
  dw_segment #(.WIDTH(2), .PIXELS(2), .LENGTH(3)) dut (.*);
  (* hierconn *) wire [5:0] \dut.collected ;
  (* hierconn *) wire \dut.accepts , \dut.loads , \dut.shifts ;
  (* hierconn *) wire [2:0] \dut.fills ;

  reg started = 1'b0, complete, restarted;
  reg accepts;  // next_accepts of the cycle before
  reg loads = 1'b0, shifts = 1'b0;  // of the cycle before
  reg known = 1'b0, known_before = 1'b0;  // the registers follow the inputs
  reg loaded = 1'b0, shifted = 1'b0, rested = 1'b0;
  reg [2:0] fills = 3'd0;  // places of the word that comes now
  reg completed = 1'b0;  // next_completes of the cycle before
  reg [2:0] filled = 3'd0, filled_then;  // places that some word has filled
  reg [5:0] latest, latest_then, cells_then;
  wire enters = word_valid && accepts;
  integer p;
  always @(posedge clk) begin
    started <= started || restart;
    accepts <= next_accepts;
    restarted <= restart;
    load <= next_load && !restart;
    // The collected segment is complete and has not left.
    complete <= !restart && !next_load && (complete || completed);
    completed <= next_completes;
    {known, known_before} <= {1'b1, known};
    loads <= load;
    shifts <= shift;
    fills <= (known && enters) ? word_places : 3'd0;
    for (p = 0; p < 3; p = p + 1)
      if (fills[p]) begin
        filled[p] <= 1'b1;
        latest[p*2+:2] <= (p == 1) ? word[3:2] : word[1:0];
      end
    loaded <= loads;
    shifted <= shifts && !loads;
    rested <= known && !shifts && !loads;
    {filled_then, latest_then, cells_then} <= {filled, latest, cells};
  end
  always @* assume (!next_load || ready);
  // next_completes told that a segment's last word is there now. A restart drops the words.
  always @* assume (!completed || word_valid);
  always @* assume (!restart || !next_completes);

  (* anyconst *) reg [1:0] place;
  always @* assume (place < 3);
  always @* begin
    `PROMISE(load_brings_the_last_word_of_each_place, loaded && filled_then[place],
             cells[place*2+:2] == latest_then[place*2+:2])
    `PROMISE(shift_moves_by_one_column, shifted && place != 2,
             cells[place*2+:2] == cells_then[place*2+2+:2])
    `PROMISE(holds_otherwise, rested, cells == cells_then)
    aid_moves: assert (!known || (\dut.loads == loads && \dut.shifts == shifts));
    aid_fills: assert (known_before ? \dut.fills == fills : filled == 0 && fills == 0);
    aid_known: assert ((!known || \dut.accepts == accepts) && (known || !(known_before || shifts || loads)));
    aid_latest: assert (!filled[place] || \dut.collected [place*2+:2] == latest[place*2+:2]);
  end
  always @* if (started) begin
    `PROMISE(a_complete_segment_waits, complete, !accepts)
    `PROMISE(takes_words_until_it_is_complete, !complete, accepts)
    `PROMISE(ready_if_complete, complete || completed, ready)
    `PROMISE(not_ready_before, !complete && !completed, !ready)
    `PROMISE(empty_after_a_restart, restarted, accepts)
    aid_accepts: assert (\dut.accepts == accepts);
  end
endmodule
