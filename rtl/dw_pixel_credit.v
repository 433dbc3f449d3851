// dw_pixel_credit: counts the pixels for which the output FIFO has room.
//
// Promises: after reset there are TOTAL credits. `take` is the last tap of a group: it takes a credit
// for each cell in use and, at the end of a plane, beat_pad credits for the rest of a beat. `counts`
// comes one cycle later; the credits of cells without a pixel are back four cycles after `take`. With
// `give`, BEAT credits return. `room`, a register, is 1 if LARGEST credits are available without those
// that have returned in the cycle before.
`default_nettype none

module dw_pixel_credit #(
    parameter TOTAL   = 64,
    parameter CELLS   = 7,
    parameter BEAT    = 4,                // pixels of a beat
    // derived
    parameter LARGEST = CELLS + BEAT - 1, // most that are taken at once
    parameter COUNT_W = $clog2(TOTAL + 1),
    parameter TAKE_W  = $clog2(LARGEST + 1),
    parameter CELLS_W = $clog2(CELLS + 1),
    parameter PAD_W   = (BEAT > 1) ? $clog2(BEAT) : 1
) (
    input  wire               clk,
    input  wire               rst,
    input  wire               take,
    input  wire [CELLS_W-1:0] cells,      // cells in use
    input  wire [  CELLS-1:0] counts,     // cells of the claim before that have a pixel
    input  wire               plane_end,
    input  wire [  PAD_W-1:0] beat_pad,
    input  wire               give,
    output wire               room
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (CELLS < 1) begin : bad_1 dw_pixel_credit_CELLS_must_be_at_least_1 u (); end
    if (BEAT < 1) begin : bad_2 dw_pixel_credit_BEAT_must_be_at_least_1 u (); end
    if (LARGEST < CELLS + BEAT - 1) begin : bad_3
      dw_pixel_credit_LARGEST_must_hold_the_cells_and_the_rest_of_a_beat u ();
    end
    if (TOTAL < LARGEST) begin : bad_4 dw_pixel_credit_TOTAL_must_be_at_least_LARGEST u (); end
    if ((1 << COUNT_W) <= TOTAL) begin : bad_5 dw_pixel_credit_COUNT_W_must_hold_TOTAL u (); end
    if ((1 << TAKE_W) <= LARGEST) begin : bad_6 dw_pixel_credit_TAKE_W_must_hold_LARGEST u (); end
    if (TAKE_W > COUNT_W) begin : bad_7 dw_pixel_credit_TAKE_W_must_be_at_most_COUNT_W u (); end
    if ((1 << CELLS_W) <= CELLS) begin : bad_8 dw_pixel_credit_CELLS_W_must_hold_CELLS u (); end
    if (CELLS_W > TAKE_W) begin : bad_9 dw_pixel_credit_CELLS_W_must_be_at_most_TAKE_W u (); end
    if ((1 << PAD_W) < BEAT) begin : bad_10 dw_pixel_credit_PAD_W_must_hold_BEAT_minus_1 u (); end
    if (PAD_W > TAKE_W) begin : bad_11 dw_pixel_credit_PAD_W_must_be_at_most_TAKE_W u (); end
  endgenerate

  localparam [COUNT_W-1:0] ALL = TOTAL;
  localparam [COUNT_W-1:0] BACK = BEAT;
  localparam [COUNT_W:0] NEEDED = LARGEST;  // one bit more: two claims may add up
  localparam [TAKE_W-1:0] ONE = 1;

  // ---- a claim, and the credits with which there is room behind it ---------------------------
  wire [COUNT_W+CELLS_W-1:0] wide_cells = {{COUNT_W{1'b0}}, cells};
  wire [COUNT_W+PAD_W-1:0] wide_pad = {{COUNT_W{1'b0}}, beat_pad};
  wire unused_wide = &{
    1'b0, wide_cells[COUNT_W+CELLS_W-1:COUNT_W], wide_pad[COUNT_W+PAD_W-1:COUNT_W], 1'b0
  };
  // Constant while a stream runs.
  wire [COUNT_W-1:0] most = wide_cells[COUNT_W-1:0];
  reg [COUNT_W-1:0] most_at_end;  // at the end of a plane
  reg [COUNT_W:0] needed, needed_at_end;
  always @(posedge clk) begin
    most_at_end   <= most + wide_pad[COUNT_W-1:0];
    needed        <= NEEDED + {1'b0, most};
    needed_at_end <= NEEDED + {1'b0, most} + {1'b0, wide_pad[COUNT_W-1:0]};
  end

  // ---- the cells of the claim without a pixel, and their number -------------------------------
  reg taken;
  reg [CELLS-1:0] empty;
  reg [TAKE_W-1:0] empty_count, returned;
  integer q;
  always @* begin
    empty_count = {TAKE_W{1'b0}};
    for (q = 0; q < CELLS; q = q + 1) if (empty[q]) empty_count = empty_count + ONE;
  end

  reg [COUNT_W-1:0] credits;
  wire [COUNT_W+TAKE_W-1:0] wide_returned = {{COUNT_W{1'b0}}, returned};
  wire unused_returned = &{1'b0, wide_returned[COUNT_W+TAKE_W-1:COUNT_W], 1'b0};
  wire [COUNT_W-1:0] back = wide_returned[COUNT_W-1:0] + (give ? BACK : {COUNT_W{1'b0}});
  // `take` comes late, so it chooses between sums, and none follows it.
  wire [COUNT_W-1:0] untaken = credits + back;
  wire [COUNT_W-1:0] claimed = untaken - (plane_end ? most_at_end : most);
  // `taken` chooses one cycle later, so no sum lies between a claim and the decision about the next.
  reg room_untaken, room_taken;
  assign room = taken ? room_taken : room_untaken;

  genvar c;
  generate
    for (c = 0; c < CELLS; c = c + 1) begin : g_cell
      always @(posedge clk) empty[c] <= taken && !rst && (cells > c) && !counts[c];
    end
  endgenerate

  always @(posedge clk) begin
    taken <= take && !rst;
    room_untaken <= rst || ({1'b0, credits} >= NEEDED);
    room_taken <= plane_end ? ({1'b0, credits} >= needed_at_end) : ({1'b0, credits} >= needed);
    if (rst) begin
      credits <= ALL;
      returned <= {TAKE_W{1'b0}};
    end else begin
      credits <= take ? claimed : untaken;
      returned <= empty_count;
    end
  end

endmodule

`default_nettype wire
