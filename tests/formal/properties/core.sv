// A whole engine under any configuration, also one that makes no sense, and any traffic.
`include "promise.svh"

module check_core (
    input clk,
    input rst,
    `include "core_ports.svh"
);
  `include "core_outputs.svh"
  core dut (.*);
  localparam DEPTH = 16, STAGES = 7;
  (* hierconn *) wire \dut.valid_q , \dut.emit ;
  (* hierconn *) wire \dut.holding , \dut.claims , \dut.credit_available ;
  (* hierconn *) wire [STAGES-1:0] \dut.u_output_stage.u_valid.g_stages.stages ;
  (* hierconn *) wire [4:0] \dut.u_credit.credits , \dut.u_output_stage.u_output_fifo.entries ;
  (* hierconn *) wire \dut.u_output_stage.u_output_fifo.write ;
  (* hierconn *) wire \dut.u_output_stage.u_output_fifo.not_empty ;

  reg after_reset = 1'b0, in_reset, held;
  reg [5:0] held_data;
  reg held_keep, held_last;
  reg [7:0] emitted, transferred;
  integer i;
  reg [4:0] in_flight;
  always @* begin
    in_flight = \dut.valid_q ;
    for (i = 0; i < STAGES; i = i + 1)
      in_flight = in_flight + \dut.u_output_stage.u_valid.g_stages.stages [i];
  end
  wire [4:0] entries = \dut.u_output_stage.u_output_fifo.entries ;
  wire [4:0] credits = \dut.u_credit.credits ;
  wire writes = \dut.u_output_stage.u_output_fifo.write ;
  wire emit = \dut.emit ;
  always @(posedge clk) begin
    after_reset <= after_reset || rst;
    in_reset <= rst;
    held <= m_axis_ofmap_tvalid && !m_axis_ofmap_tready && !rst;
    {held_data, held_keep, held_last} <= {m_axis_ofmap_tdata, m_axis_ofmap_tkeep,
                                          m_axis_ofmap_tlast};
    emitted <= rst ? 0 : emitted + emit;
    transferred <= rst ? 0 : transferred + (m_axis_ofmap_tvalid && m_axis_ofmap_tready);
  end

  always @* if (after_reset) begin
    `PROMISE(ofmap_holds_until_the_transfer, held, m_axis_ofmap_tvalid &&
             m_axis_ofmap_tdata == held_data && m_axis_ofmap_tkeep == held_keep &&
             m_axis_ofmap_tlast == held_last)
    `PROMISE(fifo_never_overflows, writes, entries < DEPTH)
    `PROMISE(no_window_without_a_credit, emit, credits != 0)
    `PROMISE(every_window_gives_one_beat, emitted != transferred,
             8'(transferred + m_axis_ofmap_tvalid + entries + in_flight) == emitted)
    `PROMISE(no_beat_without_a_window, m_axis_ofmap_tvalid && emitted != 0,
             emitted != transferred)
    `PROMISE(quiet_in_reset, in_reset, !cfg_ready && !s_axis_param_tready &&
             !s_axis_ifmap_tready && !m_axis_ofmap_tvalid && !busy)
    aid_credits: assert (credits + in_flight + entries == DEPTH);
    aid_available: assert (\dut.credit_available == (credits != 0));
    aid_entries: assert (\dut.u_output_stage.u_output_fifo.not_empty == (entries != 0));
    aid_count: assert (8'(transferred + m_axis_ofmap_tvalid + entries + in_flight) == emitted);
    aid_hold: assert (!\dut.holding && \dut.claims );
  end
endmodule
