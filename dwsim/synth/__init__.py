"""Area and clock of engines, from Yosys and nextpnr, and a quick estimate of both."""
