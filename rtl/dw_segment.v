// dw_segment: the pixels under the cells for one kernel row, and behind them those of the next.
//
// Promises: `cells` are the pixels of the segment in use; two cycles after `shift` they have moved by one
// column, two cycles after `load` they are the collected segment: both wait a cycle in registers near the
// cells. A word enters the collected segment if its marks come in the cycle after next_accepts; with `load`,
// it is of the segment behind. `word` comes a cycle after its marks. It fills the places of word_places; a
// place has the pixel of the last word that filled it. dw_segment_ready says when a segment is complete.
`default_nettype none

module dw_segment #(
    parameter WIDTH   = 8,  // bits of a pixel, all lanes
    parameter PIXELS  = 8,  // pixels of a word: a power of two
    parameter LENGTH  = 9   // pixels of a segment
) (
    input  wire                    clk,
    input  wire                    word_valid,
    input  wire [      LENGTH-1:0] word_places,  // the places that it fills
    input  wire [PIXELS*WIDTH-1:0] word,         // of the marks of the cycle before
    input  wire                    next_accepts,  // a word can enter in the next cycle
    input  wire                    load,
    input  wire                    shift,
    output reg  [LENGTH*WIDTH-1:0] cells
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_segment_WIDTH_must_be_at_least_1 u (); end
    if (LENGTH < 1) begin : bad_2 dw_segment_LENGTH_must_be_at_least_1 u (); end
    if ((PIXELS < 1) || ((PIXELS & (PIXELS - 1)) != 0)) begin : bad_3
      dw_segment_PIXELS_must_be_a_power_of_two u ();
    end
  endgenerate

  reg accepts;  // a word can enter
  reg [LENGTH-1:0] fills;  // the places that `word` fills
  reg loads, shifts;
  reg [LENGTH*WIDTH-1:0] collected;

  // The last place keeps its pixel: after a shift only masked taps use it.
  wire [LENGTH*WIDTH-1:0] cells_shifted;
  generate
    if (LENGTH == 1) begin : g_one
      assign cells_shifted = cells;
    end else begin : g_more
      assign cells_shifted = {cells[LENGTH*WIDTH-1-:WIDTH], cells[LENGTH*WIDTH-1:WIDTH]};
    end
  endgenerate

  // A segment takes no pixels of a word beyond its length.
  generate
    if (PIXELS > LENGTH) begin : g_unused
      wire unused_word = &{1'b0, word[PIXELS*WIDTH-1:LENGTH*WIDTH], 1'b0};
    end
  endgenerate

  always @(posedge clk) begin
    accepts <= next_accepts;

    fills   <= word_places & {LENGTH{word_valid && accepts}};
    loads   <= load;
    shifts  <= shift;
    if (loads) cells <= collected;
    else if (shifts) cells <= cells_shifted;
  end

  genvar p;
  generate
    for (p = 0; p < LENGTH; p = p + 1) begin : g_place
      always @(posedge clk)
        if (fills[p]) collected[p*WIDTH+:WIDTH] <= word[(p%PIXELS)*WIDTH+:WIDTH];
    end
  endgenerate

endmodule

`default_nettype wire
