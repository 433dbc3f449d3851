"""How long each stage takes, and the other constants that the Verilog is written for."""

# Cycles that a beat spends in each stage, the stage's output register included.
START_CYCLES = 2
"""From the cfg handshake to the first slot: the geometry registers, then the counters."""
SLOT_CYCLES = 1
"""slot_raster: the slot that was chosen sits in its output registers."""
WINDOW_CYCLES = 1
"""window: the slot has been shifted in."""
MEMORY_CYCLES = 2
"""dw_ram: from a read address to the word, in registers of its own."""
SELECT_CYCLES = 1
"""tap_select: the taps of a pass are chosen, where a window takes several."""
MASK_CYCLES = 1
"""tap_mask: the operands of the first column are ready."""
PRODUCT_CYCLES = 1
"""mac_cell: the product register."""
GATHER_CYCLES = 1
"""pass_sum: the sums of a window's passes are added up, where there are several."""
FIFO_CYCLES = 2
"""output_fifo: one to write the memory, one to load the output register."""
CREDIT_CYCLES = 1
"""From a read of the FIFO's memory to the credit that it gives back."""

REQUANTISE_CYCLES = {"none": 0, "single": 7, "double": 9, "both": 9}
"""dw_requantise: sum, (left shift), three for the product, rounding, quotient, (second
rounding), clamp."""

NEXT_TENSOR_CYCLES = 2
"""From the cfg handshake of a stream that loads to the first beat of the next tensor."""

SHIFT_WIDTH = 6
"""Bits of a requantiser's shift: TFLite's -31 to 30."""

SHIFT_LENGTH_MAX = 4
"""dw_delay_line: lines up to this long are shift registers, longer ones are memories."""
