// The line as a memory, against a history of all words that have entered since the restart.
`include "promise.svh"

module check_dw_delay_line #(
    parameter WIDTH = 1,
    parameter MAX_LENGTH = 6,
    parameter SHORTER = 0,
    parameter LENGTH_W = $clog2(MAX_LENGTH + SHORTER + 1)
) (
    input clk,
    input restart,
    input step,
    input [LENGTH_W-1:0] length,
    input [WIDTH-1:0] d
);
  wire [WIDTH-1:0] q;
  dw_delay_line #(.WIDTH(WIDTH), .MAX_LENGTH(MAX_LENGTH), .SHIFT_LENGTH_MAX(2), .SHORTER(SHORTER))
      dut (.*);
  (* hierconn *) wire [2:0] \dut.g_memory.write_address , \dut.g_memory.read_address ;
  (* hierconn *) wire [WIDTH-1:0] \dut.g_memory.last_d , \dut.g_memory.earlier_d ;
  (* hierconn *) wire \dut.g_memory.is_one , \dut.g_memory.is_two , \dut.g_memory.is_short ;
  (* hierconn *) wire [WIDTH-1:0] \dut.g_memory.u_ram.memory_data , \dut.g_memory.read_data ;
  (* hierconn *) wire [WIDTH-1:0]
      \dut.g_memory.u_ram.memory[0] , \dut.g_memory.u_ram.memory[1] ,
      \dut.g_memory.u_ram.memory[2] , \dut.g_memory.u_ram.memory[3] ,
      \dut.g_memory.u_ram.memory[4] , \dut.g_memory.u_ram.memory[5] ,
      \dut.g_memory.u_ram.memory[6] , \dut.g_memory.u_ram.memory[7] ;
  wire [8*WIDTH-1:0] memory = {
      \dut.g_memory.u_ram.memory[7] , \dut.g_memory.u_ram.memory[6] ,
      \dut.g_memory.u_ram.memory[5] , \dut.g_memory.u_ram.memory[4] ,
      \dut.g_memory.u_ram.memory[3] , \dut.g_memory.u_ram.memory[2] ,
      \dut.g_memory.u_ram.memory[1] , \dut.g_memory.u_ram.memory[0] };

  // Word i of the history entered i + 1 steps ago; `age` is the number of words.
  reg started = 1'b0, restarted = 1'b0, idle;
  reg [LENGTH_W-1:0] held_length;
  reg [MAX_LENGTH*WIDTH-1:0] history;
  reg [3:0] age;
  reg [WIDTH-1:0] held_q;
  wire [LENGTH_W-1:0] delay = length - SHORTER;
  always @(posedge clk) begin
    restarted <= restart;
    started <= started || restart;
    held_length <= length;
    held_q <= q;
    idle <= !step && !restart && started;
    if (step) history <= {history, d};
    if (restart) age <= 0;
    else if (step && age < MAX_LENGTH) age <= age + 1;
  end

  always @* begin
    assume (delay >= 1 && delay <= MAX_LENGTH);
    assume (restart || restarted || length == held_length);
    // The length is in its register, from the second cycle of a restart on, as in the engine.
    assume (!restarted || length == held_length);
    assume (!(restart && step));
  end

  always @* if (started && !restart) begin
    `PROMISE(delays_by_length_steps, age >= delay, q == history[(delay-1)*WIDTH+:WIDTH])
    `PROMISE(length_one, delay == 1 && age >= 1, q == history[0+:WIDTH])
    `PROMISE(length_two, delay == 2 && age >= 2, q == history[WIDTH+:WIDTH])
    `PROMISE(longest, delay == MAX_LENGTH && age >= delay,
             q == history[(MAX_LENGTH-1)*WIDTH+:WIDTH])
    aid_age: assert (age <= MAX_LENGTH);
    aid_kind: assert (\dut.g_memory.is_one == (delay == 1) &&
        \dut.g_memory.is_two == (delay == 2) &&
        \dut.g_memory.is_short == (delay <= 2));
    aid_distance: assert (\dut.g_memory.read_address ==
        3'((\dut.g_memory.write_address + 2 - delay)));
    aid_last: assert (age == 0 || \dut.g_memory.last_d == history[0+:WIDTH]);
    aid_earlier: assert (age == 0 || \dut.g_memory.earlier_d ==
        ((delay == 2) ? (age == 1 ? \dut.g_memory.earlier_d : history[WIDTH+:WIDTH]) : 1'b0));
    aid_first_read: assert (delay <= 2 || age < delay - 1 || age == 0 ||
        \dut.g_memory.u_ram.memory_data == history[(delay-2)*WIDTH+:WIDTH]);
    aid_read: assert (delay <= 2 ? (age == 0 || \dut.g_memory.read_data == 0) :
        (age < delay || \dut.g_memory.read_data == history[(delay-1)*WIDTH+:WIDTH]));
  end

  genvar i;
  generate
    for (i = 0; i < MAX_LENGTH - 1; i = i + 1) begin : g_word
      wire [2:0] place = \dut.g_memory.write_address - 3'd1 - i;
      always @* if (started && !restart && i < age)
        assert (memory[place*WIDTH+:WIDTH] == history[i*WIDTH+:WIDTH]);
    end
  endgenerate
endmodule
