// dw_cell_address: the address of each cell's pixel in its ring, for the tap that fires next.
//
// Promises: each cycle with `init` shifts the place that dw_sequencer describes with init_wraps into the
// last cell, and the place of each cell into the cell before it. Two cycles after a tap fires,
// `addresses` has the pixel of each cell for that tap; the address of a pixel outside the ifmap is
// that of some other pixel. A fired tap with `advance` is the last of its group: the cells move to the
// next one, and with `rewind` to the first one of the next plane, whose pixels begin behind those of the
// present plane. One cycle after such a tap, `wraps` says which cells step_x leads past the end of their
// raster rows.
//
// The addresses lie near the rings, so all marks wait in registers near them: the address of a tap is
// there before the tap fires, if it does not fire at once.
`default_nettype none

module dw_cell_address #(
    parameter CELLS         = 7,
    parameter BEAT_PIXELS   = 4,   // pixels of a beat: a power of two
    parameter ADDR_W        = 8,   // bits of the address of a beat
    parameter PIXEL_W       = 12,  // bits of a pixel's place in the stream, modulo 2^PIXEL_W
    parameter X_W           = 8,   // bits of a column of the raster, signed
    parameter PLANE_BEATS_W = 8,
    // derived
    parameter PLACE_W       = ADDR_W + $clog2(BEAT_PIXELS)  // bits of the address of a pixel
) (
    input  wire                     clk,
    input  wire                     restart,
    input  wire                     init,
    input  wire                     init_wraps,
    input  wire                     fire,
    input  wire                     first_column,   // the tap that fires next begins a kernel row
    input  wire                     first_row,      // ... and that is the first one
    input  wire                     advance,        // the fired tap is the last of its group
    input  wire                     rewind,         // ... and of its plane
    input  wire [        CELLS-1:0] wraps,
    // geometry
    input  wire [          X_W-1:0] start_x,        // -pad_left
    input  wire [          X_W-1:0] stride_w,
    input  wire [          X_W-1:0] dilation_w,
    input  wire [          X_W-1:0] pitch,
    input  wire [          X_W-1:0] step_x,
    input  wire [      PIXEL_W-1:0] start_address,  // -pad_top * ifmap_w
    input  wire [      PIXEL_W-1:0] step_address,   // step_y * ifmap_w
    input  wire [      PIXEL_W-1:0] row_address,    // stride_h * ifmap_w
    input  wire [      PIXEL_W-1:0] tap_address,    // dilation_h * ifmap_w
    input  wire [PLANE_BEATS_W-1:0] plane_beats,
    output wire [CELLS*PLACE_W-1:0] addresses
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (CELLS < 1) begin : bad_1 dw_cell_address_CELLS_must_be_at_least_1 u (); end
    if (ADDR_W < 1) begin : bad_2 dw_cell_address_ADDR_W_must_be_at_least_1 u (); end
    if (X_W < 2) begin : bad_3 dw_cell_address_X_W_must_be_at_least_2 u (); end
    if (PIXEL_W < PLACE_W) begin : bad_4 dw_cell_address_PIXEL_W_must_be_at_least_PLACE_W u (); end
    if (PIXEL_W <= X_W) begin : bad_5 dw_cell_address_PIXEL_W_must_be_more_than_X_W u (); end
    if (PLANE_BEATS_W < 1) begin : bad_6
      dw_cell_address_PLANE_BEATS_W_must_be_at_least_1 u ();
    end
    if ((BEAT_PIXELS < 1) || ((BEAT_PIXELS & (BEAT_PIXELS - 1)) != 0)) begin : bad_7
      dw_cell_address_BEAT_PIXELS_must_be_a_power_of_two u ();
    end
  endgenerate

  // ---- sums of the geometry: they are constant while a stream runs. Addresses wrap. -----------
  localparam BEAT_W = $clog2(BEAT_PIXELS);
  localparam SIGNS = PIXEL_W - X_W;
  wire [PIXEL_W-1:0] first = start_address + {{SIGNS{start_x[X_W-1]}}, start_x};
  wire [PIXEL_W-1:0] ahead = step_address + {{SIGNS{1'b0}}, step_x};
  wire [PIXEL_W-1:0] ahead_wrapped = ahead + row_address - {{SIGNS{1'b0}}, pitch};
  wire [PLANE_BEATS_W+PLACE_W-1:0] all_pixels = {{PLACE_W{1'b0}}, plane_beats} << BEAT_W;
  wire [PIXEL_W-1:0] all_columns = {{SIGNS{1'b0}}, stride_w};
  wire [PIXEL_W-1:0] all_taps = {{SIGNS{1'b0}}, dilation_w};
  reg [PLACE_W-1:0] step, wrapped, plane;
  always @(posedge clk) begin
    step    <= ahead[PLACE_W-1:0];
    wrapped <= ahead_wrapped[PLACE_W-1:0];
    plane   <= all_pixels[PLACE_W-1:0];
  end
  wire unused = &{
    1'b0, first, ahead_wrapped, all_pixels, all_columns, all_taps, row_address, tap_address, 1'b0
  };

  // ---- marks -----------------------------------------------------------------------------------
  localparam [1:0] TAP = 2'd0;  // the tap behind the fired one goes on in its kernel row,
  localparam [1:0] ROW = 2'd1;  // begins a kernel row,
  localparam [1:0] CELL = 2'd2;  // a weight set of this group or of the next,
  localparam [1:0] PLANE = 2'd3;  // or a plane
  reg placing, place_wraps;
  reg fired, fired_behind, advances, rewinds;
  reg [1:0] next_is;
  always @(posedge clk) begin
    placing      <= init;
    place_wraps  <= init_wraps;
    fired        <= fire;
    fired_behind <= fired;
    advances     <= advance;
    rewinds      <= rewind;
    next_is      <= !first_column ? TAP : !first_row ? ROW : rewinds ? PLANE : CELL;
  end

  // ---- the place that is shifted in ------------------------------------------------------------
  reg [PLACE_W-1:0] init_row;  // the first place of its raster row
  reg [PLACE_W-1:0] init_place;
  wire [PLACE_W-1:0] next_row = init_row + row_address[PLACE_W-1:0];
  always @(posedge clk) begin
    if (restart) begin
      init_row   <= first[PLACE_W-1:0];
      init_place <= first[PLACE_W-1:0];
    end else if (placing) begin
      if (place_wraps) init_row <= next_row;
      init_place <= place_wraps ? next_row : init_place + all_columns[PLACE_W-1:0];
    end
  end

  // ---- the cells -------------------------------------------------------------------------------
  wire [(CELLS+1)*PLACE_W-1:0] chain;
  assign chain[CELLS*PLACE_W+:PLACE_W] = init_place;
  wire unused_chain = &{1'b0, chain[PLACE_W-1:0], 1'b0};

  genvar q;
  generate
    for (q = 0; q < CELLS; q = q + 1) begin : g_cell
      reg [PLACE_W-1:0] plane_place;  // under the first tap of the next plane
      reg [PLACE_W-1:0] cell_place;  // ... of the group
      reg [PLACE_W-1:0] row_place;  // ... of the kernel row
      reg [PLACE_W-1:0] tap_place;
      reg [PLACE_W-1:0] way;  // to the group of the next tap
      assign chain[q*PLACE_W+:PLACE_W] = cell_place;
      assign addresses[q*PLACE_W+:PLACE_W] = tap_place;

      wire [PLACE_W-1:0] origin = chain[(q+1)*PLACE_W+:PLACE_W];
      wire [PLACE_W-1:0] next_cell = cell_place + way;
      wire [PLACE_W-1:0] next_row_place = row_place + tap_address[PLACE_W-1:0];
      wire [PLACE_W-1:0] next_tap = tap_place + all_taps[PLACE_W-1:0];
      wire new_plane = fired_behind && (next_is == PLANE);

      always @(posedge clk) begin
        way <= !advances ? {PLACE_W{1'b0}} : wraps[q] ? wrapped : step;
        if (placing || new_plane) plane_place <= (placing ? origin : plane_place) + plane;
        if (placing) begin
          cell_place <= origin;
          row_place  <= origin;
          tap_place  <= origin;
        end else if (fired_behind) begin
          // One of four registers or sums: no sum follows a choice.
          case (next_is)
            TAP: tap_place <= next_tap;
            ROW: tap_place <= next_row_place;
            CELL: tap_place <= next_cell;
            default: tap_place <= plane_place;
          endcase
          if (next_is != TAP)
            row_place <= (next_is == ROW) ? next_row_place : (next_is == CELL) ? next_cell : plane_place;
          if (next_is[1]) cell_place <= next_is[0] ? plane_place : next_cell;
        end
      end
    end
  endgenerate

endmodule

`default_nettype wire
