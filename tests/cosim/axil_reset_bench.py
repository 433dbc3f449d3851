"""Runs inside the simulator: the AXI4-Lite top accepts nothing on any port in reset."""

from __future__ import annotations

import random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge

CLOCK_NS = 10
HELD_CYCLES = 8
STREAMS = ("s_axis_param_t", "s_axis_ifmap_t")
CHANNELS = ("s_axil_aw", "s_axil_w", "s_axil_ar")
SOFT_RESET = 0x44
"""Byte address of the register; its bit 0 resets the core."""


def _readies(dut: Any) -> dict[str, int]:
    return {name: int(getattr(dut, f"{name}ready").value) for name in (*STREAMS, *CHANNELS)}


def _offer(dut: Any, valid: int, address: int = 0) -> None:
    """Every valid of the streams and of the bus; the bus writes 1 to ``address``, and reads.

    The payload of the streams is noise, which run_simulator seeds. But the beats that the engine
    takes are not the last of their tensors: the loader closes its port at the end of a tensor.
    """
    for name in (*STREAMS, *CHANNELS):
        getattr(dut, f"{name}valid").value = valid
    for name in STREAMS:
        data = getattr(dut, f"{name}data")
        data.value = random.getrandbits(len(data))
        getattr(dut, f"{name}last").value = 0 if valid else random.getrandbits(1)
    dut.s_axil_awaddr.value = dut.s_axil_araddr.value = address
    dut.s_axil_wdata.value, dut.s_axil_wstrb.value = 1, 0xF


async def _edge(dut: Any) -> dict[str, int]:
    """The readies of the cycle that ends here."""
    await RisingEdge(dut.clk)
    return _readies(dut)


@cocotb.test()
async def nothing_is_accepted_in_reset(dut: Any) -> None:
    """Held in reset with every valid up; and a soft reset, which is the core's alone."""
    dut.clk.value, dut.rst.value = 0, 1
    for name in ("s_axil_awprot", "s_axil_arprot", "s_axil_bready", "s_axil_rready"):
        getattr(dut, name).value = 0
    dut.m_axis_ofmap_tready.value = 1
    _offer(dut, 1, SOFT_RESET)
    Clock(dut.clk, CLOCK_NS, unit="ns").start(start_high=False)
    none = dict.fromkeys((*STREAMS, *CHANNELS), 0)
    await RisingEdge(dut.clk)  # at power-up, before the reset has reached any register
    for cycle in range(1, HELD_CYCLES):
        seen = await _edge(dut)
        assert seen == none, f"cycle {cycle} in reset, expected no ready: {seen}"
    dut.rst.value = 0
    seen = await _edge(dut)
    assert seen == none, f"first cycle after reset, expected no ready: {seen}"
    seen = await _edge(dut)
    assert all(seen.values()), f"second cycle after reset, expected every ready: {seen}"
    _offer(dut, 0)
    # The write of the soft reset and the read, which were taken in that cycle and in no other,
    # are answered; the core's streams are closed for one cycle.
    closed = 0
    for _ in range(HELD_CYCLES):
        seen = await _edge(dut)
        streams = {seen[name] for name in STREAMS}
        assert len(streams) == 1, f"one stream is in reset, the other is not: {seen}"
        closed += streams == {0}
    assert closed == 1, f"the soft reset closed the streams for {closed} cycles, expected 1"
    assert dut.s_axil_bvalid.value == 1
    assert dut.s_axil_bresp.value == 0
    assert dut.s_axil_rvalid.value == 1
