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
"""tap_mask: taps outside the ifmap have been replaced, in registers of the operands."""
WEIGHT_CYCLES = 1
"""kernel_row: the weight waits near its multiplier."""
PRODUCT_CYCLES = 3
"""mac_cell: a multiplier's factors, its product, and that once more, near the adder."""
GATHER_CYCLES = 1
"""pass_sum: the sums of a window's passes are added up, where there are several."""
FIFO_CYCLES = 2
"""output_fifo: one to write the memory, one to load the output register."""
CREDIT_CYCLES = 1
"""From a read of the FIFO's memory to the credit that it gives back."""

SCALE_CYCLES = 1
"""dw_requantise: what was read of the scale waits near where it is used."""
SCALE_SUM_CYCLES = 1
"""dw_requantise: acc plus bias."""
SCALE_PRODUCT_CYCLES = 5
"""dw_product: two registers in a multiplier block, one behind it, the sum of the sides, the
product."""
ROUND_SHIFT_CYCLES = 2
"""dw_round_shift: coarse and fine steps."""
CLAMP_CYCLES = 2
"""dw_requantise: rounding, zero point and comparisons; then the choice."""
REQUANTISE_CYCLES = SCALE_SUM_CYCLES + SCALE_PRODUCT_CYCLES + ROUND_SHIFT_CYCLES + CLAMP_CYCLES
"""dw_requantise, in every rounding."""

NEXT_TENSOR_CYCLES = 2
"""From the cfg handshake of a stream that loads to the first beat of the next tensor."""

RIGHT_SHIFT_WIDTH = 6
"""Bits of a right shift of the product: 31 less TFLite's shift of -31 to 30."""

SHIFT_LENGTH_MAX = 4
"""dw_delay_line: lines up to this long are shift registers, longer ones are memories."""
