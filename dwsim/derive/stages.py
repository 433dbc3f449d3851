"""Cycles of each pipeline stage, and the other constants that are built into the Verilog."""

READY_CYCLES = 1
"""From the end of a reset to the first ready of each port."""

# Cycles of a beat in each stage, the stage's output register included.
START_CYCLES = 2
"""From the cfg handshake to the first slot: the geometry registers, then the counters."""
SLOT_CYCLES = 1
"""slot_raster: the chosen slot is in the output registers."""
WINDOW_CYCLES = 1
"""window: the slot has been shifted in."""
MEMORY_CYCLES = 2
"""dw_ram: from a read address to the word, in registers of its own."""
SELECT_CYCLES = 1
"""tap_select: the taps of one pass are chosen; only with several passes per window."""
MASK_CYCLES = 1
"""tap_mask: taps outside the ifmap are replaced, in the operand registers."""
WEIGHT_CYCLES = 1
"""kernel_row: a register holds the weight near its multiplier."""
PRODUCT_CYCLES = 3
"""mac_cell: registers of the factors, of the product, and of the product near the adder."""
SUM_CYCLES = 1
"""mac_cell, row_tree: the sum of two numbers."""
GATHER_CYCLES = 1
"""pass_sum: adds the sums of a window's passes; only with several passes per window."""
FIFO_CYCLES = 2
"""output_fifo: one cycle writes the memory, one loads the output register."""
CREDIT_CYCLES = 1
"""From a read of the FIFO's memory to the return of its credit."""

SCALE_CYCLES = 1
"""dw_requantise: a register holds the scale near its use."""
SCALE_SUM_CYCLES = 1
"""dw_requantise: acc plus bias."""
SCALE_PRODUCT_CYCLES = 5
"""dw_product: two registers in a multiplier block, one behind it, the sum of the partial
products, the product."""
ROUND_SHIFT_CYCLES = 2
"""dw_round_shift: the coarse step, then the fine step."""
CLAMP_CYCLES = 2
"""dw_requantise: rounding, zero point and comparisons; then the selection."""
FLOAT_CONVERT_CYCLES = 5
"""dw_float_convert: the magnitude; its highest 1 to the top by bytes, pairs and a bit; rounding."""
FLOAT_ROUND_CYCLES = 4
"""dw_float_round: 24 significant bits, their rounding, the coarse step, then the fine step."""

FLOAT_PRODUCT_CYCLES = 7
"""dw_float_multiplier: three of the product of significands; left, right, last place; rounding."""
FLOAT_SUM_CYCLES = 6
"""dw_float_adder: larger and smaller, alignment, sum, its zeros, normalisation, rounding."""
FLOAT_NARROW_CYCLES = 2
"""dw_float_narrow: the place of the significand in the ofmap's format, then rounding."""
FLOAT_CLAMP_CYCLES = 2
"""dw_float_clamp: comparisons, then the selection."""

NEXT_TENSOR_CYCLES = 2
"""From the cfg handshake of a stream that loads parameters to the next tensor's first beat."""

RIGHT_SHIFT_WIDTH = 6
"""Bits of a right shift of the product: 31 minus TFLite's shift of -31 to 30."""

SHIFT_LENGTH_MAX = 4
"""dw_delay_line: lines up to this long are shift registers, longer ones are memories."""

SERIAL_FIRE_CYCLES = 6
"""Tap-serial array: from the cycle in which a tap fires to that in which its product is added: its
marks, the same near the pixels, the segment, and PRODUCT_CYCLES of the multiplier. Products of
floats take longer."""
SERIAL_FETCH_CYCLES = 3
"""From the first cycle of a run to the first read: the segment, its raster row, its read, and the
place in which the read waits for its pixels."""
SERIAL_FREE_CYCLES = 2
"""From the last read of a group to the first beat in its place: the oldest pixel, then the room."""
SERIAL_RELEASE_CYCLES = 4
"""With a ring for each cell, from the last tap of a group to the first beat in its place: its mark
near the walk, the walk, the oldest pixel, then the room."""
SERIAL_RING_CYCLES = 1
"""With a ring for each cell, the cycles by which the operands come later: their addresses wait near
the rings."""
SERIAL_ROOM_CYCLES = 1
"""dw_pixel_credit: from the return of room to the mark that there is room."""
SERIAL_RETURN_CYCLES = 4 + SERIAL_ROOM_CYCLES
"""From the last tap of a group to the cycle that has back the room of its cells without a pixel."""
SERIAL_OPERAND_CYCLES = 3
"""From the cycle in which a tap fires to that with its operands and with their masks."""
SERIAL_DRAIN_CYCLES = 3
"""dw_drain: from an active cycle to its sums at the end of the chain."""
SERIAL_PACK_CYCLES = 1
"""dw_pixel_pack: a beat is written in the cycle after its last pixel."""
SERIAL_MERGE_CYCLES = 2
"""dw_pixel_merge: pixels that count close up, then enter the beat."""
