// dw_geometry_check: finds register values that would hang the core or corrupt its counts.
//
// Promises: after `start`, the module checks the rules below one by one. Then `done` is 1 for one
// cycle, and `code` is 0 or the number of the first broken rule; it holds until the next check
// ends. The values must not change during the check. With all values that pass, the core ends
// by itself after the right number of beats. (They may still belong to another layer than the
// one that is streamed: this module does not know the tensors.)
//
// Values have WIDTH bits in two's complement, wide enough for every sum and product here. This
// module holds the rules; dw_rule_walk goes through them and takes the cycles. The compared value
// stays for the next rule, so a product of three factors takes two rules.
`default_nettype none

module dw_geometry_check #(
    parameter             WIDTH                  = 24,
    parameter             KERNEL_H               = 3,
    parameter             KERNEL_W               = 3,
    parameter             REQUANTISES            = 0,  // 1: act_* and single_rounding are checked
    parameter [WIDTH-1:0] LANES                  = 1,
    parameter [WIDTH-1:0] MAX_ROW_PITCH          = 1,
    parameter [WIDTH-1:0] MAX_PLANE_ROWS         = 1,
    parameter [WIDTH-1:0] MAX_ROW_DELAY          = 1,
    parameter [WIDTH-1:0] MAX_COL_DELAY          = 1,
    parameter [WIDTH-1:0] MAX_LAG                = 0,
    parameter [WIDTH-1:0] MAX_INTERLEAVE         = 1,
    parameter [WIDTH-1:0] MAX_CHANNEL_MULTIPLIER = 1,
    parameter [WIDTH-1:0] MAX_CHANNEL_GROUPS     = 1,
    parameter [WIDTH-1:0] MAX_PLANES             = 1,
    parameter [WIDTH-1:0] MIN_SINGLE_ROUNDING    = 0,  // 1: the engine has single rounding only
    parameter [WIDTH-1:0] MAX_SINGLE_ROUNDING    = 1   // 0: the engine has double rounding only
) (
    input  wire                      clk,
    input  wire                      rst,
    input  wire                      start,
    output wire                      done,
    output wire [               7:0] code,
    input  wire                      refused_write,       // captured with start
    input  wire                      load,
    input  wire                      lead,
    input  wire [         WIDTH-1:0] kept_sets,
    input  wire [         WIDTH-1:0] ifmap_w,
    input  wire [         WIDTH-1:0] ifmap_h,
    input  wire [         WIDTH-1:0] ofmap_w,
    input  wire [         WIDTH-1:0] ofmap_h,
    input  wire [         WIDTH-1:0] interleave,
    input  wire [         WIDTH-1:0] row_pitch,
    input  wire [         WIDTH-1:0] plane_rows,
    input  wire [         WIDTH-1:0] stride_w,
    input  wire [         WIDTH-1:0] stride_h,
    input  wire [         WIDTH-1:0] row_delay,
    input  wire [         WIDTH-1:0] col_delay,
    input  wire [         WIDTH-1:0] lag,
    input  wire [         WIDTH-1:0] planes,
    input  wire [         WIDTH-1:0] image_planes,
    input  wire [         WIDTH-1:0] channel_multiplier,
    input  wire [         WIDTH-1:0] weight_sets,
    input  wire [         WIDTH-1:0] tail_channels,
    input  wire [         WIDTH-1:0] act_min,
    input  wire [         WIDTH-1:0] act_max,
    input  wire [         WIDTH-1:0] single_rounding,
    input  wire [KERNEL_H*WIDTH-1:0] tap_row,
    input  wire [KERNEL_W*WIDTH-1:0] tap_col
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 2) begin : bad_1 dw_geometry_check_WIDTH_must_be_at_least_2 u (); end
    if ((KERNEL_H < 1) || (KERNEL_H > 16)) begin : bad_2
      dw_geometry_check_KERNEL_H_must_be_1_to_16 u ();
    end
    if ((KERNEL_W < 1) || (KERNEL_W > 16)) begin : bad_3
      dw_geometry_check_KERNEL_W_must_be_1_to_16 u ();
    end
  endgenerate

  localparam [WIDTH-1:0] ZERO = 0;
  localparam [WIDTH-1:0] ONE = 1;
  localparam [WIDTH-1:0] ALL = {WIDTH{1'b1}};
  localparam [WIDTH-1:0] SIGN = {1'b1, {(WIDTH - 1) {1'b0}}};
  localparam [3:0] LAST_TAP_ROW = KERNEL_H - 1;
  localparam [3:0] LAST_TAP_COL = KERNEL_W - 1;

  // A rule compares a value, a product of two factors, or a remainder.
  localparam [1:0] VALUE = 2'd0;
  localparam [1:0] PRODUCT = 2'd1;
  localparam [1:0] REMAINDER = 2'd2;

  localparam [7:0] LAST_RULE = 8'd27;

  wire [7:0] rule;
  wire [3:0] tap;
  wire [WIDTH-1:0] value;  // the value that the rule before compared
  reg tainted;

  wire [WIDTH-1:0] tap_row_now = tap_row[tap*WIDTH+:WIDTH];
  wire [WIDTH-1:0] tap_col_now = tap_col[tap*WIDTH+:WIDTH];

  // ---- the rules: from `low` to `high`, unsigned, `a` or `a*b` or `a mod b` -----------------
  reg [1:0] kind;
  reg [WIDTH-1:0] a, b, low, high;
  always @(*) begin
    kind = VALUE;
    a = ONE;
    b = ONE;
    low = ONE;
    high = ALL;
    case (rule)
      8'd1: begin a = {{(WIDTH - 1) {1'b0}}, tainted}; low = ZERO; high = ZERO; end
      8'd2: begin a = row_pitch; high = MAX_ROW_PITCH; end
      8'd3: begin a = plane_rows; high = MAX_PLANE_ROWS; end
      8'd4: begin a = ifmap_w; high = row_pitch; end
      8'd5: begin a = ifmap_h; high = plane_rows; end
      8'd6: begin a = ofmap_w; high = row_pitch; end
      8'd7: begin a = ofmap_h; high = plane_rows; end
      8'd8: begin a = stride_w; high = MAX_ROW_PITCH; end
      8'd9: begin a = stride_h; high = MAX_PLANE_ROWS; end
      8'd10: begin
        kind = PRODUCT;
        a = ofmap_w - ONE;
        b = stride_w;
        low = ZERO;
        high = row_pitch - ONE;
      end
      8'd11: begin
        kind = PRODUCT;
        a = ofmap_h - ONE;
        b = stride_h;
        low = ZERO;
        high = plane_rows - ONE;
      end
      8'd12: begin a = row_delay; high = MAX_ROW_DELAY; end
      8'd13: begin a = col_delay; high = MAX_COL_DELAY; end
      8'd14: begin
        // The leading raster starts the planes; the other one follows at least one slot later.
        a = lag;
        low = lead ? ONE : ZERO;
        high = MAX_LAG;
      end
      8'd15: begin a = interleave; high = MAX_INTERLEAVE; end
      8'd16: begin a = channel_multiplier; high = MAX_CHANNEL_MULTIPLIER; end
      8'd17: begin kind = PRODUCT; a = image_planes; b = interleave; high = MAX_CHANNEL_GROUPS; end
      8'd18: begin
        kind = PRODUCT;
        a = value;  // the channel groups
        b = channel_multiplier;
        low = weight_sets;
        high = weight_sets;
      end
      8'd19: begin a = weight_sets; high = load ? ALL : kept_sets; end
      8'd20: begin a = planes; high = MAX_PLANES; end
      8'd21: begin kind = REMAINDER; a = planes; b = image_planes; low = ZERO; high = ZERO; end
      8'd22: begin
        // tail_channels - 1 < lanes * channel_multiplier. 0 is refused: the difference wraps.
        kind = PRODUCT;
        a = LANES;
        b = channel_multiplier;
        low = (tail_channels == ZERO) ? ALL : tail_channels;
      end
      8'd23: begin
        kind = REMAINDER;
        a = tail_channels;
        b = channel_multiplier;
        low = ZERO;
        high = ZERO;
      end
      8'd24: begin
        // Flipping the sign bit orders two's complement like unsigned.
        if (REQUANTISES != 0) begin
          a = act_min ^ SIGN;
          low = ZERO;
          high = act_max ^ SIGN;
        end
      end
      8'd25: begin
        if (REQUANTISES != 0) begin
          a = single_rounding;
          low = MIN_SINGLE_ROUNDING;
          high = MAX_SINGLE_ROUNDING;
        end
      end
      // A tap starts less than one raster before the ifmap. With the raster added it is at least
      // 1; a lower one becomes 0 or wraps.
      8'd26: begin a = tap_row_now + plane_rows; high = ifmap_h + plane_rows; end
      default: begin a = tap_col_now + row_pitch; high = ifmap_w + row_pitch; end
    endcase
  end

  wire more_taps = ((rule == LAST_RULE - 8'd1) && (tap != LAST_TAP_ROW)) ||
      ((rule == LAST_RULE) && (tap != LAST_TAP_COL));
  wire idle;
  always @(posedge clk) if (idle) tainted <= refused_write;

  dw_rule_walk #(
      .WIDTH(WIDTH),
      .RULES(LAST_RULE)
  ) u_rule_walk (
      .clk      (clk),
      .rst      (rst),
      .start    (start),
      .idle     (idle),
      .done     (done),
      .code     (code),
      .rule     (rule),
      .tap      (tap),
      .more_taps(more_taps),
      .kind     (kind),
      .a        (a),
      .b        (b),
      .low      (low),
      .high     (high),
      .value    (value)
  );

endmodule

`default_nettype wire
