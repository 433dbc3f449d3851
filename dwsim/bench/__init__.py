"""A bench for depthwise engines that dwsim did not generate: cocotb components and a pytest face.

Nothing here knows the RTL of dwsim. Port names, widths, the order of beats and the requantisation
are arguments.
"""

from dwsim.bench.beat_order import EMPTY, Order, nhwc, pack, padded, plane_major, positions
from dwsim.bench.bench_case import Case, NumberFormats
from dwsim.bench.bench_run import Run
from dwsim.bench.bench_test import BenchTest, test
from dwsim.bench.coverage_table import Axis, Coverage, Cross
from dwsim.bench.design import Design
from dwsim.bench.layer_space import LayerSpace
from dwsim.bench.scoreboard import Scoreboard
from dwsim.bench.stream_ports import StreamMonitor, StreamSink, StreamSource
from dwsim.bench.write_port import WritePort
from dwsim.stream.stalls import StallProfile

__all__ = [
    "EMPTY",
    "Axis",
    "BenchTest",
    "Case",
    "Coverage",
    "Cross",
    "Design",
    "LayerSpace",
    "NumberFormats",
    "Order",
    "Run",
    "Scoreboard",
    "StallProfile",
    "StreamMonitor",
    "StreamSink",
    "StreamSource",
    "WritePort",
    "nhwc",
    "pack",
    "padded",
    "plane_major",
    "positions",
    "test",
]
