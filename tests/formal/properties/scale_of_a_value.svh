// Follows the scale of one arbitrary place {bank, weight set, lane} to one arbitrary value of those that
// leave together. The including module has LANES, VALUES, and the widths of the parts.
localparam SHOWN = 3 + `SHIFT_CYCLES + 1;  // cycles from a lane to the ofmap value of its first sum
localparam LANE_W = (LANES > 1) ? $clog2(LANES) : 1;
(* anyconst *) reg [1:0] unit;
(* anyconst *) reg [1+LANE_W:0] place;
wire [2:0] lane_of_unit = (lane + unit) % LANES;
wire writes = write && write_address == place;
wire names = {bank, weight_set, lane_of_unit[LANE_W-1:0]} == place;
reg written = 1'b0;
reg [3:0] age = 4'd0;
reg [SCALE_W-1:0] word;
reg [SHOWN-1:0] named;
reg [SHOWN*SCALE_W-1:0] words;
reg [(SHOWN-3)*VALUES*ACC_W-1:0] older_sums;
always @(posedge clk) begin
  if (writes) {written, word} <= {1'b1, write_data};
  if (age < SHOWN) age <= age + 1;
  named <= {named, names && written && !writes};
  words <= {words, word};
  older_sums <= {older_sums, sums};
end
wire due = age == SHOWN && named[SHOWN-1];
wire [SCALE_W-1:0] was = words[(SHOWN-1)*SCALE_W+:SCALE_W];
wire [VALUES*ACC_W-1:0] sums_then = older_sums[(SHOWN-4)*VALUES*ACC_W+:VALUES*ACC_W];
wire [OFMAP_W-1:0] got = values[unit*OFMAP_W+:OFMAP_W];
reg [3*OFMAP_W-1:0] held;
always @(posedge clk) held <= {zero_point, act_min, act_max};
wire constant = age != 0 && held == {zero_point, act_min, act_max};
wire signed [OFMAP_W:0] below = $signed(zero_point) - $signed(act_min);
wire signed [OFMAP_W:0] above = $signed(zero_point) - $signed(act_max) - 1;
