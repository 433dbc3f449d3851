// The FIFO against its history: the place of one arbitrary entry is followed from write to transfer.
// Its writer holds a credit, so it writes only while an entry is free.
`include "promise.svh"

module check_dw_output_fifo #(
    parameter DEPTH = 3,
    parameter WIDTH = 2
) (
    input clk,
    input rst,
    input write,
    input [WIDTH-1:0] write_data,
    input m_ready
);
  localparam ADDR_W = (DEPTH > 1) ? $clog2(DEPTH) : 1;
  wire popped, m_valid;
  wire [WIDTH-1:0] m_data;
  dw_output_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH)) dut (.*);
  (* hierconn *) wire [ADDR_W-1:0] \dut.write_address , \dut.read_address ;
  (* hierconn *) wire [ADDR_W:0] \dut.entries ;
  (* hierconn *) wire \dut.not_empty ;

  reg after_reset = 1'b0, in_reset, held;
  reg [WIDTH-1:0] held_data;
  reg [ADDR_W:0] used;  // entries between write and pop
  // The reference: all waiting words, the oldest first.
  reg [DEPTH*WIDTH-1:0] waiting;
  reg [WIDTH-1:0] shown;
  (* keep *) wire [WIDTH-1:0] oldest = waiting[WIDTH-1:0];
  wire [ADDR_W:0] used_then = used - popped;
  wire [DEPTH*WIDTH-1:0] shifted = popped ? waiting >> WIDTH : waiting;

  always @* assume (!write || used < DEPTH);

  integer i;
  always @(posedge clk) begin
    after_reset <= after_reset || rst;
    in_reset <= rst;
    held <= m_valid && !m_ready && !rst;
    held_data <= m_data;
    used <= rst ? 0 : used + write - popped;
    for (i = 0; i < DEPTH; i = i + 1)
      waiting[i*WIDTH+:WIDTH] <= (write && used_then == i) ? write_data : shifted[i*WIDTH+:WIDTH];
    if (popped) shown <= oldest;
  end

  always @* if (after_reset) begin
    `PROMISE(every_beat_in_order, m_valid, m_data == shown)
    `PROMISE(nothing_popped_from_empty, used == 0, !popped)
    `PROMISE(never_more_than_depth, used == DEPTH, \dut.entries == DEPTH)
    `PROMISE(moves_to_the_output_at_once, used != 0 && (!m_valid || m_ready), popped)
    `PROMISE(waits_for_the_sink, m_valid && !m_ready, !popped)
    `PROMISE(holds_until_the_transfer, held, m_valid && m_data == held_data)
    `PROMISE(quiet_in_reset, in_reset, !m_valid)
    aid_used: assert (used == \dut.entries && used <= DEPTH);
    aid_flag: assert (\dut.not_empty == (used != 0));
    aid_reach: assert (\dut.write_address < DEPTH && \dut.read_address < DEPTH);
    aid_distance: assert (\dut.write_address ==
        ((\dut.read_address + used >= DEPTH) ? \dut.read_address + used - DEPTH
                                             : \dut.read_address + used));
  end

  // The memory, word by word: this file is for DEPTH = 3.
  (* hierconn *) wire [WIDTH-1:0] \dut.memory[0] , \dut.memory[1] , \dut.memory[2] ;
  wire [DEPTH*WIDTH-1:0] memory = {\dut.memory[2] , \dut.memory[1] , \dut.memory[0] };
  genvar g;
  generate
    for (g = 0; g < DEPTH; g = g + 1) begin : g_entry
      wire [ADDR_W+1:0] sum = \dut.read_address + g;
      wire [ADDR_W+1:0] place = (sum >= DEPTH) ? sum - DEPTH : sum;
      always @* if (after_reset && g < used)
        assert (memory[place*WIDTH+:WIDTH] == waiting[g*WIDTH+:WIDTH]);
    end
  endgenerate
endmodule
