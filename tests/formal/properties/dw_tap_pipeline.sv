// The marks against the taps of the cycles before, and one weight against its last write.
`include "promise.svh"

module check_dw_tap_pipeline #(
    parameter ADD_CYCLES = 2,
    parameter SUM_CYCLES = 2,
    parameter START_CYCLES = 3
) (
    input clk,
    input rst,
    input fire,
    input first_column,
    input first_row,
    input uses_segment,
    input completes,
    input plane_end,
    input image_end,
    input stream_end,
    input [1:0] counts,
    input weight_set,
    input weight_word,
    input active_bank,
    input weight_write,
    input [1:0] weight_address,
    input [1:0] write_data
);
  localparam PAST = 4;  // the longest delay
  wire [1:0] weight;
  wire load, shift, add, first, complete, group_start;
  wire [5:0] group_marks;
  dw_tap_pipeline #(.CELLS(2), .SET_W(1), .WORD_W(1), .WIDTH(2), .ADD_CYCLES(ADD_CYCLES),
      .SUM_CYCLES(SUM_CYCLES), .START_CYCLES(START_CYCLES)) dut (.*);
  (* anyconst *) reg [1:0] address;
  reg after_reset = 1'b0;
  reg [2:0] age = 3'd0;  // cycles since a reset, up to PAST
  reg [2:0] calm = 3'd0;  // cycles since the weight was written
  // Bit or word k - 1: k cycles before this one.
  reg [PAST-1:0] fires, loads, begins, ends, named;
  reg [4*PAST-1:0] marks;
  reg [2*PAST-1:0] count;
  reg written = 1'b0;
  reg [1:0] word;
  always @(posedge clk) begin
    after_reset <= after_reset || rst;
    age <= rst ? 0 : (age < PAST) ? age + 1 : age;
    calm <= (weight_write && weight_address == address) ? 0 : (calm < PAST) ? calm + 1 : calm;
    if (weight_write && weight_address == address) {written, word} <= {1'b1, write_data};
    fires <= rst ? 0 : {fires, fire};
    loads <= {loads, uses_segment};
    begins <= {begins, first_column && first_row};
    ends <= {ends, completes};
    marks <= {marks, weight_set, stream_end, image_end, plane_end};
    count <= {count, counts};
    named <= {named, {active_bank, weight_word} == address};
  end
  reg [2:0] weight_age = 3'd0;
  always @(posedge clk) if (weight_age < PAST) weight_age <= weight_age + 1;
  wire starts = fires[START_CYCLES-1] && ends[START_CYCLES-1];
  wire sums = fires[ADD_CYCLES+SUM_CYCLES-1] && ends[ADD_CYCLES+SUM_CYCLES-1];

  (* hierconn *) wire [1:0]
      \dut.u_weights.memory[0] , \dut.u_weights.memory[1] ,
      \dut.u_weights.memory[2] , \dut.u_weights.memory[3] ;
  wire [7:0] memory = {\dut.u_weights.memory[3] , \dut.u_weights.memory[2] ,
                       \dut.u_weights.memory[1] , \dut.u_weights.memory[0] };
  always @* begin
    `PROMISE(weight_of_the_named_word, written && calm >= 3 && weight_age >= 3 && named[2],
             weight == word)
    aid_word: assert (!written || memory[address*2+:2] == word);
  end
  always @* if (after_reset) begin
    `PROMISE(loads_for_a_segment, fires[0] && loads[0], load && !shift)
    `PROMISE(shifts_within_a_segment, fires[0] && !loads[0], shift && !load)
    `PROMISE(moves_only_with_a_tap, !fires[0], !load && !shift)
    `PROMISE(adds_every_tap, fires[ADD_CYCLES-1], add)
    `PROMISE(adds_nothing_else, !fires[ADD_CYCLES-1], !add)
    `PROMISE(first_with_the_first_tap, age >= ADD_CYCLES && fires[ADD_CYCLES-1],
             first == begins[ADD_CYCLES-1])
    `PROMISE(group_starts, starts, group_start)
    `PROMISE(no_other_start, !starts, !group_start)
    `PROMISE(marks_of_the_group, starts && age >= START_CYCLES,
             group_marks[5:2] == marks[4*START_CYCLES-1-:4])
    `PROMISE(counts_of_the_group, starts && age >= START_CYCLES,
             group_marks[1:0] == count[2*START_CYCLES-3-:2])
    `PROMISE(sums_are_complete, sums, complete)
    `PROMISE(no_other_sums, !sums, !complete)
  end
endmodule
