// The reads and their words against a list of the reads that wait, with stand-ins for the modules that
// find the reads.
`include "promise.svh"
`include "fetch_stand_ins.svh"

module check_dw_fetch (
    input clk,
    input restart,
    input run,
    input [4:0] filled,
    input next_accepts
);
  localparam P = 5;  // bits of the address of a pixel
  localparam READ_W = 3 + 3 * P + 2;
  wire [P-1:0] next_free, read_pixel;
  wire step, word_valid, next_completes;
  wire [2:0] word_places;
  wire amount;
  // The geometry goes to the stand-ins only.
  dw_fetch #(.BEAT_PIXELS(1), .READ_PIXELS(2), .X_W(3), .Y_W(3), .PIXEL_W(P), .PLACE_W(2),
      .LENGTH(3), .TAP_W(1), .GROUPS_W(1), .SETS_W(1), .PLANES_W(1), .PLANE_BEATS_W(1)) dut (
      .clk, .restart, .run, .filled, .next_accepts, .step, .next_free, .read_pixel, .word_valid, .next_completes,
      .word_places, .amount,
      .ifmap_w(3'd0), .ifmap_h(3'd0), .kernel_h(1'b0), .kernel_w(1'b0), .tap_segments(1'b0),
      .span(3'd0), .pitch(3'd0), .start_x(3'd0), .start_y(3'd0), .end_y(3'd0), .step_x(3'd0),
      .step_y(3'd0), .stride_h(3'd0), .dilation_w(3'd0), .dilation_h(3'd0),
      .start_address(5'd0), .step_address(5'd0), .row_address(5'd0), .tap_address(5'd0),
      .plane_beats(1'b0), .groups(1'b0), .sets(1'b0), .planes(1'b0));
  (* hierconn *) wire \dut.next_valid , \dut.next_ready , \dut.next_filled , \dut.next_segment_end ;
  (* hierconn *) wire \dut.next_frees ;
  (* hierconn *) wire [P-1:0] \dut.next_pixel , \dut.next_last_pixel , \dut.next_free_pixel ;
  (* hierconn *) wire [1:0] \dut.next_first ;
  (* hierconn *) wire \dut.read_valid , \dut.behind_valid , \dut.last ;
  (* hierconn *) wire [READ_W-1:0] \dut.read , \dut.behind ;
  (* hierconn *) wire [2:0] \dut.valid ;
  (* hierconn *) wire [3:0] \dut.marks_0 , \dut.marks_1 ;
  (* hierconn *) wire \dut.turn_0 ;

  wire offers = \dut.next_valid , accepts = \dut.next_ready ;
  wire [READ_W-1:0] offered = {\dut.next_filled , \dut.next_segment_end , \dut.next_frees ,
      \dut.next_pixel , \dut.next_last_pixel , \dut.next_free_pixel , \dut.next_first };
  reg started = 1'b0, offered_before, accepted;
  reg [READ_W-1:0] before;
  // ---- reads that wait, the oldest first ------------------------------------------------------
  reg [1:0] waiting;
  reg [READ_W-1:0] first_read, second_read;
  wire has, ends, frees;
  wire [P-1:0] pixel, last_pixel, free_pixel;
  wire [1:0] first;
  assign {has, ends, frees, pixel, last_pixel, free_pixel, first} = first_read;
  // Addresses are modulo a power of two, and lie less than half of it apart.
  wire [P-1:0] to_come = last_pixel - filled;
  wire there = !has || to_come >= 1 << (P - 1);
  wire made = waiting != 0 && run && step && there;
  wire enters = offers && waiting < 2;
  // ---- words on their way, the youngest first: its read was made one step before ----------------
  reg [2:0] words, word_ends, word_has;
  reg [5:0] word_first;
  reg [2:0] word_turn;
  reg [P-1:0] freed;
  wire turn = pixel[0] ^ first[0];
  always @(posedge clk) begin
    started <= started || restart;
    offered_before <= offers && !enters && !restart;
    before <= offered;
    accepted <= restart || next_accepts;  // the word of the next cycle leaves
    if (restart) begin
      {waiting, words, freed} <= 0;
    end else begin
      waiting <= waiting + enters - made;
      if (made && waiting == 2) first_read <= second_read;
      else if (made || waiting == 0) first_read <= offered;
      if (waiting == 1 && !made) second_read <= offered;
      if (step) words <= {words, made};
      if (made && ends && frees) freed <= free_pixel;
    end
    if (step) begin
      word_ends <= {word_ends, ends};
      word_has <= {word_has, has};
      word_first <= {word_first, first};
      word_turn <= {word_turn, turn};
    end
  end
  wire [1:0] place = word_first[5:4];
  always @* assume (!started || !offered_before || (offers && offered == before));
  always @* if (started && !restart) begin
    `PROMISE(takes_reads_while_a_place_is_free, waiting < 2, accepts)
    `PROMISE(takes_no_third_read, waiting == 2, !accepts)
    `PROMISE(reads_in_order, waiting != 0, read_pixel == pixel)
    `PROMISE(moves_unless_a_word_waits, 1'b1, step == (accepted || !words[2]))
    `PROMISE(a_word_for_each_read, words[2], word_valid)
    `PROMISE(no_other_word, !words[2], !word_valid)
    `PROMISE(tells_of_the_last_word, 1'b1, next_completes ==
             (step ? words[1] && word_ends[1] : words[2] && word_ends[2]))
    `PROMISE(fills_the_places_from_its_first, words[2] && word_has[2],
             word_places == {place <= 2, place <= 1, place == 0})
    `PROMISE(a_word_without_pixels_fills_none, words[2] && !word_has[2], word_places == 0)
    `PROMISE(amount_comes_before_its_word, words[1], amount == word_turn[1])
    `PROMISE(frees_what_no_group_needs, 1'b1, next_free == freed)
    aid_waiting: assert (waiting <= 2 && \dut.read_valid == (waiting != 0) &&
                         \dut.behind_valid == (waiting == 2));
    aid_first: assert (waiting == 0 || \dut.read == first_read);
    aid_second: assert (waiting < 2 || \dut.behind == second_read);
    aid_words: assert (\dut.valid == words);
    aid_last: assert (!words[2] || \dut.last == word_ends[2]);
    aid_marks_0: assert (!words[0] || (\dut.turn_0 == word_turn[0] &&
                         \dut.marks_0 == {word_has[0], word_ends[0], word_first[1:0]}));
    aid_marks_1: assert (!words[1] || \dut.marks_1 == {word_has[1], word_ends[1], word_first[3:2]});
  end
endmodule
