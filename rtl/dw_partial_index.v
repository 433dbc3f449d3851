// dw_partial_index: tells the cells of a tap-serial array which partial sum a product belongs to.
//
// Promises: `add` comes one cycle before the product of a tap, `first` with the first tap of a sum.
// Tap t of a sum belongs to partial sum t modulo PARTS, `read_index`, in the cycle of `add`. In the
// cycle after it, that of the product, `fresh` says that the partial sum has no tap yet, and
// `bypass` that its last sum leaves the adder in this cycle. `through` says so one cycle earlier.
// `write` has a bit for the partial sum whose new sum leaves the adder, SUM_CYCLES cycles after its
// product, and `clear` is 1 if it is the first one of its sum.
`default_nettype none

module dw_partial_index #(
    parameter PARTS      = 6,                                // at most SUM_CYCLES if it wraps
    parameter SUM_CYCLES = 6,                                // of dw_float_adder
    // derived
    parameter INDEX_W    = (PARTS > 1) ? $clog2(PARTS) : 1  // index of a partial sum
) (
    input  wire               clk,
    input  wire               add,
    input  wire               first,
    output wire [INDEX_W-1:0] read_index,
    output wire               through,
    output reg                fresh,
    output reg                bypass,
    output reg  [  PARTS-1:0] write,
    output reg                clear
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (PARTS < 1) begin : bad_1 dw_partial_index_PARTS_must_be_at_least_1 u (); end
    if (SUM_CYCLES < 1) begin : bad_2 dw_partial_index_SUM_CYCLES_must_be_at_least_1 u (); end
    if ((INDEX_W < 1) || ((1 << INDEX_W) < PARTS)) begin : bad_3
      dw_partial_index_INDEX_W_must_hold_PARTS_minus_1 u ();
    end
  endgenerate

  localparam HIGHEST = PARTS - 1;
  localparam [INDEX_W-1:0] LAST = HIGHEST[INDEX_W-1:0];

  reg [INDEX_W-1:0] next_index;
  reg all_have;  // every partial sum has a tap
  assign read_index = first ? {INDEX_W{1'b0}} : next_index;
  wire is_fresh = first || !all_have;
  wire is_last = (read_index == LAST);
  always @(posedge clk) begin
    fresh <= is_fresh;
    if (add) begin
      next_index <= is_last ? {INDEX_W{1'b0}} : read_index + 1'b1;
      all_have   <= is_last || !is_fresh;
    end
  end

  // In the cycle of `add`: the sum that leaves the adder in the next cycle, and that of this cycle.
  wire leaves_next, first_next, leaves;
  wire [INDEX_W-1:0] index_next, index;
  dw_pipeline #(
      .WIDTH (2 + INDEX_W),
      .CYCLES(SUM_CYCLES)
  ) u_adder (
      .clk(clk),
      .rst(1'b0),
      .d  ({add, first, read_index}),
      .q  ({leaves_next, first_next, index_next})
  );
  dw_pipeline #(
      .WIDTH (1 + INDEX_W),
      .CYCLES(1)
  ) u_leaving (
      .clk(clk),
      .rst(1'b0),
      .d  ({leaves_next, index_next}),
      .q  ({leaves, index})
  );
  assign through = leaves && (index == read_index);
  always @(posedge clk) begin
    bypass <= leaves_next && (index_next == read_index);
    clear  <= leaves_next && first_next;
  end
  genvar k;
  generate
    for (k = 0; k < PARTS; k = k + 1) begin : g_part
      localparam [INDEX_W-1:0] OWN = k;
      always @(posedge clk) write[k] <= leaves_next && (index_next == OWN);
    end
  endgenerate

endmodule

`default_nettype wire
