"""The report of an exploration: one HTML file, and the same charts as figures for papers."""
