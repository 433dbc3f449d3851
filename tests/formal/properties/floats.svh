// Floats as integers: the definitions that the properties of the float units share. Before the file is
// included, FLOAT_VALUE_W is the width of these integers.

// A magnitude with fractions of WIDTH bits, in units of the least subnormal number. The infinity of a
// format is the power of two above its numbers, which is where a number that is too large rounds to.
function [`FLOAT_VALUE_W-1:0] float_value(
    input [`FLOAT_VALUE_W-1:0] magnitude, input integer width
);
  reg [`FLOAT_VALUE_W-1:0] exponent, fraction;
  begin
    exponent = magnitude >> width;
    fraction = magnitude - (exponent << width);
    float_value = (exponent == 0) ? fraction : (fraction + (1 << width)) << (exponent - 1);
  end
endfunction

function [`FLOAT_VALUE_W-1:0] apart(
    input [`FLOAT_VALUE_W-1:0] one, input [`FLOAT_VALUE_W-1:0] other
);
  apart = (one > other) ? one - other : other - one;
endfunction
