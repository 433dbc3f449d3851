// dw_delay_line: delays a word by `length` steps, 1 <= length - SHORTER <= MAX_LENGTH.
//
// Promises: before step t, q is the word that entered at step t - (length - SHORTER). Only cycles
// with `step` count. `length` may change only under `restart`; the first words that come out
// after a restart are stale. One level of logic lies between registers and q.
//
// One module serves the row delays (thousands of words), the column delays (a few) and the
// plane marker (one bit). Lines of up to SHIFT_LENGTH_MAX words are shift registers, which a
// word enters `length` places before the end. Longer lines are memories with free-running
// pointers, a fixed distance apart, so no pointer is compared. The memory registers its read
// data twice, and words too young for that path bypass it.
`default_nettype none

module dw_delay_line #(
    parameter WIDTH            = 8,  // bits of a word
    parameter MAX_LENGTH       = 1,  // longest delay in steps
    parameter SHIFT_LENGTH_MAX = 4,  // longest line that is a shift register
    parameter SHORTER          = 0,  // steps that the line is shorter than `length`
    // derived
    parameter LENGTH_W         = $clog2(MAX_LENGTH + SHORTER + 1)
) (
    input  wire                clk,
    input  wire                restart,
    input  wire                step,
    input  wire [LENGTH_W-1:0] length,
    input  wire [   WIDTH-1:0] d,
    output wire [   WIDTH-1:0] q
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_delay_line_WIDTH_must_be_at_least_1 u (); end
    if (MAX_LENGTH < 1) begin : bad_2 dw_delay_line_MAX_LENGTH_must_be_at_least_1 u (); end
    if ((1 << LENGTH_W) <= MAX_LENGTH + SHORTER) begin : bad_3
      dw_delay_line_LENGTH_W_must_hold_MAX_LENGTH_plus_SHORTER u ();
    end
    if (SHIFT_LENGTH_MAX < 2) begin : bad_4
      dw_delay_line_SHIFT_LENGTH_MAX_must_be_at_least_2 u ();
    end
    if (SHORTER < 0) begin : bad_5 dw_delay_line_SHORTER_must_be_at_least_0 u (); end
  endgenerate

  generate
    if (MAX_LENGTH <= SHIFT_LENGTH_MAX) begin : g_shift
      // Stage 0 is the output; a word enters at stage length - SHORTER - 1.
      reg [WIDTH*MAX_LENGTH-1:0] stages;
      assign q = stages[WIDTH-1:0];

      genvar i;
      for (i = 0; i < MAX_LENGTH; i = i + 1) begin : g_stage
        wire [WIDTH-1:0] entering;
        if (i == MAX_LENGTH - 1) begin : g_first
          assign entering = d;
          if (i == 0) begin : g_only
            // A line of one word has one length.
            wire unused_length = &{1'b0, length, 1'b0};
          end
        end else begin : g_rest
          assign entering = (length == i + 1 + SHORTER) ? d : stages[WIDTH*(i+1)+:WIDTH];
        end
        always @(posedge clk) begin
          if (step) stages[WIDTH*i+:WIDTH] <= entering;
        end
      end
      wire unused_restart = &{1'b0, restart, 1'b0};
    end else begin : g_memory
      // Word t is written at step t. Its read begins two steps before it comes out.
      localparam ADDR_W = $clog2(MAX_LENGTH - 1);
      localparam [LENGTH_W-1:0] ONE = 1 + SHORTER;
      localparam [LENGTH_W-1:0] TWO = 2 + SHORTER;

      reg [ADDR_W-1:0] write_address;
      reg [ADDR_W-1:0] read_address;
      reg [WIDTH-1:0] last_d;
      reg [WIDTH-1:0] earlier_d;
      reg is_one;  // length is ONE; a register, because every bit of q depends on it
      reg is_two;
      reg is_short;  // length is ONE or TWO
      wire [LENGTH_W-1:0] read_offset = TWO - length;
      wire [WIDTH-1:0] read_data;

      dw_ram #(
          .WIDTH (WIDTH),
          .ADDR_W(ADDR_W)
      ) u_ram (
          .clk          (clk),
          .write        (step),
          .write_address(write_address),
          .write_data   (d),
          .read         (step),
          .clear        (is_short),
          .read_address (read_address),
          .read_data    (read_data)
      );

      always @(posedge clk) begin
        is_one <= (length == ONE);
        is_two <= (length == TWO);
        is_short <= (length == ONE) || (length == TWO);
        if (restart) begin
          write_address <= {ADDR_W{1'b0}};
          read_address  <= read_offset[ADDR_W-1:0];
        end else if (step) begin
          write_address <= write_address + 1'b1;
          read_address  <= read_address + 1'b1;
        end
        if (step) begin
          last_d <= d;
          earlier_d <= last_d;
        end
        // A source that is not selected is 0, so the selection is an OR.
        if (!is_two) earlier_d <= {WIDTH{1'b0}};
      end

      assign q = ({WIDTH{is_one}} & last_d) | earlier_d | read_data;

      if (LENGTH_W > ADDR_W) begin : g_unused
        wire unused_offset = &{1'b0, read_offset[LENGTH_W-1:ADDR_W], 1'b0};
      end
    end
  endgenerate

endmodule

`default_nettype wire
