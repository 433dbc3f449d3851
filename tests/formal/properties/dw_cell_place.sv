// The masks against places and taps as integers that have room to spare.
`include "promise.svh"

module check_dw_cell_place #(
    parameter W = 4
) (
    input clk,
    input init,
    input [W-1:0] init_x,
    input [W-1:0] init_y,
    input fire,
    input first_column,
    input first_row,
    input advance,
    input rewind,
    input [1:0] cells,
    input [W-1:0] ifmap_w,
    input [W-1:0] ifmap_h,
    input [W-1:0] dilation_w,
    input [W-1:0] dilation_h,
    input [W-1:0] stride_h,
    input [W-1:0] pitch,
    input [W-1:0] wrap_x,
    input [W-1:0] end_x,
    input [W-1:0] end_y,
    input [W-1:0] step_x,
    input [W-1:0] step_y
);
  localparam signed [W+1:0] MOST = (1 << (W - 1)) - 1;
  localparam signed [W+1:0] LEAST = -(1 << (W - 1));
  wire [1:0] in_ifmap, counts, wraps;
  dw_cell_place #(.CELLS(2), .X_W(W), .Y_W(W)) dut (.*);
  (* hierconn *) wire \dut.fired , \dut.begins_row , \dut.begins_kernel ;
  (* hierconn *) wire \dut.placed , \dut.advances , \dut.rewinds ;
  (* hierconn *) wire [W-1:0] \dut.wrapped_x , \dut.wrapped_y , \dut.last_x ;
  (* hierconn *) wire [W-1:0] \dut.g_cell[0].begin_x , \dut.g_cell[0].begin_y ;
  (* hierconn *) wire [W-1:0] \dut.g_cell[0].cell_x , \dut.g_cell[0].cell_y ;
  (* hierconn *) wire [W-1:0] \dut.g_cell[0].beyond ;
  (* hierconn *) wire [W-1:0] \dut.g_cell[0].tap_x , \dut.g_cell[0].tap_y ;
  (* hierconn *) wire \dut.g_cell[0].tap_counts ;
  (* hierconn *) wire [W-1:0] \dut.g_cell[1].begin_x , \dut.g_cell[1].begin_y ;
  (* hierconn *) wire [W-1:0] \dut.g_cell[1].cell_x , \dut.g_cell[1].cell_y ;
  (* hierconn *) wire [W-1:0] \dut.g_cell[1].beyond ;
  (* hierconn *) wire [W-1:0] \dut.g_cell[1].tap_x , \dut.g_cell[1].tap_y ;
  (* hierconn *) wire \dut.g_cell[1].tap_counts ;

  // ---- the geometry, which is constant, as signed numbers ------------------------------------
  wire signed [W+1:0] at_x = $signed(init_x), at_y = $signed(init_y);
  wire signed [W+1:0] width = $signed(ifmap_w), height = $signed(ifmap_h);
  wire signed [W+1:0] apart_x = $signed(dilation_w), apart_y = $signed(dilation_h);
  wire signed [W+1:0] row = $signed(stride_h), columns = $signed(pitch), wrap = $signed(wrap_x);
  wire signed [W+1:0] stop_x = $signed(end_x), stop_y = $signed(end_y);
  wire signed [W+1:0] on_x = $signed(step_x), on_y = $signed(step_y);
  wire [11*W+1:0] all = {cells, ifmap_w, ifmap_h, dilation_w, dilation_h, stride_h, pitch, wrap_x,
      end_x, end_y, step_x, step_y};
  reg started = 1'b0;
  reg [11*W+1:0] held;
  always @* begin
    assume (started ? all == held : !init);
    assume (width > 0 && height > 0 && apart_x > 0 && apart_y > 0 && row > 0 && columns > 0);
    // The raster begins at most one pitch before the ifmap; a group moves by less than a pitch.
    assume (wrap >= 0 && wrap <= columns && on_x >= 0 && on_x < columns && on_y >= 0);
    assume (!init || (at_x < wrap && at_x >= wrap - columns));
    assume (on_y + row <= MOST);
  end

  // ---- the places -----------------------------------------------------------------------------
  reg [1:0] known = 0;  // cells that have a place
  reg signed [W+1:0] begin_x [0:1], begin_y [0:1], x [0:1], y [0:1];
  reg signed [W+1:0] next_x [0:1], next_y [0:1];
  reg [1:0] next_wraps, wraps_1;  // cells that come to a later raster row: now, a cycle ago
  integer q;
  always @* for (q = 0; q < 2; q = q + 1) begin
    next_x[q] = x[q] + on_x;
    next_y[q] = y[q] + on_y;
    next_wraps[q] = next_x[q] >= wrap;
    if (next_wraps[q]) begin
      next_x[q] = next_x[q] - columns;
      next_y[q] = next_y[q] + row;
    end
  end
  // ---- the tap: its column and row in the kernel ----------------------------------------------
  reg [1:0] column, kernel_row;  // of the last tap
  wire [1:0] now_column = first_column ? 0 : column + 1;
  wire [1:0] now_row = !first_column ? kernel_row : first_row ? 0 : kernel_row + 1;
  wire signed [W+1:0] over = $signed({2'b00, now_column}) * apart_x;
  wire signed [W+1:0] down = $signed({2'b00, now_row}) * apart_y;
  reg signed [W+1:0] tap_x [0:1], tap_y [0:1];
  reg [1:0] place_counts, inside;
  always @* for (q = 0; q < 2; q = q + 1) begin
    tap_x[q] = x[q] + over;
    tap_y[q] = y[q] + down;
    place_counts[q] = q < cells && x[q] < stop_x && y[q] < stop_y;
    inside[q] = place_counts[q] && tap_x[q] >= 0 && tap_x[q] < width &&
        tap_y[q] >= 0 && tap_y[q] < height;
  end
  reg group_begins = 1'b1, seen = 1'b0, fired_1 = 1'b0, fired_2 = 1'b0, fired_3 = 1'b0;
  reg placed_1 = 1'b0, advances_1, rewinds_1, row_1, kernel_1;
  reg [1:0] counts_1, counts_2, inside_1, inside_2, inside_3;
  // The cells' places at the last tap, and their taps: of the last one and of the one before.
  reg signed [W+1:0] was_x [0:1], was_y [0:1];
  reg signed [W+1:0] tap_x_1 [0:1], tap_y_1 [0:1], tap_x_2 [0:1], tap_y_2 [0:1];
  always @(posedge clk) begin
    started <= 1'b1;
    held <= all;
    if (init && known < 2) known <= known + 1;
    if (init) begin
      {begin_x[1], begin_y[1]} <= {at_x, at_y};
      {x[1], y[1]} <= {at_x, at_y};
      {begin_x[0], begin_y[0]} <= {begin_x[1], begin_y[1]};
      {x[0], y[0]} <= {begin_x[1], begin_y[1]};
    end else if (fire && advance) for (q = 0; q < 2; q = q + 1) begin
      x[q] <= rewind ? begin_x[q] : next_x[q];
      y[q] <= rewind ? begin_y[q] : next_y[q];
    end
    if (fire) {column, kernel_row} <= {now_column, now_row};
    wraps_1 <= next_wraps;
    for (q = 0; q < 2; q = q + 1) begin
      if (fire) {was_x[q], was_y[q]} <= {x[q], y[q]};
      if (fire) {tap_x_1[q], tap_y_1[q]} <= {tap_x[q], tap_y[q]};
      if (fired_1) {tap_x_2[q], tap_y_2[q]} <= {tap_x_1[q], tap_y_1[q]};
    end
    seen <= seen || fired_1;
    group_begins <= init || (fire ? advance : group_begins);
    placed_1 <= init;
    fired_1 <= fire;
    {fired_2, fired_3} <= {fired_1, fired_2};
    {advances_1, rewinds_1} <= {fire && advance && !rewind, fire && rewind};
    {row_1, kernel_1} <= {first_column, first_row};
    if (fire) {counts_1, inside_1} <= {place_counts, inside};
    if (fired_1) {counts_2, inside_2} <= {counts_1, inside_1};
    inside_3 <= inside_2;
  end
  always @* begin
    assume (!fire || (known == 2 && !init));
    assume (!fire || !group_begins || (first_column && first_row));
    assume (!rewind || advance);
    // Three taps on each axis at most. No coordinate of a layer leaves the range of its bits.
    assume (!fire || (now_column < 3 && now_row < 3));
    for (q = 0; q < 2; q = q + 1)
      assume (!fire || (tap_x[q] <= MOST && tap_y[q] <= MOST && next_y[q] <= MOST));
  end

  always @* begin
    `PROMISE(cells_that_count, fired_1, counts == counts_1)
    `PROMISE(unused_cells_do_not_count, fired_1 && cells < 2, !counts[1])
    `PROMISE(taps_in_the_ifmap, fired_3 && inside_3 != 0, (in_ifmap & inside_3) == inside_3)
    `PROMISE(taps_outside, fired_3 && inside_3 != 3, (in_ifmap & ~inside_3) == 0)
    `PROMISE(tells_who_comes_to_a_later_row, fired_1 && advances_1 && wraps_1 != 0,
             (wraps & wraps_1) == wraps_1)
    `PROMISE(tells_who_stays_in_its_row, fired_1 && advances_1 && wraps_1 != 3,
             (wraps & ~wraps_1) == 0)
  end
  wire moves = advances_1 || rewinds_1;
  always @* if (started) begin
    aid_sums: assert (\dut.wrapped_x == W'(on_x - columns) && \dut.wrapped_y == W'(on_y + row) &&
                      \dut.last_x == W'(wrap - on_x));
    aid_marks: assert (\dut.fired == fired_1 && \dut.placed == placed_1);
    aid_placed: assert (!placed_1 || !(fired_1 || moves));
    aid_begin: assert (!placed_1 || (known != 0 && x[1] == begin_x[1] &&
                                     (known < 2 || x[0] == begin_x[0])));
    aid_moves: assert (\dut.advances == advances_1 && \dut.rewinds == rewinds_1);
    aid_begins: assert (!fired_1 || (\dut.begins_row == row_1 && \dut.begins_kernel == kernel_1));
    aid_begin_1: assert (known == 0 || (\dut.g_cell[1].begin_x == W'(begin_x[1]) &&
                                        \dut.g_cell[1].begin_y == W'(begin_y[1])));
    aid_begin_0: assert (known < 2 || (\dut.g_cell[0].begin_x == W'(begin_x[0]) &&
                                       \dut.g_cell[0].begin_y == W'(begin_y[0])));
    aid_known: assert ((known < 2 || !group_begins || !moves) ||
                       (fired_1 && known == 2));
    aid_fired: assert ((!fired_1 || known == 2) && (!moves || fired_1) && known < 3);
    aid_place_0: assert (known < 2 || (
        \dut.g_cell[0].cell_x == W'(moves ? was_x[0] : x[0]) &&
        \dut.g_cell[0].cell_y == W'(moves ? was_y[0] : y[0]) &&
        (placed_1 || \dut.g_cell[0].beyond == W'((moves ? was_x[0] : x[0]) - wrap + on_x))));
    aid_place_1: assert (known < 1 || (
        \dut.g_cell[1].cell_x == W'(moves ? was_x[1] : x[1]) &&
        \dut.g_cell[1].cell_y == W'(moves ? was_y[1] : y[1]) &&
        (placed_1 || \dut.g_cell[1].beyond == W'((moves ? was_x[1] : x[1]) - wrap + on_x))));
    aid_tap_0: assert (!seen || (\dut.g_cell[0].tap_x == W'(tap_x_2[0]) &&
        \dut.g_cell[0].tap_y == W'(tap_y_2[0]) && \dut.g_cell[0].tap_counts == counts_2[0]));
    aid_tap_1: assert (!seen || (\dut.g_cell[1].tap_x == W'(tap_x_2[1]) &&
        \dut.g_cell[1].tap_y == W'(tap_y_2[1]) && \dut.g_cell[1].tap_counts == counts_2[1]));
    aid_seen: assert ((!(fired_2 || fired_3) || seen) && (seen || fired_1 || group_begins));
  end

  reg in_range, same_place, follows, waits, in_bits;
  always @* begin
    in_range = 1'b1;
    same_place = 1'b1;
    follows = 1'b1;
    waits = 1'b1;
    in_bits = 1'b1;
    for (q = 0; q < 2; q = q + 1) begin
      if (x[q] >= wrap || x[q] < wrap - columns || begin_x[q] >= wrap ||
          begin_x[q] < wrap - columns || y[q] > MOST || y[q] < LEAST || begin_y[q] > MOST ||
          begin_y[q] < LEAST) if (known > 1 - q) in_range = 1'b0;
      if (tap_x_1[q] != x[q] + $signed({2'b00, column}) * apart_x ||
          tap_y_1[q] != y[q] + $signed({2'b00, kernel_row}) * apart_y) same_place = 1'b0;
      if (row_1 ? tap_x_1[q] != was_x[q] : tap_x_1[q] != tap_x_2[q] + apart_x) follows = 1'b0;
      if ((row_1 && kernel_1) ? tap_y_1[q] != was_y[q]
          : tap_y_1[q] != tap_y_2[q] + (row_1 ? apart_y : 0)) follows = 1'b0;
      if (tap_x_1[q] != tap_x_2[q] || tap_y_1[q] != tap_y_2[q]) waits = 1'b0;
      if (tap_x_2[q] > MOST || tap_x_2[q] < LEAST || tap_y_2[q] > MOST || tap_y_2[q] < LEAST)
        in_bits = 1'b0;
    end
  end
  always @* if (started) begin
    aid_range: assert (in_range);
    aid_same_place: assert (group_begins || (same_place && column < 3 && kernel_row < 3));
    aid_follows: assert (!fired_1 || follows);
    aid_waits: assert (fired_1 || !seen || (waits && counts_1 == counts_2 && inside_1 == inside_2));
    aid_bits: assert (!seen || in_bits);
  end
endmodule
