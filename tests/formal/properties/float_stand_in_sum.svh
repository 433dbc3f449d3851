// The sum of the stand-in of dw_float_adder, for numbers of WIDTH bits.
function [WIDTH-1:0] stand_in_sum(input [WIDTH-1:0] a, input [WIDTH-1:0] b);
  stand_in_sum = (a == 1 << (WIDTH - 1)) ? b : a + b + b + b;
endfunction
