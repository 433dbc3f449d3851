// The port against the rules for streams of a right and of a wrong length. The source is a stream
// that holds its beat, as the skid buffer does; the raster takes a beat only if one is available.
`include "promise.svh"

module check_dw_ifmap_port #(
    parameter WIDTH = 2
) (
    input clk,
    input rst,
    input restart,
    input [WIDTH-1:0] s_data,
    input s_last,
    input s_valid,
    input take,
    input final_take
);
  wire s_ready, excess, available, error_short, error_long;
  wire [WIDTH-1:0] beat;
  (* anyseq *) reg s_valid_next;
  dw_ifmap_port #(.WIDTH(WIDTH)) dut (.*);
  (* hierconn *) wire \dut.short_stream ;

  reg after_reset = 1'b0, in_reset, promised, padding, was_padding, took, overdue, early, late;
  reg [WIDTH-1:0] taken;
  wire real_take = take && !padding;
  always @(posedge clk) begin
    after_reset <= after_reset || rst;
    in_reset <= rst;
    promised <= s_valid_next && !rst;
    took <= take;
    was_padding <= padding;
    taken <= s_data;
    padding <= !rst && !restart && (padding || (real_take && s_last && !final_take));
    overdue <= !rst && ((real_take && final_take && !s_last) ||
                        (overdue && !(s_valid && s_last)));
    early <= !rst && (early || (real_take && s_last && !final_take));
    late <= !rst && (late || (real_take && final_take && !s_last));
  end

  always @* begin
    assume (!after_reset || in_reset || s_valid == promised);
    assume (!in_reset || !s_valid);
    assume (!take || (available && !restart && !rst));
    assume (!final_take || take);
    assume (!take || !excess);
  end

  always @* if (after_reset) begin
    `PROMISE(hands_on_the_beat_taken, took && !was_padding, beat == taken)
    `PROMISE(zeros_replace_missing_beats, took && was_padding, beat == 0)
    `PROMISE(takes_a_beat_only_if_one_is_there, real_take, s_valid)
    `PROMISE(consumes_what_it_hands_on, real_take, s_ready)
    `PROMISE(leaves_the_next_stream_alone, padding && !excess, !s_ready)
    `PROMISE(consumes_nothing_else, !real_take && !overdue, !s_ready)
    `PROMISE(drops_until_tlast, overdue, excess && s_ready)
    `PROMISE(no_drop_of_a_right_stream, !overdue, !excess)
    `PROMISE(short_stream_is_flagged, early, error_short)
    `PROMISE(long_stream_is_flagged, late, error_long)
    `PROMISE(right_streams_raise_no_flag, !early && !late, !error_short && !error_long)
    `PROMISE(quiet_in_reset, in_reset, !available && !s_ready && !excess)
    aid_padding: assert (padding == \dut.short_stream );
    aid_available: assert (!available || s_valid || padding || in_reset);
  end
endmodule
