// dw_serial_loader: writes parameter tensors of a tap-serial engine into the bank not in use.
//
// A weight set has TAPS beats of weights, one for each tap, and then SCALE_BEATS beats for the
// scale of each lane.
//
// Promises: the loader accepts one tensor ahead of the stream that will use it; `swap` makes its
// bank the active one. The loader writes each beat of weights, and the scale of a lane when its
// last beat has come, one cycle after the beat. A tensor has a wrong length if a weight set is
// incomplete, if a bank cannot hold its sets, or if their count differs from wanted_sets at the
// swap. Then `error` is 1 until reset, and the next tensor starts with its own first beat.
// s_axis_param_tready comes from a register.
`default_nettype none

module dw_serial_loader #(
    parameter WIDTH       = 128,  // bits of a beat
    parameter LANES       = 16,
    parameter TAPS        = 9,
    parameter SCALE_BEATS = 1,    // beats of a lane's scale; 0: no scales
    parameter WEIGHT_SETS = 8,    // most sets of a tensor
    // derived
    parameter SETS_W      = $clog2(WEIGHT_SETS + 1),  // count of sets
    parameter SET_W       = (WEIGHT_SETS > 1) ? $clog2(WEIGHT_SETS) : 1,  // index of a set
    parameter WORD_W      = (WEIGHT_SETS * TAPS > 1) ? $clog2(WEIGHT_SETS * TAPS) : 1,
    parameter LANE_W      = (LANES > 1) ? $clog2(LANES) : 1  // index of a lane
) (
    input  wire                                            clk,
    input  wire                                            rst,
    input  wire [                               WIDTH-1:0] s_axis_param_tdata,
    input  wire                                            s_axis_param_tvalid,
    output reg                                             s_axis_param_tready,
    input  wire                                            s_axis_param_tlast,
    input  wire                                            swap,
    input  wire [                              SETS_W-1:0] wanted_sets,
    output reg                                             loaded,
    output reg                                             active_bank,
    output reg                                             weight_write,
    output reg  [                                WORD_W:0] weight_address,
    output reg  [                               WIDTH-1:0] write_data,
    output reg                                             scale_write,
    output reg  [                        SET_W+LANE_W+1-1:0] scale_address,
    output wire [((SCALE_BEATS > 1) ? SCALE_BEATS : 1)*WIDTH-1:0] scale_data,
    output reg                                             error
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_serial_loader_WIDTH_must_be_at_least_1 u (); end
    if (LANES < 1) begin : bad_2 dw_serial_loader_LANES_must_be_at_least_1 u (); end
    if (TAPS < 1) begin : bad_3 dw_serial_loader_TAPS_must_be_at_least_1 u (); end
    if (WEIGHT_SETS < 1) begin : bad_4 dw_serial_loader_WEIGHT_SETS_must_be_at_least_1 u (); end
    if (SCALE_BEATS < 0) begin : bad_5 dw_serial_loader_SCALE_BEATS_must_be_at_least_0 u (); end
    if ((1 << SETS_W) <= WEIGHT_SETS) begin : bad_6
      dw_serial_loader_SETS_W_must_hold_WEIGHT_SETS u ();
    end
    if ((SET_W < 1) || ((1 << SET_W) < WEIGHT_SETS)) begin : bad_7
      dw_serial_loader_SET_W_must_hold_WEIGHT_SETS_minus_1 u ();
    end
    if (SET_W > SETS_W) begin : bad_8 dw_serial_loader_SET_W_must_be_at_most_SETS_W u (); end
    if ((WORD_W < 1) || ((1 << WORD_W) < WEIGHT_SETS * TAPS)) begin : bad_9
      dw_serial_loader_WORD_W_must_hold_WEIGHT_SETS_times_TAPS_minus_1 u ();
    end
    if ((LANE_W < 1) || ((1 << LANE_W) < LANES)) begin : bad_10
      dw_serial_loader_LANE_W_must_hold_LANES_minus_1 u ();
    end
  endgenerate

  localparam WORDS = TAPS + LANES * SCALE_BEATS;
  localparam COUNT_W = $clog2(WORDS + 1);
  localparam [COUNT_W:0] BEFORE_LAST = WORDS[COUNT_W:0] - 1'b1 - 1'b1;  // all ones if there is one word
  localparam [COUNT_W-1:0] LAST_TAP = TAPS - 1;
  localparam [SETS_W-1:0] ALL_SETS = WEIGHT_SETS;

  reg [COUNT_W-1:0] word;  // of the set
  reg set_end;  // it is the last one
  reg is_weight;
  reg [SETS_W-1:0] sets;
  reg [WORD_W-1:0] index;  // of the next weight

  wire accept = s_axis_param_tvalid && s_axis_param_tready;
  wire overflow = (sets == ALL_SETS);
  wire tensor_end = accept && s_axis_param_tlast;
  wire store = accept && !overflow;
  wire loaded_next = !swap && (loaded || tensor_end);
  wire wrong = (accept && overflow) || (tensor_end && !set_end) || (swap && (sets != wanted_sets));

  always @(posedge clk) begin
    if (rst) begin
      s_axis_param_tready <= 1'b0;
      loaded <= 1'b0;
      active_bank <= 1'b0;
      error <= 1'b0;
      word <= {COUNT_W{1'b0}};
      set_end <= (WORDS == 1);
      is_weight <= 1'b1;
      sets <= {SETS_W{1'b0}};
      index <= {WORD_W{1'b0}};
    end else begin
      s_axis_param_tready <= !loaded_next;
      loaded <= loaded_next;
      if (swap) active_bank <= !active_bank;
      if (wrong) error <= 1'b1;
      if (tensor_end || (accept && set_end)) begin
        word <= {COUNT_W{1'b0}};
        set_end <= (WORDS == 1);
        is_weight <= 1'b1;
      end else if (accept) begin
        word <= word + 1'b1;
        set_end <= ({1'b0, word} == BEFORE_LAST);
        if (word == LAST_TAP) is_weight <= 1'b0;
      end
      if (swap) sets <= {SETS_W{1'b0}};
      else if (store && set_end) sets <= sets + 1'b1;
      if (swap) index <= {WORD_W{1'b0}};
      else if (store && is_weight) index <= index + 1'b1;
    end
    weight_write <= store && is_weight && !rst;
    weight_address <= {!active_bank, index};
    // Holds while the source pauses, because the beats of a scale pass through it.
    if (accept) write_data <= s_axis_param_tdata;
  end

  generate
    if (SCALE_BEATS == 0) begin : g_no_scale
      always @(posedge clk) begin
        scale_write   <= 1'b0;
        scale_address <= {(SET_W + LANE_W + 1) {1'b0}};
      end
      assign scale_data = {WIDTH{1'b0}};
    end else begin : g_scale
      localparam PART_W = $clog2(SCALE_BEATS + 1);
      localparam [PART_W-1:0] LAST_PART = SCALE_BEATS - 1;
      reg [PART_W-1:0] part;  // of the lane's scale
      reg [LANE_W-1:0] lane;
      wire lane_end = (part == LAST_PART);
      always @(posedge clk) begin
        if (rst || tensor_end || (accept && set_end)) begin
          part <= {PART_W{1'b0}};
          lane <= {LANE_W{1'b0}};
        end else if (accept && !is_weight) begin
          part <= lane_end ? {PART_W{1'b0}} : part + 1'b1;
          if (lane_end) lane <= lane + 1'b1;
        end
        scale_write   <= store && !is_weight && lane_end && !rst;
        scale_address <= {!active_bank, sets[SET_W-1:0], lane};
      end
      if (SCALE_BEATS == 1) begin : g_one
        assign scale_data = write_data;
      end else begin : g_more
        // The lowest beat comes first and moves down as the others come.
        reg [(SCALE_BEATS-1)*WIDTH-1:0] earlier;
        assign scale_data = {write_data, earlier};
        if (SCALE_BEATS == 2) begin : g_two
          always @(posedge clk) if (accept) earlier <= write_data;
        end else begin : g_many
          always @(posedge clk)
            if (accept) earlier <= {write_data, earlier[(SCALE_BEATS-1)*WIDTH-1:WIDTH]};
        end
      end
    end
  endgenerate

endmodule

`default_nettype wire
