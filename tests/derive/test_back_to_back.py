"""The starts of layers of several streams: those of all their streams in a row."""

from __future__ import annotations

import random
from itertools import accumulate, pairwise

from dwsim.derive import interval_cycles, layer_starts, start_cycles
from dwsim.derive.back_to_back import StreamCycles, layer_times

CASES = 300


def test_layers_start_when_their_first_streams_do(seed: int) -> None:
    """Streams of any times, some of which load parameters that take longer than a stream."""
    rng = random.Random(seed)
    late = 0
    for _ in range(CASES):
        sizes = [rng.randint(1, 4) for _ in range(rng.randint(1, 5))]
        streams = [
            StreamCycles(rng.randint(10, 60), rng.choice([0, 0, 7]), rng.randint(1, 150))
            for _ in range(sum(sizes))
        ]
        firsts = [0, *accumulate(sizes)]
        loads = [index in firsts or rng.random() < 0.5 for index in range(len(streams))]
        starts = start_cycles(streams * 3, loads * 3)
        layers = [
            layer_times(streams[first:end], loads[first:end]) for first, end in pairwise(firsts)
        ]
        assert layer_starts(layers) == [starts[first] for first in firsts[:-1]]
        assert interval_cycles(layers) == starts[2 * len(streams)] - starts[len(streams)]
        late += any(layer.load_cycle for layer in layers[:-1])
    assert late > CASES // 4
