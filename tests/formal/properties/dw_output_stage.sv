// The marks and the values of one arbitrary lane count, followed from valid_q to the FIFO's input.
`include "promise.svh"

module dw_output_fifo #(
    parameter WIDTH = 8,
    parameter DEPTH = 16
) (
    input clk,
    input rst,
    input write,
    input [WIDTH-1:0] write_data,
    output popped,
    output [WIDTH-1:0] m_data,
    output m_valid,
    input m_ready
);
  // Proven by dw_output_fifo.sv; here its input is watched.
  assign popped = write;
  assign m_data = write_data;
  assign m_valid = write;
endmodule

module check_dw_output_stage #(
    parameter CYCLES = 3
) (
    input clk,
    input rst,
    input valid_q,
    input [1:0] keep_count,
    input last,
    input [5:0] values,
    input m_axis_ofmap_tready
);
  wire popped, m_axis_ofmap_tvalid, m_axis_ofmap_tlast;
  wire [5:0] m_axis_ofmap_tdata;
  wire [2:0] m_axis_ofmap_tkeep;
  dw_output_stage #(.LANES(3), .VALUE_W(2), .CYCLES(CYCLES)) dut (.*);
  reg [3:0] age = 4'd0;
  reg [CYCLES-1:0] valids;
  reg [CYCLES-2:0] lasts;
  reg [2*CYCLES-3:0] keeps;
  always @(posedge clk) begin
    age <= rst ? 0 : (age < CYCLES) ? age + 1 : age;
    valids <= rst ? 0 : {valids, valid_q};
    lasts <= {lasts, last};
    keeps <= {keeps, keep_count};
  end
  reg after_reset = 1'b0;
  always @(posedge clk) after_reset <= after_reset || rst;
  wire [1:0] keep = keeps[2*CYCLES-3-:2];
  wire due = valids[CYCLES-1];
  always @* if (after_reset) begin
    `PROMISE(writes_after_cycles, due, m_axis_ofmap_tvalid)
    `PROMISE(writes_nothing_else, !due, !m_axis_ofmap_tvalid)
    `PROMISE(values_pass, due, m_axis_ofmap_tdata == values)
    `PROMISE(keeps_the_lowest_lanes, due && age == CYCLES,
             m_axis_ofmap_tkeep == ((keep == 3) ? 3'b111 : (keep == 2) ? 3'b011 :
                                    (keep == 1) ? 3'b001 : 3'b000))
    `PROMISE(marks_the_last_beat, due && age == CYCLES, m_axis_ofmap_tlast == lasts[CYCLES-2])
  end
endmodule
