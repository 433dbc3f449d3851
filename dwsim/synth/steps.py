"""The cached steps of a synthesis: netlist, packing, place and route."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dwsim.codegen.library import variants
from dwsim.codegen.verilog import engine_verilog
from dwsim.spec.engine_spec import EngineSpec
from dwsim.support.cache import digest_bytes
from dwsim.synth.floorplan import VERSION, blocks_netlist, place_blocks, read_sites
from dwsim.synth.harness import HARNESS, harness_verilog
from dwsim.synth.netlist import free_unused_carries, ports_of
from dwsim.synth.parse import Bels, Routed, nextpnr_bels, nextpnr_timing, yosys_cells
from dwsim.synth.request import SynthRequest
from dwsim.synth.step_cache import cached_step
from dwsim.synth.tools import ToolFailureError, find_tool

_TIMEOUT = 7200.0  # seconds, for one run of a tool
_PINS = ("TRELLIS_IO", "SB_IO")
_NETLIST, _SHELL = "netlist.json.gz", "harness.json.gz"
_PLACED = "placed.json"
_CELLS, _BELS, _REPORT = "cells.json", "bels.json", "report.json"
_YOSYS_LOG, _HARNESS_LOG, _NEXTPNR_LOG = "yosys.log", "harness.log", "nextpnr.log"


@dataclass(frozen=True)
class Netlist:
    """A synthesised engine: its cache directory, Yosys's cells, and the bels after packing."""

    directory: Path
    cells: dict[str, int]
    bels: Bels | None


def target_verilog(engine: EngineSpec, target: str) -> dict[str, str]:
    """The engine's Verilog for an FPGA family, as ``dwsim generate --target`` delivers it."""
    return engine_verilog(engine, target=variants(target))


def make_netlist(request: SynthRequest) -> Netlist:
    """Synthesises an engine with Yosys and packs the netlist with nextpnr.

    Raises:
        ToolError: if a tool fails, or if the engine does not fit the part.
    """
    target = request.target
    files = target_verilog(request.engine, target.name)
    identity = {
        "files": {name: digest_bytes(text.encode()) for name, text in files.items()},
        "top": request.engine.name,
        "synth": [*target.synth, *request.device.yosys],
        "yosys": find_tool("yosys").version,
    }
    directory = cached_step("netlist", identity, partial(_netlist, request, files))
    bels = None
    if target.nextpnr is not None:
        packed = cached_step(
            "pack",
            {"netlist": directory.name, **_nextpnr_identity(request)},
            partial(_pack, request, directory),
        )
        bels = nextpnr_bels(packed / _BELS)
    return Netlist(directory, yosys_cells(directory / _CELLS), bels)


def route(request: SynthRequest, netlist: Netlist, seed: int) -> Routed:
    """Places and routes the engine in its harness, with one seed.

    Raises:
        ToolError: if nextpnr fails.
    """
    sites = _sites(request, netlist)
    identity = {
        "netlist": netlist.directory.name,
        "freq": request.clock,
        "seed": seed,
        "options": request.target.nextpnr_options,
        "floorplan": [VERSION, *sites],
        **_nextpnr_identity(request),
    }
    made = cached_step("route", identity, partial(_route, request, netlist.directory, sites, seed))
    return nextpnr_timing(made / _REPORT)


def _sites(request: SynthRequest, netlist: Netlist) -> list[str]:
    """The sites of the multiplier blocks of the part, from a placement that uses all of them."""
    block = request.target.block
    if block is None or netlist.bels is None:
        return []
    count = netlist.bels.available[block]

    def place(folder: Path) -> None:
        (folder / "blocks.json").write_text(blocks_netlist(block, count))
        _nextpnr(request, folder, "--json", "blocks.json", "--no-route", "--write", _PLACED)

    identity = {"block": block, "count": count, **_nextpnr_identity(request)}
    return read_sites(cached_step("sites", identity, place) / _PLACED)


def _nextpnr_identity(request: SynthRequest) -> dict[str, object]:
    assert request.target.nextpnr is not None
    return {"part": _part(request), "nextpnr": find_tool(request.target.nextpnr).version}


def _part(request: SynthRequest) -> list[str]:
    speed = ["--speed", request.speed] if request.speed else []
    return [*request.device.nextpnr, *speed]


def _netlist(request: SynthRequest, files: dict[str, str], folder: Path) -> None:
    """Synthesises the engine without its harness."""
    top, synth = request.engine.name, " ".join([*request.target.synth, *request.device.yosys])
    for name, text in files.items():
        (folder / name).write_text(text)
    read = f"read_verilog {' '.join(files)}; {synth} -top {top}"
    # $scopeinfo cells keep the hierarchy and are no hardware; no other internal cell may remain.
    check = "check -assert; select -assert-none t:$* t:$scopeinfo %d"
    write = f"tee -q -o {_CELLS} stat -json; write_json netlist.json"
    find_tool("yosys").run(["-p", f"{read}; {check}; {write}"], folder, _YOSYS_LOG, _TIMEOUT)
    if request.target.nextpnr is not None:
        _insert(top, synth, folder)
        _finish(folder / "harness.json", HARNESS, folder / _SHELL)
    _finish(folder / "netlist.json", top, folder / _NETLIST)


def _insert(top: str, synth: str, folder: Path) -> None:
    """Synthesises the harness and inserts the unchanged netlist of the engine."""
    netlist = json.loads((folder / "netlist.json").read_text())
    (folder / "harness.v").write_text(harness_verilog(top, ports_of(netlist["modules"][top])))
    shell = f"read_verilog harness.v; {synth} -top {HARNESS}"
    insert = f"delete ={top}; design -copy-from engine {top}; hierarchy -top {HARNESS}"
    script = f"read_json netlist.json; design -stash engine; {shell}; {insert}; flatten"
    script = f"{script}; opt_clean; write_json harness.json"
    find_tool("yosys").run(["-p", script], folder, _HARNESS_LOG, _TIMEOUT)


def _pack(request: SynthRequest, netlist: Path, folder: Path) -> None:
    """Packs the engine without its harness; its many pins are not placed."""
    _expand(netlist / _NETLIST, folder / "netlist.json")
    _nextpnr(request, folder, "--json", "netlist.json", "--pack-only", "--report", _BELS)
    (folder / "netlist.json").unlink()
    overflow = nextpnr_bels(folder / _BELS).overflow(_PINS)
    if overflow:
        raise ToolFailureError(
            f"{request.engine.name} does not fit {request.target.title} {request.part}:"
            f" it needs {', '.join(overflow)}",
            _NEXTPNR_LOG,
        )


def _route(request: SynthRequest, netlist: Path, sites: list[str], seed: int, folder: Path) -> None:
    """Places and routes the engine in its harness."""
    _expand(netlist / _SHELL, folder / "harness.json")
    if request.target.block is not None:
        harness = json.loads((folder / "harness.json").read_text())
        place_blocks(harness["modules"][HARNESS], request.target.block, sites)
        (folder / "harness.json").write_text(json.dumps(harness))
    options = [*request.target.nextpnr_options, "--timing-allow-fail"]
    timing = ["--freq", f"{request.clock:g}", "--seed", str(seed), "--report", _REPORT]
    _nextpnr(request, folder, "--json", "harness.json", *options, *timing)
    (folder / "harness.json").unlink()


def _nextpnr(request: SynthRequest, folder: Path, *arguments: str) -> None:
    assert request.target.nextpnr is not None
    tool = find_tool(request.target.nextpnr)
    tool.run([*_part(request), *arguments], folder, _NEXTPNR_LOG, _TIMEOUT)


def _finish(path: Path, top: str, target: Path) -> None:
    """Frees unused carries and compresses; no time stamp, so that equal netlists stay equal."""
    netlist = json.loads(path.read_text())
    free_unused_carries(netlist["modules"][top])
    path.unlink()
    target.write_bytes(gzip.compress(json.dumps(netlist).encode(), compresslevel=6, mtime=0))


def _expand(path: Path, target: Path) -> None:
    with gzip.open(path, "rb") as source, target.open("wb") as out:
        shutil.copyfileobj(source, out)
