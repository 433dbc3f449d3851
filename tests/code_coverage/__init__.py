"""`make coverage`: the parts of Verilog, Python and the functional table that a run meets."""
