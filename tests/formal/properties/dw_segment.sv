// The segment against the last word that filled each place.
`include "promise.svh"

module check_dw_segment (
    input clk,
    input word_valid,
    input [2:0] word_places,
    input [3:0] word,
    input next_accepts,
    input load,
    input shift
);
  wire [5:0] cells;
  dw_segment #(.WIDTH(2), .PIXELS(2), .LENGTH(3)) dut (.*);
  (* hierconn *) wire [5:0] \dut.collected ;
  (* hierconn *) wire \dut.accepts , \dut.loads , \dut.shifts ;
  (* hierconn *) wire [2:0] \dut.fills ;

  reg accepts;  // next_accepts of the cycle before
  reg loads = 1'b0, shifts = 1'b0;  // of the cycle before
  reg known = 1'b0, known_before = 1'b0;  // the registers follow the inputs
  reg loaded = 1'b0, shifted = 1'b0, rested = 1'b0;
  reg [2:0] fills = 3'd0;  // places of the word that comes now
  reg [2:0] filled = 3'd0, filled_then;  // places that some word has filled
  reg [5:0] latest, latest_then, cells_then;
  wire enters = word_valid && accepts;
  integer p;
  always @(posedge clk) begin
    accepts <= next_accepts;
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
endmodule
