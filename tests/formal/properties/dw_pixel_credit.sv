// The credits against the pixels that the FIFO holds or expects. The sequencer takes only while there
// is room; the FIFO gives only beats that it holds.
`include "promise.svh"

module check_dw_pixel_credit #(
    parameter TOTAL = 9,
    parameter CELLS = 3,
    parameter BEAT = 2
) (
    input clk,
    input rst,
    input take,
    input [1:0] cells,
    input [CELLS-1:0] counts,
    input plane_end,
    input beat_pad,
    input give
);
  localparam LARGEST = CELLS + BEAT - 1;
  wire room;
  dw_pixel_credit #(.TOTAL(TOTAL), .CELLS(CELLS), .BEAT(BEAT)) dut (.*);
  (* hierconn *) wire [3:0] \dut.credits , \dut.most_at_end ;
  (* hierconn *) wire [4:0] \dut.needed , \dut.needed_at_end ;
  (* hierconn *) wire [2:0] \dut.returned ;
  (* hierconn *) wire [CELLS-1:0] \dut.empty ;
  (* hierconn *) wire \dut.taken ;

  reg after_reset = 1'b0, in_reset, taken, gave;
  reg [1:0] cells_then;
  reg pad_then;
  reg [2:0] gaps, gaps_1, gaps_2;  // cells without a pixel, of the last claims
  reg [7:0] pixels;  // that are claimed, arrived or not, and not given back
  reg [7:0] known;  // ... with the cells without a pixel that are not back, and beats given just now
  wire [7:0] claim = take ? cells + (plane_end ? beat_pad : 0) : 0;
  integer c;
  reg [2:0] gap;
  always @* begin
    gap = 0;
    for (c = 0; c < CELLS; c = c + 1) gap = gap + (taken && cells > c && !counts[c]);
  end
  wire calm = !taken && gaps == 0 && gaps_1 == 0 && gaps_2 == 0 && !gave;
  wire [2:0] empties = \dut.empty [0] + \dut.empty [1] + \dut.empty [2];
  always @(posedge clk) begin
    after_reset <= after_reset || rst;
    in_reset <= rst;
    {cells_then, pad_then} <= {cells, beat_pad};
    taken <= take && !rst;
    gave <= give && !rst;
    {gaps, gaps_1, gaps_2} <= rst ? 0 : {gap, gaps, gaps_1};
    pixels <= rst ? 0 : pixels + claim - gap - (give ? BEAT : 0);
    known <= rst ? 0 : known + claim - gaps_2 - (gave ? BEAT : 0);
  end
  always @* begin
    assume (!take || room);
    assume (!give || pixels >= BEAT + gap);
    assume (cells <= CELLS);
    // They are constant while a stream runs.
    assume (!(take || taken) || {cells, beat_pad} == {cells_then, pad_then});
  end

  always @* if (after_reset) begin
    `PROMISE(never_more_pixels_than_entries, pixels != 0, pixels <= TOTAL)
    `PROMISE(room_for_the_largest_claim, room, pixels + LARGEST <= TOTAL)
    `PROMISE(room_whenever_it_is_known, known + LARGEST <= TOTAL, room)
    `PROMISE(no_room_without_credits, known + LARGEST > TOTAL, !room)
    `PROMISE(room_when_all_has_come_back, calm && pixels + LARGEST <= TOTAL, room)
    `PROMISE(all_free_after_reset, in_reset, room && \dut.credits == TOTAL)
    aid_known: assert (known == pixels + gaps + gaps_1 + gaps_2 + (gave ? BEAT : 0));
    aid_pixels: assert (pixels <= TOTAL && known <= TOTAL && pixels >= gap);
    aid_taken: assert (\dut.taken == taken);
    aid_back: assert (empties == gaps && \dut.returned == gaps_1);
    aid_credits: assert (\dut.credits ==
                         TOTAL - known + gaps_2 + (gave ? BEAT : 0));
    aid_most: assert (\dut.most_at_end == cells_then + pad_then);
    aid_needed: assert (\dut.needed == LARGEST + cells_then &&
                        \dut.needed_at_end == LARGEST + cells_then + pad_then);
  end
endmodule
