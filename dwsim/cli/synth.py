"""``dwsim synth``: the area of an engine on an FPGA, and its clock frequency."""

from __future__ import annotations

import argparse
import os
from typing import Any

from dwsim.cli.arguments import add_command, add_form, add_spec, positive
from dwsim.cli.loading import load_spec
from dwsim.errors import ToolError
from dwsim.spec.canonical import spec_hash
from dwsim.support.progress import progress
from dwsim.support.text_table import Column, csv_text, json_text, text_table
from dwsim.synth.flow import runs, synthesise
from dwsim.synth.harness import INSTANCE
from dwsim.synth.parse import CriticalPath
from dwsim.synth.request import SynthRequest, SynthResult
from dwsim.synth.targets import TARGETS

COLUMNS = (
    Column("engine", "engine", "text"),
    Column("target", "target", "text"),
    Column("part", "part", "text"),
    Column("multipliers", "multipliers"),
    Column("lut", "LUT"),
    Column("ff", "FF"),
    Column("dsp", "DSP"),
    Column("bram", "block RAM"),
    Column("lut_per_multiplier", "LUT/mult.", "number"),
    Column("ff_per_multiplier", "FF/mult.", "number"),
    Column("fmax_worst", "worst Fmax", "number"),
    Column("fmax_median", "median", "number"),
)


MAX_SEEDS = 1000
"""More than this is a slip: each seed is a run of nextpnr."""


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = add_command(
        commands,
        "synth",
        summary="measure the cells and the clock of an engine on an FPGA",
        description="Synthesises an engine with Yosys, places and routes it with nextpnr, and"
        " reports its cells and the Fmax of each seed.",
        examples=(
            ("dwsim synth tiny --target ecp5 --seeds 1", "cells and Fmax of one placement"),
            (
                "dwsim synth mobilenet_v1_8 --target ecp5 --critical-path",
                "also the slowest path of the worst of three placements",
            ),
        ),
    )
    add_spec(parser)
    parser.add_argument(
        "--target", required=True, metavar="NAME", help=f"one of: {', '.join(TARGETS)}"
    )
    parts = "; ".join(f"{t.name}: {', '.join(t.devices)}" for t in TARGETS.values())
    parser.add_argument("--device", metavar="NAME", help=f"the part ({parts})")
    parser.add_argument(
        "--speed", metavar="GRADE", help="speed grade of an ECP5: 6, 7 or 8 (default: 8)"
    )
    parser.add_argument(
        "--seeds",
        type=_seeds,
        default=3,
        metavar="N",
        help="number of nextpnr runs (default: 3)",
    )
    parser.add_argument("--freq", type=float, metavar="MHZ", help="target clock of place and route")
    parser.add_argument(
        "--jobs",
        type=positive,
        default=os.cpu_count() or 1,
        metavar="N",
        help="number of parallel tools (default: one per core)",
    )
    parser.add_argument(
        "--critical-path", action="store_true", help="also print the slowest path of the worst seed"
    )
    add_form(parser, lines=True)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the command."""
    spec = load_spec(arguments.spec)
    request = SynthRequest(
        spec.engine,
        arguments.target,
        arguments.device,
        arguments.speed,
        arguments.freq,
        tuple(range(1, arguments.seeds + 1)),
    )
    with progress(runs([request]), "run", arguments.lines) as bar:
        (result,) = synthesise([request], arguments.jobs, bar.advance)
    if isinstance(result, ToolError):
        raise result
    found = {"spec_hash": spec_hash(spec.engine, ()), **document(result)}
    if arguments.csv:
        print(csv_text(COLUMNS, [row(result)]), end="")
    elif arguments.json:
        print(json_text(found), end="")
    elif arguments.lines is not None:
        arguments.lines.document(found)
    else:
        print(_text(result), end="")
        if arguments.critical_path and result.worst_seed is not None:
            path = result.routed[result.worst_seed].path
            if path is not None:
                print(f"\n{_path_text(path, result.worst_seed)}", end="")
    return 0


def _seeds(text: str) -> int:
    """An argument's type: the number of runs of nextpnr."""
    count = positive(text)
    if count > MAX_SEEDS:
        raise argparse.ArgumentTypeError(f"must be at most {MAX_SEEDS}, not {text!r}")
    return count


def row(result: SynthResult) -> dict[str, Any]:
    """The figures of a result, by the keys of ``COLUMNS``."""
    request = result.request
    return {
        "engine": request.engine.name,
        "target": request.target_name,
        "part": request.part,
        "multipliers": request.engine.multipliers,
        "lut": result.cells.lut,
        "ff": result.cells.ff,
        "dsp": result.cells.dsp,
        "bram": result.cells.bram,
        "lut_per_multiplier": result.lut_per_multiplier,
        "ff_per_multiplier": result.ff_per_multiplier,
        "fmax_worst": result.fmax_worst,
        "fmax_median": result.fmax_median,
    }


def document(result: SynthResult) -> dict[str, Any]:
    """The whole result, for JSON."""
    worst = result.worst_seed
    path = None if worst is None else result.routed[worst].path
    return {
        **row(result),
        "freq": result.request.clock if result.routed else None,
        "fmax": {str(seed): fmax for seed, fmax in result.fmax.items()},
        "cells": dict(result.request.target.cells),
        "netlist": dict(result.netlist),
        "tools": dict(result.tools),
        "critical_path": None if path is None else _path_document(path),
    }


def _path_document(path: CriticalPath) -> dict[str, Any]:
    return {
        "delay_ns": path.delay,
        "routing_ns": path.routing,
        "source": path.source,
        "sink": path.sink,
        "steps": [
            {
                "kind": step.kind,
                "delay_ns": step.delay,
                "source": step.source,
                "sink": step.sink,
                "net": step.net,
                "distance": list(step.distance),
            }
            for step in path.steps
        ],
    }


def _text(result: SynthResult) -> str:
    target = result.request.target
    names = ", ".join(f"{key.upper()}: {cells}" for key, cells in target.cells.items())
    lines = [text_table(COLUMNS, [row(result)]), f"{names}\n"]
    if result.routed:
        seeds = ", ".join(f"seed {seed}: {fmax:.1f}" for seed, fmax in result.fmax.items())
        lines.append(
            f"nextpnr-reported Fmax in MHz, target clock {result.request.clock:g}: {seeds}\n"
        )
        lines += [f"{note}\n" for note in target.notes]
    else:
        lines.append("no Fmax: this target is not placed and routed\n")
    tools = ", ".join(f"{name} {version}" for name, version in result.tools.items())
    return "".join([*lines, f"{tools}\n"])


def _path_text(path: CriticalPath, seed: int) -> str:
    lines = [
        f"slowest path of seed {seed}: {path.delay:.2f} ns, {path.routing:.2f} ns of it routing",
        f"  from {_inner(path.source)}",
        f"  to   {_inner(path.sink)}",
    ]
    net = path.slowest_net
    if net is not None and net.net is not None:
        lines.append(f"  net with most delay: {_inner(net.net)}, {net.delay:.2f} ns")
    for step in path.steps:
        place = _inner(step.sink)
        if step.net is not None:
            across, down = step.distance
            place = f"net {_inner(step.net)} to {place}, {across} tiles across, {down} down"
        lines.append(f"  {step.delay:6.2f} ns  {step.kind:8}  {place}")
    return "".join(f"{line}\n" for line in lines)


def _inner(name: str) -> str:
    """A name without the instance of the engine; names of the harness stay whole."""
    return name.removeprefix(f"{INSTANCE}.")
