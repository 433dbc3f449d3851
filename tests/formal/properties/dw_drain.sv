// The values that leave against the sums of their group, for groups of any length that do not overtake
// each other.
`include "promise.svh"

module check_dw_drain #(
    parameter LANES = 3,
    parameter CELLS = 2,
    parameter VALUES = 2,
    // derived
    parameter ALL = LANES * CELLS,
    parameter MOST = (ALL + VALUES - 1) / VALUES + ((VALUES > LANES) ? 1 : 0),
    parameter CHUNKS_W = $clog2(MOST + 1)
) (
    input clk,
    input rst,
    input [CHUNKS_W-1:0] chunks,
    input start,
    input [1:0] start_marks,
    input [ALL-1:0] sums
);
  wire active;
  wire [1:0] marks;
  wire [$clog2(LANES)-1:0] lane;
  wire [4:0] index;
  wire [VALUES-1:0] values;
  reg [2:0] starts = 3'd0;
  wire load = starts[2];
  dw_drain #(.LANES(LANES), .CELLS(CELLS), .VALUES(VALUES), .WIDTH(1), .MARKS_W(2)) dut (
      .*, .cell_index(index[$clog2(CELLS+2*((VALUES+LANES-1)/LANES)-1)-1:0]));
  assign index[4:$clog2(CELLS+2*((VALUES+LANES-1)/LANES)-1)] = 0;
  (* hierconn *) wire [CHUNKS_W-1:0] \dut.left ;
  (* hierconn *) wire [ALL-1:0] \dut.chain ;

  reg started = 1'b0, running, loaded = 1'b0;
  reg [CHUNKS_W-1:0] k, count;  // the cycle of the group, and their number
  reg [1:0] group_marks;
  reg [2:0] leaves;  // `running` of one to three cycles before
  reg [3*CHUNKS_W-1:0] ks;  // ... and its k
  wire [CHUNKS_W-1:0] chunk = ks[2*CHUNKS_W+:CHUNKS_W];
  reg [ALL-1:0] captured;
  reg [CHUNKS_W-1:0] moved;  // chunks that have left the chain since it was loaded
  wire last = k + 1 == count;
  (* anyconst *) reg [$clog2(VALUES+1)-1:0] v;
  (* anyconst *) reg [$clog2(ALL+1)-1:0] place;
  wire [5:0] of_group = chunk * VALUES + v, ahead = place - moved * VALUES;
  always @(posedge clk) begin
    started <= started || rst;
    starts <= rst ? 0 : {starts, start};
    running <= !rst && (start || (running && !last));
    k <= start ? 0 : k + running;
    if (start) {count, group_marks} <= {chunks, start_marks};
    leaves <= rst ? 0 : {leaves, running};
    ks <= {ks, k};
    if (load) captured <= sums;
    loaded <= loaded || load;
    moved <= load ? 0 : moved + (moved < MOST);
  end
  always @* begin
    assume (v < VALUES && place < ALL);
    assume (!start || (started && !rst && chunks >= 1 && chunks <= MOST && (!running || last)));
  end
  always @* if (started) begin
    `PROMISE(active_for_the_cycles_of_a_group, running, active)
    `PROMISE(not_active_otherwise, !running, !active)
    `PROMISE(counts_the_lanes, running && k != 0, lane < LANES && lane == k * VALUES % LANES)
    `PROMISE(counts_the_cells, running && k != 0, index == k * VALUES / LANES)
    `PROMISE(keeps_the_marks, running, marks == group_marks)
    `PROMISE(sums_in_order, leaves[2] && of_group < ALL,
             values[v] == captured[of_group])
    aid_left: assert (!running || (k < count && count <= MOST && \dut.left == count - k));
    aid_first: assert (!running || k != 0 || (lane == 0 && index == 0));
    aid_chain: assert (!loaded || moved * VALUES > place ||
                       \dut.chain [ahead] == captured[place]);
    aid_moved: assert (!leaves[2] || (loaded && moved == chunk));
  end
endmodule
