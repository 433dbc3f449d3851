// Credits against the entries that are claimed: one writer, any delay between claim and return.
`include "promise.svh"

module check_dw_credit #(
    parameter DEPTH = 5
) (
    input clk,
    input rst,
    input take,
    input give
);
  wire available;
  dw_credit #(.DEPTH(DEPTH)) dut (.*);
  (* hierconn *) wire [$clog2(DEPTH+1)-1:0] \dut.credits ;

  reg after_reset = 1'b0, in_reset;
  reg [31:0] claimed;
  always @(posedge clk) begin
    after_reset <= after_reset || rst;
    in_reset <= rst;
    claimed <= rst ? 32'd0 : claimed + take - give;
  end

  always @* begin
    assume (!take || available);
    assume (!give || claimed != 0);
  end

  always @* if (after_reset) begin
    `PROMISE(never_more_claims_than_entries, claimed == DEPTH, !available)
    `PROMISE(every_free_entry_can_be_claimed, claimed < DEPTH, available)
    `PROMISE(all_free_after_reset, in_reset, available && claimed == 0)
    aid_sum: assert (claimed + \dut.credits == DEPTH);
    aid_range: assert (claimed <= DEPTH);
  end
endmodule
