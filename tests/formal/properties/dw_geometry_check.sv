// The check against its rules in integers, for registers of three bits (taps: signed, of five): a
// start is accepted if and only if every rule holds, and every check ends.
`include "promise.svh"

module check_dw_geometry_check #(
    parameter WIDTH = 8,
    parameter REQUANTISES = 1,
    parameter HINT = 0  // 1: only one check of one geometry, to reach the end of a check
) (
    input clk,
    input rst,
    input start,
    input refused_write,
    input load,
    input lead,
    input [2:0] s_kept_sets, s_ifmap_w, s_ifmap_h, s_ofmap_w, s_ofmap_h, s_interleave,
    input [2:0] s_row_pitch, s_plane_rows, s_stride_w, s_stride_h, s_row_delay, s_col_delay,
    input [2:0] s_lag, s_planes, s_image_planes, s_channel_multiplier, s_weight_sets,
    input [2:0] s_tail_channels,
    input signed [2:0] s_act_min, s_act_max,
    input s_single_rounding,
    input signed [4:0] s_tap_row_0, s_tap_row_1, s_tap_col_0
);
  localparam LANES = 3, MAX_ROW_PITCH = 6, MAX_PLANE_ROWS = 5, MAX_ROW_DELAY = 6;
  localparam MAX_COL_DELAY = 3, MAX_LAG = 7, MAX_INTERLEAVE = 2, MAX_CHANNEL_MULTIPLIER = 3;
  localparam MAX_CHANNEL_GROUPS = 4, MAX_PLANES = 7;
  wire done;
  wire [7:0] code;
  wire [WIDTH-1:0] tap_row_0 = s_tap_row_0, tap_row_1 = s_tap_row_1, tap_col_0 = s_tap_col_0;
  wire [WIDTH-1:0] act_min = s_act_min, act_max = s_act_max;
  dw_geometry_check #(
      .WIDTH(WIDTH), .KERNEL_H(2), .KERNEL_W(1), .REQUANTISES(REQUANTISES), .LANES(LANES),
      .MAX_ROW_PITCH(MAX_ROW_PITCH), .MAX_PLANE_ROWS(MAX_PLANE_ROWS),
      .MAX_ROW_DELAY(MAX_ROW_DELAY), .MAX_COL_DELAY(MAX_COL_DELAY), .MAX_LAG(MAX_LAG),
      .MAX_INTERLEAVE(MAX_INTERLEAVE), .MAX_CHANNEL_MULTIPLIER(MAX_CHANNEL_MULTIPLIER),
      .MAX_CHANNEL_GROUPS(MAX_CHANNEL_GROUPS), .MAX_PLANES(MAX_PLANES),
      .MIN_SINGLE_ROUNDING(0), .MAX_SINGLE_ROUNDING(0)
  ) dut (
      .clk(clk), .rst(rst), .start(start), .done(done), .code(code),
      .refused_write(refused_write), .load(load), .lead(lead),
      .kept_sets({5'd0, s_kept_sets}), .ifmap_w({5'd0, s_ifmap_w}), .ifmap_h({5'd0, s_ifmap_h}),
      .ofmap_w({5'd0, s_ofmap_w}), .ofmap_h({5'd0, s_ofmap_h}),
      .interleave({5'd0, s_interleave}), .row_pitch({5'd0, s_row_pitch}),
      .plane_rows({5'd0, s_plane_rows}), .stride_w({5'd0, s_stride_w}),
      .stride_h({5'd0, s_stride_h}), .row_delay({5'd0, s_row_delay}),
      .col_delay({5'd0, s_col_delay}), .lag({5'd0, s_lag}), .planes({5'd0, s_planes}),
      .image_planes({5'd0, s_image_planes}),
      .channel_multiplier({5'd0, s_channel_multiplier}), .weight_sets({5'd0, s_weight_sets}),
      .tail_channels({5'd0, s_tail_channels}), .act_min(act_min), .act_max(act_max),
      .single_rounding({7'd0, s_single_rounding}), .tap_row({tap_row_1, tap_row_0}),
      .tap_col(tap_col_0)
  );
  (* hierconn *) wire [1:0] \dut.u_rule_walk.state , \dut.kind ;
  (* hierconn *) wire [7:0] \dut.u_rule_walk.rule ;
  (* hierconn *) wire [3:0] \dut.u_rule_walk.tap ;
  (* hierconn *) wire \dut.tainted , \dut.u_rule_walk.dividing ;
  (* hierconn *) wire [WIDTH-1:0] \dut.u_rule_walk.value , \dut.u_rule_walk.factor , \dut.u_rule_walk.other , \dut.u_rule_walk.steps_left ;
  (* hierconn *) wire [WIDTH-1:0] \dut.u_rule_walk.low_q , \dut.u_rule_walk.high_q , \dut.low , \dut.high ;
  (* hierconn *) wire [WIDTH-1:0] \dut.a , \dut.b ;
  localparam [1:0] IDLE = 0, FETCH = 1, WORK = 2, COMPARE = 3;

  // ---- the rules, in integers ---------------------------------------------------------------
  wire [31:0] groups = s_image_planes * s_interleave;
  wire signed [31:0] i_row_0 = s_tap_row_0, i_row_1 = s_tap_row_1, i_col_0 = s_tap_col_0;
  wire signed [31:0] i_rows = {1'b0, s_plane_rows}, i_pitch = {1'b0, s_row_pitch};
  wire signed [31:0] i_h = {1'b0, s_ifmap_h}, i_w = {1'b0, s_ifmap_w};
  wire row_0_fits = i_row_0 > -i_rows && i_row_0 <= i_h;
  wire row_1_fits = i_row_1 > -i_rows && i_row_1 <= i_h;
  reg tainted;
  wire [27:1] holds;
  assign holds[1] = !tainted;
  assign holds[2] = s_row_pitch >= 1 && s_row_pitch <= MAX_ROW_PITCH;
  assign holds[3] = s_plane_rows >= 1 && s_plane_rows <= MAX_PLANE_ROWS;
  assign holds[4] = s_ifmap_w >= 1 && s_ifmap_w <= s_row_pitch;
  assign holds[5] = s_ifmap_h >= 1 && s_ifmap_h <= s_plane_rows;
  assign holds[6] = s_ofmap_w >= 1 && s_ofmap_w <= s_row_pitch;
  assign holds[7] = s_ofmap_h >= 1 && s_ofmap_h <= s_plane_rows;
  assign holds[8] = s_stride_w >= 1 && s_stride_w <= MAX_ROW_PITCH;
  assign holds[9] = s_stride_h >= 1 && s_stride_h <= MAX_PLANE_ROWS;
  assign holds[10] = (s_ofmap_w - 32'd1) * s_stride_w + 32'd1 <= s_row_pitch;
  assign holds[11] = (s_ofmap_h - 32'd1) * s_stride_h + 32'd1 <= s_plane_rows;
  assign holds[12] = s_row_delay >= 1 && s_row_delay <= MAX_ROW_DELAY;
  assign holds[13] = s_col_delay >= 1 && s_col_delay <= MAX_COL_DELAY;
  assign holds[14] = (!lead || s_lag >= 1) && s_lag <= MAX_LAG;
  assign holds[15] = s_interleave >= 1 && s_interleave <= MAX_INTERLEAVE;
  assign holds[16] = s_channel_multiplier >= 1 && s_channel_multiplier <= MAX_CHANNEL_MULTIPLIER;
  assign holds[17] = groups >= 1 && groups <= MAX_CHANNEL_GROUPS;
  assign holds[18] = groups * s_channel_multiplier == s_weight_sets;
  assign holds[19] = s_weight_sets >= 1 && (load || s_weight_sets <= s_kept_sets);
  assign holds[20] = s_planes >= 1 && s_planes <= MAX_PLANES;
  assign holds[21] = s_planes % s_image_planes == 0;
  assign holds[22] = s_tail_channels >= 1 && s_tail_channels <= LANES * s_channel_multiplier;
  assign holds[23] = s_tail_channels % s_channel_multiplier == 0;
  assign holds[24] = REQUANTISES == 0 || s_act_min <= s_act_max;
  assign holds[25] = REQUANTISES == 0 || !s_single_rounding;
  assign holds[26] = row_0_fits && row_1_fits;
  assign holds[27] = i_col_0 > -i_pitch && i_col_0 <= i_w;
  wire [27:1] before = (27'd1 << (\dut.u_rule_walk.rule - 1)) - 1;

  wire [93:0] all = {load, lead, s_kept_sets, s_ifmap_w, s_ifmap_h, s_ofmap_w, s_ofmap_h,
      s_interleave, s_row_pitch, s_plane_rows, s_stride_w, s_stride_h, s_row_delay, s_col_delay,
      s_lag, s_planes, s_image_planes, s_channel_multiplier, s_weight_sets, s_tail_channels,
      s_act_min, s_act_max, s_single_rounding, s_tap_row_0, s_tap_row_1, s_tap_col_0};
  reg after_reset = 1'b0, was_started = 1'b0, began, was_busy;
  always @(posedge clk) was_started <= was_started || start;
  reg [93:0] held;
  reg [31:0] was_rank;
  wire busy = \dut.u_rule_walk.state != IDLE;
  // Every cycle of a check comes nearer to its end.
  wire [31:0] rank = {\dut.u_rule_walk.rule , \dut.u_rule_walk.tap , \dut.u_rule_walk.state };
  always @(posedge clk) begin
    after_reset <= after_reset || rst;
    held <= all;
    began <= start && !rst;
    if (\dut.u_rule_walk.state == IDLE) tainted <= refused_write;
    was_busy <= busy && !rst;
    was_rank <= rank;
  end
  always @* begin
    assume (!start || !busy);
    assume (began || all == held);  // stable during the check
    if (HINT != 0) begin
      assume (rst == !after_reset && start == (after_reset && !was_started));
      assume (load && !lead && s_row_pitch == 4 && s_plane_rows == 3 && s_ifmap_w == 4);
      assume (s_ifmap_h == 3 && s_ofmap_w == 2 && s_ofmap_h == 2 && s_stride_w == 2);
      assume (s_stride_h == 1 && s_row_delay == 4 && s_col_delay == 1 && s_lag == 3);
      assume (s_interleave == 1 && s_channel_multiplier == 2 && s_image_planes == 2);
      assume (s_weight_sets == 4 && s_planes == 4 && s_tail_channels == 4);
      assume (s_act_min == -4 && s_act_max == 3 && !s_single_rounding);
      assume (s_tap_row_0 == -1 && s_tap_row_1 == 0 && s_tap_col_0 == 0);
    end
  end
  reg [WIDTH-1:0] was_other, was_steps;
  reg [1:0] was_state;
  always @(posedge clk) {was_other, was_steps, was_state} <=
      {\dut.u_rule_walk.other , \dut.u_rule_walk.steps_left , \dut.u_rule_walk.state };

  wire accepts = done && code == 0;
  wire [27:1] before_code = (27'd1 << (code - 1)) - 1;
  wire first_broken = code <= 27 && !holds[code] && (holds & before_code) == before_code;
  wire multiplies = !\dut.u_rule_walk.dividing ;
  wire works = \dut.u_rule_walk.state == WORK;
  always @* if (after_reset) begin
    `PROMISE(accepts_only_what_keeps_every_rule, accepts && !began, &holds)
    `PROMISE(refuses_with_the_first_broken_rule, done && code != 0 && !began, first_broken)
    `PROMISE(each_cycle_comes_nearer_to_the_end, was_busy && busy && was_state != WORK,
             rank > was_rank)
    `PROMISE(work_ends, was_busy && works && was_state == WORK && multiplies,
             \dut.u_rule_walk.other < was_other)
    `PROMISE(division_ends, was_busy && works && was_state == WORK && !multiplies,
             \dut.u_rule_walk.steps_left < was_steps)
    `PROMISE(work_leads_on, was_busy && busy && was_state == WORK && !works, rank > was_rank)
    `PROMISE(ends_with_an_answer, was_busy && !busy, done)
    aid_rule: assert (!busy || (\dut.u_rule_walk.rule >= 1 && \dut.u_rule_walk.rule <= 27));
    aid_tap: assert (!busy || \dut.u_rule_walk.tap <= (\dut.u_rule_walk.rule == 26));
    aid_before: assert (!busy || began || (holds & before) == before);
    aid_began: assert (!(busy && began) || (\dut.u_rule_walk.rule == 1 && \dut.u_rule_walk.state == FETCH));
    aid_row: assert (!busy || \dut.u_rule_walk.rule != 26 || \dut.u_rule_walk.tap == 0 || row_0_fits);
    aid_tainted: assert (!busy || \dut.tainted == tainted);
    aid_groups: assert (!busy || \dut.u_rule_walk.rule != 18 || \dut.u_rule_walk.state != FETCH ||
                        \dut.u_rule_walk.value == groups);
    aid_limits: assert (!(works || \dut.u_rule_walk.state == COMPARE) ||
                        (\dut.u_rule_walk.low_q == \dut.low && \dut.u_rule_walk.high_q == \dut.high ));
    aid_kind: assert (!works || (\dut.kind != 0 && \dut.u_rule_walk.dividing == (\dut.kind == 2)));
    aid_product: assert (!works || \dut.u_rule_walk.dividing ||
        8'(\dut.u_rule_walk.value + \dut.u_rule_walk.factor * \dut.u_rule_walk.other ) == product);
    aid_remainder: assert (!works || !\dut.u_rule_walk.dividing || (\dut.u_rule_walk.steps_left < WIDTH &&
        \dut.u_rule_walk.other == divisor && divisor != 0 && \dut.u_rule_walk.factor == 8'(dividend << bits) &&
        \dut.u_rule_walk.value == (dividend >> (8 - bits)) % divisor));
    aid_value: assert (\dut.u_rule_walk.state != COMPARE || \dut.u_rule_walk.value == compared);
  end
  wire [3:0] bits = WIDTH - 1 - \dut.u_rule_walk.steps_left ;
  wire [15:0] dividend = (\dut.u_rule_walk.rule == 21) ? s_planes : s_tail_channels;
  wire [7:0] divisor = (\dut.u_rule_walk.rule == 21) ? s_image_planes : s_channel_multiplier;
  wire [7:0] product = (\dut.u_rule_walk.rule == 10) ? (s_ofmap_w - 8'd1) * s_stride_w
      : (\dut.u_rule_walk.rule == 11) ? (s_ofmap_h - 8'd1) * s_stride_h
      : (\dut.u_rule_walk.rule == 17) ? groups : (\dut.u_rule_walk.rule == 18) ? groups * s_channel_multiplier
      : LANES * s_channel_multiplier;
  wire [7:0] compared = (\dut.kind == 0) ? \dut.a : (\dut.kind == 1) ? product
      : dividend % divisor;
endmodule
