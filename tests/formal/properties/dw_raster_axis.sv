// The axis against a position that counts up and the place of the next hit.
`include "promise.svh"

module check_dw_raster_axis #(
    parameter WIDTH = 4
) (
    input clk,
    input restart,
    input step,
    input [WIDTH-1:0] pitch,
    input [WIDTH-1:0] stride,
    input [WIDTH-1:0] count
);
  wire last, hit, hit_next, final_hit;
  dw_raster_axis #(.WIDTH(WIDTH)) dut (.*);
  (* hierconn *) wire [WIDTH-1:0] \dut.left , \dut.phase , \dut.hits_left ;
  (* hierconn *) wire \dut.in_phase , \dut.has_more ;

  reg started = 1'b0, stepped, promised_hit;
  reg [WIDTH-1:0] held_pitch, held_stride, held_count, position, hits;
  reg [WIDTH:0] multiple;  // the first multiple of stride from position on
  wire [WIDTH:0] next_multiple = (multiple == position) ? multiple + stride : multiple;
  wire is_hit = (multiple == position) && (hits < count);
  always @(posedge clk) begin
    started <= started || restart;
    stepped <= step && !restart;
    promised_hit <= hit_next;
    {held_pitch, held_stride, held_count} <= {pitch, stride, count};
    if (restart) begin
      position <= 0;
      multiple <= 0;
      hits <= 0;
    end else if (step) begin
      position <= (position + 1 == pitch) ? 0 : position + 1;
      multiple <= (position + 1 == pitch) ? 0 : next_multiple;
      hits <= (position + 1 == pitch) ? 0 : hits + is_hit;
    end
  end

  always @* begin
    assume (pitch != 0 && stride != 0 && count != 0);
    assume (restart || {pitch, stride, count} == {held_pitch, held_stride, held_count});
  end

  always @* if (started && !restart) begin
    `PROMISE(last_position, position + 1 == pitch, last)
    `PROMISE(not_last_before, position + 1 != pitch, !last)
    `PROMISE(hit_at_the_first_multiples, is_hit, hit)
    `PROMISE(no_other_hit, !is_hit, !hit)
    `PROMISE(final_hit_is_the_last_one, is_hit && hits + 1 == count, final_hit)
    `PROMISE(no_other_final_hit, !(is_hit && hits + 1 == count), !final_hit)
    `PROMISE(hit_next_is_known, stepped, hit == promised_hit)
    aid_position: assert (position < pitch && \dut.left == pitch - position);
    aid_multiple: assert (multiple >= position && multiple < position + stride);
    aid_phase: assert (\dut.phase == ((multiple == position) ? stride : multiple - position) &&
                       \dut.in_phase == (\dut.phase == 1));
    aid_hits: assert (hits <= count && \dut.hits_left == count - hits);
    aid_more: assert (\dut.has_more == (hits + is_hit < count));
  end
endmodule
