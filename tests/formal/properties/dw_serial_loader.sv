// The loader against counters of the tensor: sets, beats of a set, lanes and parts of a scale.
`include "promise.svh"

module check_dw_serial_loader #(
    parameter LANES = 2,
    parameter TAPS = 2,
    parameter SCALE_BEATS = 3,
    parameter WEIGHT_SETS = 2
) (
    input clk,
    input rst,
    input [1:0] s_axis_param_tdata,
    input s_axis_param_tvalid,
    input s_axis_param_tlast,
    input swap,
    input [1:0] wanted_sets
);
  localparam WORD_W = $clog2(WEIGHT_SETS * TAPS);
  wire s_axis_param_tready, loaded, active_bank, error, weight_write, scale_write;
  wire [WORD_W:0] weight_address;
  wire [2:0] scale_address;
  wire [1:0] write_data;
  wire [2*SCALE_BEATS-1:0] scale_data;
  dw_serial_loader #(.WIDTH(2), .LANES(LANES), .TAPS(TAPS), .SCALE_BEATS(SCALE_BEATS),
      .WEIGHT_SETS(WEIGHT_SETS)) dut (.*);
  (* hierconn *) wire [3:0] \dut.word ;
  (* hierconn *) wire \dut.set_end , \dut.is_weight ;
  (* hierconn *) wire [1:0] \dut.sets , \dut.g_scale.part ;
  (* hierconn *) wire [WORD_W-1:0] \dut.index ;
  (* hierconn *) wire \dut.g_scale.lane ;

  localparam SET_BEATS = TAPS + LANES * SCALE_BEATS;
  reg after_reset = 1'b0, in_reset, waits, wrong, bank;
  reg wrote_weight, wrote_scale, kept;
  reg [7:0] place;  // of the next beat in its set
  reg [7:0] sets;  // complete sets, at most WEIGHT_SETS
  reg [7:0] at, of_set;
  reg [2*SCALE_BEATS-1:0] latest;  // the last beats, the newest on top
  reg [3:0] beats;  // that are there since the reset, up to SCALE_BEATS
  wire accept = s_axis_param_tvalid && s_axis_param_tready;
  wire surplus = sets == WEIGHT_SETS;
  wire ends_set = place + 1 == SET_BEATS;
  wire [7:0] of_scales = place - TAPS;
  wire [7:0] at_scales = at - TAPS;
  wire is_scale = place >= TAPS && of_scales % SCALE_BEATS == SCALE_BEATS - 1;
  always @(posedge clk) begin
    after_reset <= after_reset || rst;
    in_reset <= rst;
    waits <= !rst && (waits || (accept && s_axis_param_tlast)) && !swap;
    bank <= rst ? 1'b0 : bank ^ swap;
    wrote_weight <= accept && !surplus && place < TAPS && !rst;
    wrote_scale <= accept && !surplus && is_scale && !rst;
    at <= place;
    of_set <= sets;
    kept <= bank;
    if (accept) latest <= {s_axis_param_tdata, latest[2*SCALE_BEATS-1:2]};
    if (rst) {place, sets, beats} <= 0;
    else begin
      if (accept) place <= (s_axis_param_tlast || ends_set) ? 0 : place + 1;
      if (accept && beats < SCALE_BEATS) beats <= beats + 1;
      if (swap) sets <= 0;
      else if (accept && ends_set && !surplus) sets <= sets + 1;
    end
    wrong <= !rst && (wrong || (accept && surplus) ||
        (accept && s_axis_param_tlast && !ends_set) || (swap && sets != wanted_sets));
  end
  // dw_control swaps only when a whole tensor waits.
  always @* assume (!swap || loaded);

  always @* if (after_reset) begin
    `PROMISE(one_tensor_ahead, waits, loaded && !s_axis_param_tready)
    `PROMISE(ready_for_the_next_tensor, !waits && !in_reset, s_axis_param_tready && !loaded)
    `PROMISE(writes_each_weight, wrote_weight, weight_write)
    `PROMISE(writes_no_other_weight, !wrote_weight, !weight_write)
    `PROMISE(weights_at_set_and_tap, wrote_weight,
             weight_address[WORD_W-1:0] == of_set * TAPS + at)
    `PROMISE(writes_the_data, wrote_weight, write_data == latest[2*SCALE_BEATS-1-:2])
    `PROMISE(writes_each_scale, wrote_scale, scale_write)
    `PROMISE(writes_no_other_scale, !wrote_scale, !scale_write)
    `PROMISE(scales_at_set_and_lane, wrote_scale, scale_address[1:0] ==
             2'(of_set * LANES + at_scales / SCALE_BEATS))
    `PROMISE(scale_of_its_beats, wrote_scale, scale_data == latest)
    `PROMISE(writes_the_other_bank, wrote_weight || wrote_scale,
             weight_address[WORD_W] == !kept && scale_address[2] == !kept)
    `PROMISE(wrong_length_is_flagged, wrong, error)
    `PROMISE(right_length_raises_no_flag, !wrong, !error)
    `PROMISE(swaps_the_banks, bank, active_bank)
    `PROMISE(swaps_back, !bank, !active_bank)
    `PROMISE(quiet_in_reset, in_reset,
             !s_axis_param_tready && !loaded && !weight_write && !scale_write)
    aid_word: assert (place < SET_BEATS && \dut.word == place &&
                      \dut.set_end == (place == SET_BEATS - 1) && \dut.is_weight == (place < TAPS));
    aid_sets: assert (sets <= WEIGHT_SETS && \dut.sets == sets);
    aid_index: assert (surplus || loaded ||
                       \dut.index == WORD_W'(sets * TAPS + ((place < TAPS) ? place : TAPS)));
    aid_index_after: assert (!loaded || place == 0);
    aid_lane: assert (\dut.g_scale.lane == ((place < TAPS) ? 0 : of_scales / SCALE_BEATS));
    aid_part: assert (\dut.g_scale.part == ((place < TAPS) ? 0 : of_scales % SCALE_BEATS));
  end
  (* hierconn *) wire [2*SCALE_BEATS-3:0] \dut.g_scale.g_more.earlier ;
  always @* if (after_reset) begin
    aid_top: assert (beats == 0 || write_data == latest[2*SCALE_BEATS-1-:2]);
    aid_second: assert (beats < 2 ||
                        \dut.g_scale.g_more.earlier [3:2] == latest[3:2]);
    aid_third: assert (beats < 3 || \dut.g_scale.g_more.earlier [1:0] == latest[1:0]);
    aid_count: assert (beats <= SCALE_BEATS && (place == 0 || beats >= place ||
                       beats == SCALE_BEATS));
  end
endmodule
