// Part of the checks of dw_serial_output: the marks that each cycle should have, and the beat that was
// written in the cycle before. The including module declares the sizes, MARKS, LANE_W, and what the
// stand-in gives: `writes`, count_in, beat_in and ended_in.
  // ---- the marks of this cycle: a pixel counts, the last pixel of the plane is among them ------
  reg [TOGETHER-1:0] keep;
  reg final_now;
  integer t, place;
  always @* begin
    final_now = 1'b0;
    for (t = 0; t < TOGETHER; t = t + 1) begin
      place = cell_index + t;
      keep[t] = (place == 0 && counts[0]) || (place == 1 && counts[1]) ||
          (place == 2 && counts[2]);
      if (plane_end && place == last_cell) final_now = 1'b1;
    end
  end
  // dw_cell_place counts the cell of the last pixel, because a right geometry has it there.
  wire counts_last = counts[last_cell] && last_cell < CELLS;
  wire [1:0] lanes = image_end ? tail_channels : LANES;
  localparam W = TOGETHER + 6 + LANE_W;
  localparam ALL = MARKS + 2;
  reg [W*ALL-1:0] older;
  reg [ALL-1:0] actives = 0, counted = 0;
  reg [3:0] age = 4'd0;
  always @(posedge clk) begin
    if (age < ALL + 1) age <= age + 1;
    older <= {older, keep, final_now, stream_end, lane, lanes, 2'b00};
    actives <= rst ? 0 : {actives, active};
    counted <= {counted, counts_last};
  end
  wire [TOGETHER-1:0] keep_then;
  wire final_then, stream_then, stream_of_beat;
  wire [LANE_W-1:0] lane_then;
  wire [1:0] lanes_of_beat, unused_lanes, unused;
  wire [TOGETHER:0] unused_keep;
  wire [LANE_W-1:0] unused_lane;
  wire [1:0] unused_too;
  assign {keep_then, final_then, stream_then, lane_then, unused_lanes, unused} =
      older[W*(MARKS-1)+:W];
  assign {unused_keep, stream_of_beat, unused_lane, lanes_of_beat, unused_too} =
      older[W*(ALL-1)+:W];
  // ---- a beat, one cycle after it is written -----------------------------------------------------
  reg wrote, ended;
  reg [1:0] count, beat_lanes;
  reg [PIXELS*LANES-1:0] beat, kept;
  reg beat_ends;
  integer p, l;
  always @* for (p = 0; p < PIXELS; p = p + 1)
    for (l = 0; l < LANES; l = l + 1) kept[p*LANES+l] = p < count && l < beat_lanes;
  always @(posedge clk) begin
    wrote <= writes && !rst;
    count <= count_in;
    beat <= beat_in;
    beat_ends <= ended_in && stream_of_beat;
    beat_lanes <= lanes_of_beat;
  end
