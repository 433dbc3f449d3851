// The addresses against places in the raster: a column x, and a row as its address y in the plane,
// as the module does not know the width of a row. All is modulo the ring, because addresses wrap.
`include "promise.svh"

module check_dw_cell_address #(
    parameter X_W = 3,
    parameter PIXEL_W = 4
) (
    input clk,
    input restart,
    input init,
    input init_wraps,
    input fire,
    input first_column,
    input first_row,
    input advance,
    input rewind,
    input [2:0] wraps,
    input [X_W-1:0] start_x,
    input [X_W-1:0] stride_w,
    input [X_W-1:0] dilation_w,
    input [X_W-1:0] pitch,
    input [X_W-1:0] step_x,
    input [PIXEL_W-1:0] start_address,
    input [PIXEL_W-1:0] step_address,
    input [PIXEL_W-1:0] row_address,
    input [PIXEL_W-1:0] tap_address,
    input [1:0] plane_beats
);
  localparam CELLS = 3, P = 2;  // cells, and bits of the address of a pixel
  wire [CELLS*P-1:0] addresses;
  dw_cell_address #(.CELLS(CELLS), .BEAT_PIXELS(2), .ADDR_W(P - 1), .PIXEL_W(PIXEL_W), .X_W(X_W),
      .PLANE_BEATS_W(2)) dut (.*);
  (* hierconn *) wire \dut.placing , \dut.place_wraps ;
  (* hierconn *) wire \dut.fired , \dut.fired_behind , \dut.advances , \dut.rewinds ;
  (* hierconn *) wire [1:0] \dut.next_is ;
  (* hierconn *) wire [P-1:0] \dut.step , \dut.wrapped , \dut.plane ;
  (* hierconn *) wire [P-1:0] \dut.init_row , \dut.init_place ;
  (* hierconn *) wire [P-1:0] \dut.g_cell[0].way , \dut.g_cell[1].way , \dut.g_cell[2].way ;
  (* hierconn *) wire [P-1:0] \dut.g_cell[0].plane_place , \dut.g_cell[1].plane_place ,
      \dut.g_cell[2].plane_place , \dut.g_cell[0].cell_place , \dut.g_cell[1].cell_place ,
      \dut.g_cell[2].cell_place , \dut.g_cell[0].row_place , \dut.g_cell[1].row_place ,
      \dut.g_cell[2].row_place ;
  wire [CELLS*P-1:0] ways = {\dut.g_cell[2].way , \dut.g_cell[1].way , \dut.g_cell[0].way };
  wire [CELLS*P-1:0] plane_places = {\dut.g_cell[2].plane_place , \dut.g_cell[1].plane_place ,
      \dut.g_cell[0].plane_place };
  wire [CELLS*P-1:0] cell_places = {\dut.g_cell[2].cell_place , \dut.g_cell[1].cell_place ,
      \dut.g_cell[0].cell_place };
  wire [CELLS*P-1:0] row_places = {\dut.g_cell[2].row_place , \dut.g_cell[1].row_place ,
      \dut.g_cell[0].row_place };

  // ---- the geometry, which is constant while a stream runs ----------------------------------
  localparam ALL_W = 5 * X_W + 4 * PIXEL_W + 2;
  wire [ALL_W-1:0] all = {start_x, stride_w, dilation_w, pitch, step_x, start_address,
      step_address, row_address, tap_address, plane_beats};
  reg started = 1'b0;
  reg [ALL_W-1:0] held;
  always @* assume (restart || all == held);
  wire signed [P:0] from_x = $signed(start_x);  // the other columns are not negative

  // ---- the marks: the cells follow an `init` by a cycle, and a tap by two cycles -----------
  localparam ROW = 0, KERNEL_ROW = 1, SET = 2, GROUP = 3, PLANE = 4, PLACED = 5;
  reg [2:0] kind;  // the tap behind the one that fired two cycles ago
  reg [1:0] asked = 0;  // cycles with `init`
  reg moved = 1'b0, placed = 1'b0, place_wraps;
  reg fired = 1'b0, advances = 1'b0, rewinds = 1'b0, fired_behind = 1'b0, restarted;
  reg [2:0] turns;  // cells that come to a later raster row with this tap
  reg was_column, was_row, group_begins = 1'b1;
  reg spoilt = 1'b0;  // a cycle of `restart` had an `init`, as a reset can: no run begins after it
  reg settled = 1'b0;  // two cycles of marks are known
  always @(posedge clk) begin
    started <= started || restart;
    settled <= started;
    held <= all;
    restarted <= restart;
    if (restart) spoilt <= init;
    asked <= restart ? 0 : asked + init;
    {moved, placed, place_wraps} <= {init, init && !restart, init_wraps};
    {fired, advances, rewinds} <= {fire, fire && advance && !rewind, fire && rewind};
    fired_behind <= fired;
    kind <= rewinds ? PLANE : advances ? GROUP : !first_column ? ROW : first_row ? SET
        : KERNEL_ROW;
    turns <= advances ? wraps : 0;
    {was_column, was_row} <= {first_column, first_row};
    group_begins <= init || (fire ? advance : group_begins);
  end
  always @* begin
    // The sequencer places the cells once in a run, and then fires taps. Its marks are those of the
    // next tap from the cycle behind a tap on.
    assume (!init || restart || (asked < CELLS && !spoilt));
    assume (!fire || restart || (asked == CELLS && !init));
    assume (!started || fired || restarted || moved ||
            (first_column == was_column && first_row == was_row));
    assume (!group_begins || (first_column && first_row));
    assume (!rewind || advance);
  end

  // ---- the places of the cells, and the tap of the kernel that `addresses` has -------------
  reg [P-1:0] init_x, init_y;  // the place that `init` shifts in
  reg [1:0] known = 0;  // cells that have a place
  reg [P-1:0] begin_x [0:2], begin_y [0:2], x [0:2], y [0:2];
  reg [P-1:0] over, down, base;  // columns and rows to the tap, pixels of the planes before
  reg [2:0] wrapped = 3'd0;  // cells that came to a later raster row
  reg [2:0] came;  // how the cells came to the tap
  reg quiet = 1'b0;  // nothing has moved the cells
  reg [CELLS*P-1:0] addresses_then;
  integer q;
  always @(posedge clk) begin
    addresses_then <= addresses;
    quiet <= settled && !fired_behind && !moved;
    if (restart) begin
      {known, base} <= 0;
      {init_x, init_y} <= {from_x[P-1:0], start_address[P-1:0]};
    end else if (placed) begin
      known <= known + 1;
      init_x <= place_wraps ? from_x[P-1:0] : init_x + stride_w;
      if (place_wraps) init_y <= init_y + row_address;
    end else if (fired_behind && kind == PLANE && known == CELLS)
      base <= base + {plane_beats, 1'b0};
    if (placed) begin
      came <= PLACED;
      {over, down, wrapped} <= 0;
      {begin_x[2], begin_y[2], x[2], y[2]} <= {init_x, init_y, init_x, init_y};
      for (q = 0; q < 2; q = q + 1) begin
        {begin_x[q], begin_y[q]} <= {begin_x[q+1], begin_y[q+1]};
        {x[q], y[q]} <= {begin_x[q+1], begin_y[q+1]};
      end
    end else if (fired_behind) begin
      came <= kind;
      wrapped <= turns;
      over <= kind == ROW ? over + dilation_w : 0;
      if (kind != ROW) down <= kind == KERNEL_ROW ? down + tap_address : 0;
      for (q = 0; q < CELLS; q = q + 1) begin
        if (kind == PLANE) {x[q], y[q]} <= {begin_x[q], begin_y[q]};
        else if (kind == GROUP) begin
          x[q] <= x[q] + step_x - (turns[q] ? pitch : 0);
          y[q] <= y[q] + step_address + (turns[q] ? row_address : 0);
        end
      end
    end
  end

  (* anyconst *) reg [1:0] c;
  always @* assume (c < CELLS);
  wire [P-1:0] address = addresses[c*P+:P];
  wire [P-1:0] pixel = base + y[c] + down + x[c] + over;
  // A tap has fired, and now is the time of its address.
  wire tap = started && !restart && fired_behind && known == CELLS;
  always @* begin
    `PROMISE(goes_on_in_the_kernel_row, tap && came == ROW, address == pixel)
    `PROMISE(goes_on_in_the_next_kernel_row, tap && came == KERNEL_ROW, address == pixel)
    `PROMISE(returns_for_another_weight_set, tap && came == SET, address == pixel)
    `PROMISE(moves_to_the_next_group, tap && came == GROUP && !wrapped[c], address == pixel)
    `PROMISE(moves_to_a_later_raster_row, tap && came == GROUP && wrapped[c], address == pixel)
    `PROMISE(moves_to_the_next_plane, tap && came == PLANE, address == pixel)
    `PROMISE(begins_at_its_place, tap && came == PLACED, address == pixel)
    `PROMISE(shifts_the_places, started && !restart && !fired_behind && known >= CELLS - c &&
             came == PLACED, address == pixel)
    `PROMISE(holds_without_a_tap, quiet, addresses == addresses_then)
  end

  reg planes_right, places_right, rows_right, taps_right, ways_right, unmoved;
  always @* begin
    {planes_right, places_right, rows_right, taps_right, ways_right, unmoved} = 6'b111111;
    for (q = 0; q < CELLS; q = q + 1) begin
      if (known >= CELLS - q) begin
        if (plane_places[q*P+:P] != P'(base + {plane_beats, 1'b0} + begin_y[q] + begin_x[q]))
          planes_right = 1'b0;
        if ({x[q], y[q]} != {begin_x[q], begin_y[q]}) unmoved = 1'b0;
        if (cell_places[q*P+:P] != P'(base + y[q] + x[q])) places_right = 1'b0;
        if (row_places[q*P+:P] != P'(base + y[q] + down + x[q])) rows_right = 1'b0;
        if (addresses[q*P+:P] != P'(base + y[q] + down + x[q] + over))
          taps_right = 1'b0;
      end
      if (ways[q*P+:P] != (kind != GROUP ? P'(0) : turns[q]
          ? P'(step_address + row_address + step_x - pitch) : P'(step_address + step_x)))
        ways_right = 1'b0;
    end
  end
  always @* if (started) begin
    aid_marks: assert (\dut.placing == moved && \dut.place_wraps == place_wraps &&
                       \dut.fired == fired);
    aid_moves: assert (!(advances && rewinds) &&
                       (!(advances || rewinds) || (fired && group_begins)));
    aid_ends: assert (!fired || (\dut.advances == (advances || rewinds) &&
                                 \dut.rewinds == rewinds));
  end
  always @* if (settled) begin
    aid_behind: assert (started && \dut.fired_behind == fired_behind);
    aid_next: assert (!fired_behind ||
                      \dut.next_is == (kind == ROW ? 0 : kind == KERNEL_ROW ? 1
                                       : kind == PLANE ? 3 : 2));
    aid_kinds: assert (kind <= PLANE && (kind == GROUP || turns == 0));
  end
  always @* if (started && !restart) begin
    aid_settled: assert (settled || asked == 0);
    aid_asked: assert (asked <= CELLS && known <= asked && asked - known == placed &&
                       (!placed || moved) && (!spoilt || asked == 0) &&
                       (!moved || placed || spoilt));
    aid_fired: assert (!fired || known == CELLS || (known == 0 && !placed));
    aid_fired_behind: assert (!fired_behind || known == CELLS || known == 0);
    aid_unplaced: assert (known == CELLS || base == 0);
    aid_sums: assert (\dut.step == P'(step_address + step_x) &&
                      \dut.wrapped == P'(step_address + row_address + step_x - pitch) &&
                      \dut.plane == P'({plane_beats, 1'b0}));
    aid_init: assert (spoilt || (\dut.init_row == P'(init_y + from_x) &&
                                 \dut.init_place == P'(init_y + init_x)));
    aid_planes: assert (planes_right);
    aid_places: assert (places_right);
    aid_rows: assert (rows_right);
    aid_taps: assert (taps_right);
    aid_ways: assert (!fired_behind || known != CELLS || kind == PLANE || ways_right);
    aid_placed: assert (known == 0 || known == CELLS || (unmoved && {over, down} == 0));
  end
endmodule
