// dw_group_tag: what travels with an emitted window: its weight set, how many lanes of its
// ofmap beat are channels, and whether the beat is the stream's last.
//
// Promises: a window is emitted channel_multiplier times, first with `emit_first`, then with
// each `emit` while `holding`; the outputs, registered, describe the beat last emitted.
`default_nettype none

module dw_group_tag #(
    parameter LANES        = 8,
    parameter GROUPS_W     = 1,  // bits of a count of channel groups
    parameter HOLD_W       = 1,  // bits of a count of held cycles
    parameter SET_W        = 1,  // bits of a weight-set index
    parameter KEEP_W       = 4,  // bits of a count of ofmap channels of a group
    parameter LANE_COUNT_W = 4   // bits of a count of lanes
) (
    input  wire                    clk,
    input  wire                    rst,
    input  wire                    restart,
    input  wire                    emit_first,   // a slot emits
    input  wire                    emit,         // ... or its window is emitted once more
    input  wire                    group_final,  // that slot is its plane's last emission
    input  wire                    plane_last,   // the plane is the stream's last
    input  wire [    GROUPS_W-1:0] channel_groups,
    input  wire [      HOLD_W-1:0] channel_multiplier,
    input  wire [      KEEP_W-1:0] tail_channels,
    output wire                    holding,
    output reg  [       SET_W-1:0] weight_set,
    output reg  [      HOLD_W-1:0] hold_index,   // which of the multiplier's beats
    output reg  [LANE_COUNT_W-1:0] keep_count,
    output reg                     last
);

  localparam [KEEP_W-1:0] ALL_KEEP = LANES;
  localparam [LANE_COUNT_W-1:0] ALL_LANES = LANES;

  reg [HOLD_W-1:0] hold_left;
  reg [GROUPS_W-1:0] groups_left;  // of this image, this one included
  reg [SET_W-1:0] set_base;
  reg is_tail;  // the held window is of the last channel group
  reg is_final;  // the held window is the stream's last
  reg [KEEP_W-1:0] keep_rest;

  wire group_last = (groups_left == 1);
  wire in_tail = emit_first ? group_last : is_tail;
  wire [KEEP_W-1:0] keep_left = emit_first ? tail_channels : keep_rest;
  wire keep_part = in_tail && (keep_left < ALL_KEEP);
  wire [SET_W+HOLD_W-1:0] base_sum = {{HOLD_W{1'b0}}, set_base} + {{SET_W{1'b0}}, channel_multiplier};
  wire unused_carry = &{1'b0, base_sum[SET_W+HOLD_W-1:SET_W], 1'b0};

  assign holding = (hold_left != 0);

  always @(posedge clk) begin
    if (rst || restart) hold_left <= {HOLD_W{1'b0}};
    else if (emit_first) hold_left <= channel_multiplier - 1'b1;
    else if (emit) hold_left <= hold_left - 1'b1;

    if (restart) begin
      groups_left <= channel_groups;
      set_base <= {SET_W{1'b0}};
    end else if (group_final) begin
      groups_left <= group_last ? channel_groups : groups_left - 1'b1;
      set_base <= group_last ? {SET_W{1'b0}} : base_sum[SET_W-1:0];
    end

    if (emit_first) begin
      is_tail <= group_last;
      is_final <= group_final && plane_last;
      weight_set <= set_base;
      hold_index <= {HOLD_W{1'b0}};
      last <= group_final && plane_last && (channel_multiplier == 1);
    end else if (emit) begin
      weight_set <= weight_set + 1'b1;
      hold_index <= hold_index + 1'b1;
      last <= is_final && (hold_left == 1);
    end
    if (emit) begin
      keep_count <= keep_part ? keep_left[LANE_COUNT_W-1:0] : ALL_LANES;
      keep_rest  <= (keep_left > ALL_KEEP) ? keep_left - ALL_KEEP : {KEEP_W{1'b0}};
    end
  end

endmodule

`default_nettype wire
