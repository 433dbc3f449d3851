// The bias of each sum that leaves, and its time, with stand-ins for the memories and the adder.
`include "promise.svh"
`include "ram_stand_in.svh"
`include "float_stand_ins.svh"

module check_dw_float_serial_bias (
    input clk,
    input write,
    input [3:0] write_address,
    input [4:0] write_data,
    input bank,
    input weight_set,
    input [1:0] lane,
    input [9:0] acc
);
  localparam WIDTH = 5, VALUES = 2, LANES = 3, DELAY = 3, SHOWN = DELAY + `STAND_IN_CYCLES;
  `include "float_stand_in_sum.svh"
  wire [9:0] sums;
  dw_float_serial_bias #(.VALUES(VALUES), .LANES(LANES), .SET_W(1), .EXPONENT_W(2),
      .SIGNIFICAND_W(2), .DELAY(DELAY)) dut (.*);
  (* hierconn *) wire [3:0] \dut.g_bias[0].g_any_lane.u_ram.watched ;
  (* hierconn *) wire [3:0] \dut.g_bias[1].g_any_lane.u_ram.watched ;
  (* hierconn *) wire [4:0] \dut.g_bias[0].g_any_lane.u_ram.word ;
  (* hierconn *) wire [4:0] \dut.g_bias[1].g_any_lane.u_ram.word ;

  // The bias of one arbitrary place {bank, weight set, lane} for one arbitrary value. The memory reads
  // DELAY - 2 cycles after the lane is named, from the bank of that cycle.
  (* anyconst *) reg unit;
  (* anyconst *) reg [3:0] place;
  wire writes = write && write_address == place;
  reg written = 1'b0;
  reg [4:0] word;
  reg [3:0] age = 4'd0;
  reg [DELAY-3:0] named;
  reg [SHOWN-(DELAY-2)-1:0] met;
  reg [(SHOWN-(DELAY-2))*5-1:0] words;
  reg [`STAND_IN_CYCLES*10-1:0] accs;
  always @(posedge clk) begin
    if (writes) {written, word} <= {1'b1, write_data};
    if (age < SHOWN) age <= age + 1;
    named <= {named, {weight_set, 2'((lane + unit) % LANES)} == place[2:0]};
    met <= {met, named[DELAY-3] && bank == place[3] && written && !writes};
    words <= {words, word};
    accs <= {accs, acc};
  end
  wire due = age == SHOWN && met[SHOWN-(DELAY-2)-1];
  wire [4:0] was = words[(SHOWN-(DELAY-2)-1)*5+:5];
  wire [9:0] acc_then = accs[(`STAND_IN_CYCLES-1)*10+:10];
  always @* begin
    assume (lane < LANES && place[1:0] < LANES);
    assume (\dut.g_bias[0].g_any_lane.u_ram.watched == place);
    assume (\dut.g_bias[1].g_any_lane.u_ram.watched == place);
    `PROMISE(adds_the_bias_of_the_first_lane, due && unit == 0,
             sums[4:0] == stand_in_sum(acc_then[4:0], was))
    `PROMISE(adds_the_bias_of_the_next_lane, due && unit == 1,
             sums[9:5] == stand_in_sum(acc_then[9:5], was))
    aid_words: assert (!written || (\dut.g_bias[0].g_any_lane.u_ram.word == word &&
                                    \dut.g_bias[1].g_any_lane.u_ram.word == word));
  end
endmodule
