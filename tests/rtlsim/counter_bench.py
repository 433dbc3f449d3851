"""Runs in the simulator: the counter counts, and the arguments of the run arrive."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, Timer


@cocotb.test()
async def counts_enabled_cycles(dut: Any) -> None:
    dut.enable.value = 0
    dut.rst.value = 0
    await Timer(1, "ns")
    if "COUNTER_REPORT" in os.environ:
        start = str(dut.scratch.value)
        Path(os.environ["COUNTER_REPORT"]).write_text(f"{start} {random.getrandbits(32)}")
    Clock(dut.clk, 10, "ns").start()
    dut.rst.value = 1
    await RisingEdge(dut.clk)
    await RisingEdge(dut.clk)
    dut.rst.value = 0
    dut.enable.value = 1
    for expected in range(int(os.environ.get("COUNTER_CYCLES", "20"))):
        await RisingEdge(dut.clk)
        assert int(dut.count.value) == expected % 2 ** len(dut.count)


@cocotb.test(skip="COUNTER_WRONG" not in os.environ)
async def is_wrong(dut: Any) -> None:
    await Timer(1, "ns")
    assert len(dut.count) == 99, "a counter of 99 bits was wanted"


@cocotb.test(skip="COUNTER_CRASH" not in os.environ)
async def crashes(_dut: Any) -> None:
    print("last words", flush=True)
    sys.stdout.flush()
    os.abort()


@cocotb.test(skip="COUNTER_HANG" not in os.environ)
async def hangs(dut: Any) -> None:
    Clock(dut.clk, 10, "ns").start()
    while True:
        await RisingEdge(dut.clk)
