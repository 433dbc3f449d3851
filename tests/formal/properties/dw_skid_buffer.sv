// The slice against a queue of two beats.
`include "promise.svh"

module check_dw_skid_buffer #(
    parameter WIDTH = 2
) (
    input clk,
    input rst,
    input [WIDTH-1:0] s_data,
    input s_valid,
    input m_ready
);
  wire s_ready, m_valid, m_valid_next;
  wire [WIDTH-1:0] m_data;
  dw_skid_buffer #(.WIDTH(WIDTH)) dut (.*);
  (* hierconn *) wire \dut.write_second , \dut.read_second ;
  (* hierconn *) wire [WIDTH-1:0] \dut.first_data , \dut.second_data ;

  reg after_reset = 1'b0, in_reset, held, promised_valid;
  reg [WIDTH-1:0] held_data, oldest, newest;
  reg [1:0] count;
  wire enters = s_valid && s_ready, leaves = m_valid && m_ready;

  always @(posedge clk) begin
    after_reset <= after_reset || rst;
    in_reset <= rst;
    held <= m_valid && !m_ready && !rst;
    held_data <= m_data;
    promised_valid <= m_valid_next && !rst;
    count <= rst ? 2'd0 : count + enters - leaves;
    if (leaves) oldest <= (count == 2) ? newest : s_data;
    else if (enters && count == 0) oldest <= s_data;
    if (enters) newest <= s_data;
  end

  always @* if (after_reset) begin
    `PROMISE(every_beat_in_order, m_valid, m_data == oldest)
    `PROMISE(valid_while_beats_wait, count != 0, m_valid)
    `PROMISE(no_beat_invented, count == 0, !m_valid)
    `PROMISE(full_means_not_ready, count == 2, !s_ready)
    `PROMISE(room_means_ready, count < 2 && !in_reset, s_ready)
    `PROMISE(holds_until_the_transfer, held, m_valid && m_data == held_data)
    `PROMISE(next_valid_is_known, !in_reset, m_valid == promised_valid)
    `PROMISE(quiet_in_reset, in_reset, !m_valid && !s_ready)
    aid_count: assert (count <= 2);
    aid_places: assert (count == 1 ? \dut.write_second != \dut.read_second :
                        \dut.write_second == \dut.read_second );
    aid_newest: assert (count != 2 ||
                        newest == (\dut.read_second ? \dut.first_data : \dut.second_data ));
    aid_one: assert (count != 1 || newest == oldest);
  end
endmodule
