"""Area and clock of engines: measured by Yosys and nextpnr, or estimated quickly."""
