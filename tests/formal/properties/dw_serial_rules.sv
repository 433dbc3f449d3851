// The steps of the table, one after another, against the rules in integers, for every value of every
// register: the steps pass if and only if every rule holds, and the first step that fails names the
// first broken rule. A dw_serial_check for each step would compute the results; here they are operators.
`include "promise.svh"

module check_dw_serial_rules #(
    parameter WIDTH = 11,
    parameter X_W = 7,
    parameter Y_W = 6,
    parameter ADDRESS_W = 8
) (
    input refused_write,
    input load,
    input [X_W-1:0] s_ifmap_w, s_stride_w, s_dilation_w, s_pitch, s_step_x, s_span,
    input [Y_W-1:0] s_ifmap_h, s_stride_h, s_dilation_h, s_step_y,
    input signed [X_W-1:0] s_start_x, s_wrap_x, s_end_x,
    input signed [Y_W-1:0] s_start_y, s_end_y,
    input [1:0] s_kernel_w, s_kernel_h, s_cells, s_cell_stride, s_last_cell,
    input s_tap_segments,
    input signed [ADDRESS_W-1:0] s_start_address,
    input [ADDRESS_W-1:0] s_step_address, s_row_address, s_tap_address,
    input [4:0] s_plane_beats, s_groups,
    input [1:0] s_chunks, s_final_chunks,
    input s_beat_pad,
    input [1:0] s_channel_multiplier, s_image_planes, s_tail_channels,
    input [2:0] s_planes, s_weight_sets, s_kept_sets,
    input signed [7:0] s_act_min, s_act_max,
    input s_single_rounding
);
  localparam BEAT_W = 1, LANES = 2, KERNEL_H = 2, KERNEL_W = 2, MAX_ROW_PITCH = 4;
  localparam MAX_PLANE_ROWS = 5, MAX_DILATION_H = 1, MAX_DILATION_W = 2, CELLS = 3;
  localparam FULL_RATE_STRIDE = 2, SEGMENT = 6, REQUANTISERS = 4, OFMAP_PIXELS = 2;
  localparam MAX_REACH = 14, MAX_CHANNEL_MULTIPLIER = 2, MAX_CHANNEL_GROUPS = 2, MAX_BATCH = 2;
  localparam MIN_SINGLE_ROUNDING = 0, MAX_SINGLE_ROUNDING = 0;
  localparam RULES = 43, STEPS = 61;

  // ---- the registers as numbers ------------------------------------------------------------------
  localparam signed [WIDTH-1:0] ZERO = 0;
  wire signed [WIDTH-1:0] ifmap_w = {1'b0, s_ifmap_w}, ifmap_h = {1'b0, s_ifmap_h};
  wire signed [WIDTH-1:0] kernel_w = {1'b0, s_kernel_w}, kernel_h = {1'b0, s_kernel_h};
  wire signed [WIDTH-1:0] stride_w = {1'b0, s_stride_w}, stride_h = {1'b0, s_stride_h};
  wire signed [WIDTH-1:0] dilation_w = {1'b0, s_dilation_w}, dilation_h = {1'b0, s_dilation_h};
  wire signed [WIDTH-1:0] pitch = {1'b0, s_pitch}, start_x = s_start_x, start_y = s_start_y;
  wire signed [WIDTH-1:0] wrap_x = s_wrap_x, end_x = s_end_x, end_y = s_end_y;
  wire signed [WIDTH-1:0] cells = {1'b0, s_cells}, cell_stride = {1'b0, s_cell_stride};
  wire signed [WIDTH-1:0] step_x = {1'b0, s_step_x}, step_y = {1'b0, s_step_y};
  wire signed [WIDTH-1:0] tap_segments = {1'b0, s_tap_segments}, span = {1'b0, s_span};
  wire signed [WIDTH-1:0] start_address = s_start_address, step_address = {1'b0, s_step_address};
  wire signed [WIDTH-1:0] row_address = {1'b0, s_row_address}, tap_address = {1'b0, s_tap_address};
  wire signed [WIDTH-1:0] plane_beats = {1'b0, s_plane_beats}, groups = {1'b0, s_groups};
  wire signed [WIDTH-1:0] last_cell = {1'b0, s_last_cell}, chunks = {1'b0, s_chunks};
  wire signed [WIDTH-1:0] final_chunks = {1'b0, s_final_chunks}, beat_pad = {1'b0, s_beat_pad};
  wire signed [WIDTH-1:0] channel_multiplier = {1'b0, s_channel_multiplier};
  wire signed [WIDTH-1:0] planes = {1'b0, s_planes}, image_planes = {1'b0, s_image_planes};
  wire signed [WIDTH-1:0] weight_sets = {1'b0, s_weight_sets}, kept_sets = {1'b0, s_kept_sets};
  wire signed [WIDTH-1:0] tail_channels = {1'b0, s_tail_channels};
  wire signed [WIDTH-1:0] act_min = s_act_min, act_max = s_act_max;
  wire signed [WIDTH-1:0] single_rounding = {1'b0, s_single_rounding};

  // ---- the steps -------------------------------------------------------------------------------------
  wire [STEPS-1:0] passes, lasts, divides;
  wire [STEPS:0] reached;  // every step before passes, and none of them is the last one
  wire [8*STEPS-1:0] codes;
  wire [WIDTH*(STEPS+1)-1:0] values, quotients, places_ws, ofmap_ws, ofmap_hs;
  assign reached[0] = 1'b1;
  assign {values[WIDTH-1:0], quotients[WIDTH-1:0], places_ws[WIDTH-1:0]} = {3 * WIDTH{1'b0}};
  assign {ofmap_ws[WIDTH-1:0], ofmap_hs[WIDTH-1:0]} = {2 * WIDTH{1'b0}};
  genvar k;
  generate
    for (k = 0; k < STEPS; k = k + 1) begin : g_step
      wire [1:0] kind, keep;
      wire signed [WIDTH-1:0] a, b, c, low, high;
      dw_serial_rules #(
          .WIDTH(WIDTH), .BEAT_W(BEAT_W), .LANES(LANES),
          .KERNEL_H(KERNEL_H), .KERNEL_W(KERNEL_W), .MAX_ROW_PITCH(MAX_ROW_PITCH),
          .MAX_PLANE_ROWS(MAX_PLANE_ROWS), .MAX_DILATION_H(MAX_DILATION_H),
          .MAX_DILATION_W(MAX_DILATION_W), .CELLS(CELLS), .FULL_RATE_STRIDE(FULL_RATE_STRIDE),
          .SEGMENT(SEGMENT), .REQUANTISERS(REQUANTISERS), .OFMAP_PIXELS(OFMAP_PIXELS),
          .MAX_REACH(MAX_REACH), .MAX_CHANNEL_MULTIPLIER(MAX_CHANNEL_MULTIPLIER),
          .MAX_CHANNEL_GROUPS(MAX_CHANNEL_GROUPS), .MAX_BATCH(MAX_BATCH),
          .MIN_SINGLE_ROUNDING(MIN_SINGLE_ROUNDING), .MAX_SINGLE_ROUNDING(MAX_SINGLE_ROUNDING)
      ) rules (
          .*, .step(k[5:0]), .code(codes[8*k+:8]), .last(lasts[k]),
          .value(values[WIDTH*k+:WIDTH]), .quotient(quotients[WIDTH*k+:WIDTH]),
          .places_w(places_ws[WIDTH*k+:WIDTH]), .ofmap_w(ofmap_ws[WIDTH*k+:WIDTH]),
          .ofmap_h(ofmap_hs[WIDTH*k+:WIDTH])
      );
      wire [WIDTH-1:0] dividend = a, divisor = b;
      wire [WIDTH-1:0] whole = dividend / divisor, rest = dividend % divisor;
      wire signed [WIDTH-1:0] result = (kind == 0) ? a : (kind == 1) ? a * b + c : $signed(rest);
      assign passes[k] = result >= low && result <= high;
      assign divides[k] = kind != 2 || (a >= 0 && b > 0);
      assign reached[k+1] = reached[k] && passes[k] && !lasts[k];
      wire [WIDTH-1:0] quotient = (kind == 2) ? whole : quotients[WIDTH*k+:WIDTH];
      assign values[WIDTH*(k+1)+:WIDTH] = result;
      assign quotients[WIDTH*(k+1)+:WIDTH] = quotient;
      assign places_ws[WIDTH*(k+1)+:WIDTH] = (keep == 1) ? quotient : places_ws[WIDTH*k+:WIDTH];
      assign ofmap_ws[WIDTH*(k+1)+:WIDTH] = (keep == 2) ? quotient : ofmap_ws[WIDTH*k+:WIDTH];
      assign ofmap_hs[WIDTH*(k+1)+:WIDTH] = (keep == 3) ? quotient : ofmap_hs[WIDTH*k+:WIDTH];
    end
  endgenerate

  // ---- the rules, in integers ---------------------------------------------------------------------
  function signed [15:0] up(input signed [15:0] a, input signed [15:0] b);  // a / b, rounded up
    up = (a + b - 1) / b;
  endfunction
  function signed [15:0] least(input signed [15:0] a, input signed [15:0] b);
    least = (a < b) ? a : b;
  endfunction
  reg signed [15:0] columns, rows, used, taps_w, taps_h, P, I, J;
  reg signed [15:0] places, pixels, final_x, final_rows, reach;
  always @* begin
    columns = end_x - start_x;
    rows = end_y - start_y;
    taps_w = (kernel_w - 1) * dilation_w;
    taps_h = (kernel_h - 1) * dilation_h;
    used = least(ifmap_w, end_x - stride_w + taps_w + 1);
    P = pitch / stride_w;
    J = columns / stride_w;
    I = rows / stride_h;
    places = P * (I - 1) + J;
    pixels = I * J * channel_multiplier;
    final_x = pitch + (cells - 2) * stride_w + start_x + taps_w;
    final_rows = least((final_x < 0) ? 0 : final_x / pitch, I - 1);
    reach = least(taps_h + final_rows * stride_h + 1, ifmap_h);
  end
  wire [RULES:1] holds;
  assign holds[1] = !refused_write;
  assign holds[2] = ifmap_w >= 1 && ifmap_w <= MAX_ROW_PITCH;
  assign holds[3] = ifmap_h >= 1 && ifmap_h <= MAX_PLANE_ROWS;
  assign holds[4] = kernel_w >= 1 && kernel_w <= KERNEL_W;
  assign holds[5] = kernel_h >= 1 && kernel_h <= KERNEL_H;
  assign holds[6] = stride_w >= 1 && stride_w <= MAX_ROW_PITCH;
  assign holds[7] = stride_h >= 1 && stride_h <= MAX_PLANE_ROWS;
  assign holds[8] = dilation_w == 1 || (kernel_w > 1 && dilation_w > 1 && dilation_w <= MAX_DILATION_W);
  assign holds[9] = dilation_h == 1 || (kernel_h > 1 && dilation_h > 1 && dilation_h <= MAX_DILATION_H);
  assign holds[10] = start_x <= 0;
  assign holds[11] = start_y <= 0;
  assign holds[12] = pitch >= 1 && pitch <= MAX_ROW_PITCH && P * stride_w == pitch;
  assign holds[13] = columns >= 1 && columns <= pitch && J * stride_w == columns;
  assign holds[14] = rows >= 1 && rows <= MAX_PLANE_ROWS && I * stride_h == rows;
  assign holds[15] = ifmap_w <= end_x + taps_w;
  assign holds[16] = ifmap_h <= end_y + taps_h;
  // The least multiple of the stride that is at least columns and used.
  assign holds[17] = pitch >= used && (pitch == columns || pitch - stride_w < used);
  assign holds[18] = wrap_x == pitch + start_x;
  assign holds[19] = cells >= 1 && cells <= CELLS && (cells == 1 || stride_w <= FULL_RATE_STRIDE);
  assign holds[20] = cell_stride == ((cells > 1) ? stride_w : 1);
  assign holds[21] = tap_segments == 1 || dilation_w == 1;
  assign holds[22] = span == (cells - 1) * stride_w + (s_tap_segments ? 1 : kernel_w) && span <= SEGMENT;
  assign holds[23] = step_x == cells % P * stride_w;
  assign holds[24] = step_y == cells / P * stride_h;
  assign holds[25] = start_address == start_y * ifmap_w;
  assign holds[26] = step_address == step_y * ifmap_w;
  assign holds[27] = row_address == stride_h * ifmap_w;
  assign holds[28] = tap_address == dilation_h * ifmap_w;
  assign holds[29] = plane_beats == up(ifmap_h * ifmap_w, 1 << BEAT_W);
  assign holds[30] = last_cell == (places - 1) % cells;
  assign holds[31] = groups == up(places, cells);
  assign holds[32] = chunks == up(LANES * cells, REQUANTISERS);
  assign holds[33] = channel_multiplier >= 1 && channel_multiplier <= MAX_CHANNEL_MULTIPLIER;
  assign holds[34] = beat_pad == up(pixels, OFMAP_PIXELS) * OFMAP_PIXELS - pixels;
  assign holds[35] = image_planes >= 1 && image_planes <= MAX_CHANNEL_GROUPS;
  assign holds[36] = weight_sets == image_planes * channel_multiplier;
  assign holds[37] = load || weight_sets <= kept_sets;
  assign holds[38] = planes % image_planes == 0 && planes >= image_planes &&
                     planes <= MAX_BATCH * image_planes;
  assign holds[39] = tail_channels >= 1 && tail_channels <= LANES;
  assign holds[40] = act_min <= act_max;
  assign holds[41] = single_rounding >= MIN_SINGLE_ROUNDING && single_rounding <= MAX_SINGLE_ROUNDING;
  assign holds[42] = reach * ifmap_w <= MAX_REACH;
  assign holds[43] = final_chunks == up(LANES * (last_cell + 1), REQUANTISERS) + (REQUANTISERS > LANES);

  // ---- the first step that fails --------------------------------------------------------------------
  wire [STEPS-1:0] fails = reached[STEPS-1:0] & ~passes;
  wire accepts = |(reached[STEPS-1:0] & passes & lasts);
  reg [7:0] code;
  reg [RULES:1] before;  // the rules of smaller numbers
  integer s;
  always @* begin
    code = 0;
    for (s = 0; s < STEPS; s = s + 1) code = code | (fails[s] ? codes[8*s+:8] : 8'd0);
    before = ({{RULES{1'b0}}, 1'b1} << (code - 1)) - 1;
  end
  always @* begin
    `PROMISE(accepts_only_what_keeps_every_rule, accepts, &holds)
    `PROMISE(refuses_with_the_first_broken_rule, !accepts,
             code >= 1 && code <= RULES && !holds[code] && (holds & before) == before)
    `PROMISE(divides_natural_numbers, reached[12], (divides | ~reached[STEPS-1:0]) == {STEPS{1'b1}})
  end
endmodule
