"""Lists the reads of a plane on a tap-serial array; compiled if numba is installed.

Import this module inside functions, because numba starts slowly.
"""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_run import PlaneShape, Repeats
from dwsim.support.compiled import compiled


@compiled
def list_reads(
    k: PlaneShape, repeats: Repeats, counts: np.ndarray, needs: np.ndarray, free: np.ndarray
) -> int:
    """Lists the reads of a plane in the arrays of ``PlaneReads``.

    Returns:
        The number of reads.
    """
    total = segment = oldest = origin = 0
    for group in range(k.groups):
        if repeats.first + repeats.period <= group < repeats.end:
            # The reads from ``origin`` on are those of the group that this one repeats.
            oldest = free[group - repeats.period] + repeats.beats
            free[group] = oldest
            for _ in range(k.kernel_h * k.row_segments):
                count = counts[segment - repeats.period * k.kernel_h * k.row_segments]
                for index in range(origin, origin + count):
                    needs[total] = needs[index] + repeats.beats if needs[index] > 0 else 0
                    total += 1
                counts[segment] = count
                origin += count
                segment += 1
            continue
        if group == repeats.first:
            origin = total
        row, place = group * k.cells // k.places_w, group * k.cells % k.places_w
        top = row * k.stride_h - k.pad_top
        if top < k.ifmap_h:
            oldest = max(top, 0) * k.ifmap_w // k.beat
        free[group] = oldest
        for kernel_row in range(k.kernel_h):
            for tap in range(k.row_segments):
                before, ofmap_row = total, row
                begin = k.pad_left - place * k.stride_w - tap * k.dilation_w
                while True:
                    y = ofmap_row * k.stride_h - k.pad_top + kernel_row * k.dilation_h
                    first, end = max(0, -begin), min(k.ifmap_w, k.span - begin)
                    if 0 <= y < k.ifmap_h and first < end:
                        beat = (y * k.ifmap_w + first) // k.beat
                        stop = (y * k.ifmap_w + end + k.beat - 1) // k.beat
                        while beat < stop:
                            beat += k.read_beats
                            needs[total] = min(beat, stop)
                            total += 1
                    else:
                        needs[total] = 0
                        total += 1
                    begin, ofmap_row = begin + k.pitch, ofmap_row + 1
                    if begin >= k.span or ofmap_row >= k.ofmap_h:
                        break
                counts[segment] = total - before
                segment += 1
    return total


@compiled
def busy_cycles(counts: np.ndarray, groups: int, taps: int, chunks: int) -> int:
    """Cycles of the array for one weight set of every group when every pixel is in the ring."""
    segments = counts.size // groups
    total = 0
    for group in range(groups):
        spent = 0
        for segment in range(group * segments, (group + 1) * segments):
            spent += max(counts[segment], taps)
        total += max(spent, chunks)
    return total
