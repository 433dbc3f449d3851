"""Random accesses of the registers, and layers that must run after them: the bench in C++."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dwsim import EngineSpec
from dwsim.codegen.register_files import axil_name, axil_verilog
from dwsim.derive import numbers_of
from dwsim.errors import ToolError
from dwsim.host.register_map import register_map
from dwsim.rtlsim.lockstep_pool import beat_words
from dwsim.rtlsim.stream_replay import build_replay
from dwsim.stream.layout import keep_words, pack_ifmap, pack_ofmap, pack_parameters
from dwsim.support.processes import run_command
from tests.host.layers import QUANTISED, RAW, SERIAL, Work, random_work

BENCH = Path(__file__).parent / "random_writes.cpp"
WORKS = 24
"""Layers of a case."""
_RUN_SECONDS = 3600.0

Edit = Callable[[dict[str, str]], dict[str, str]]


@dataclass(frozen=True)
class Figures:
    """What the episodes of a run did.

    ``refused``: accesses that the bus refused; ``begun``: episodes in which a random start had
    become a stream; ``soft``, ``hard`` and ``none``: the resets after the random accesses.
    """

    episodes: int
    cycles: int
    accesses: int
    refused: int
    begun: int
    soft: int
    hard: int
    none: int


def build(engine: EngineSpec, folder: Path, edit: Edit = lambda files: files) -> Path:
    """Builds the bench around an engine with its AXI4-Lite port."""
    files = edit(axil_verilog(engine, in_bytes=False))
    folder.mkdir(parents=True, exist_ok=True)
    sources = []
    for name, text in files.items():
        (folder / name).write_text(text)
        sources.append(folder / name)
    top = axil_name(engine)
    return build_replay(top, files[f"{top}.v"], sources, folder / "bench", BENCH, "-O1")


def write_case(path: Path, engine: EngineSpec, seed: int) -> None:
    """Writes the registers and random layers as the words that C++ reads."""
    registers = register_map(numbers_of(engine))
    errors = registers["errors"]
    words = [registers[name].offset for name in ("control", "soft_reset", "status", "errors")]
    flags = [field for field in errors.fields if field.kind == "flag"]
    words.append(sum(field.mask for field in flags))
    words.append(sum(field.mask for field in flags if field.name != "bad_geometry"))
    words.append(registers["last_cycles"].offset)
    words.append(2 * len(registers.registers))
    for register in registers.registers:
        words += [register.offset, max(field.lsb + field.width for field in register.fields)]
    rng = random.Random(f"{engine.name} {seed}")
    works = [random_work(engine, rng.getrandbits(30)) for _ in range(WORKS)]
    parts = [np.array([*words, len(works)], np.uint32)]
    for work in works:
        parts += _work_words(
            work, [word for pair in registers.config_writes(work.plan) for word in pair]
        )
    np.concatenate(parts).tofile(path)


def _work_words(work: Work, writes: list[int]) -> list[np.ndarray]:
    plan = work.plan
    formats, engine = plan.numbers.formats, plan.engine
    keep = [[word >> i & 1 for i in range(formats.ofmap_beat_values)] for word in keep_words(plan)]
    kept = np.array(keep, np.int64)
    lists = [
        np.array(writes, np.uint32),
        beat_words(pack_parameters(work.weight, plan), engine.weight_width),
        beat_words(pack_ifmap(work.ifmap, plan), engine.ifmap_width),
        beat_words(pack_ofmap(work.ofmap, plan) * kept, formats.ofmap_width),
        beat_words(-kept, formats.ofmap_width),
        beat_words(kept, 1),
    ]
    words = [np.array([plan.cycles, plan.ofmap_beats], np.uint32)]
    for numbers in lists:
        words += [np.array([numbers.size], np.uint32), numbers.reshape(-1)]
    return words


def run(
    executable: Path, case: Path, seed: int, episodes: int, fault: str = ""
) -> tuple[Figures, str]:
    """Runs episodes; returns the figures, and the promise that broke (empty: none).

    Raises:
        ToolError: if the bench crashes.
    """
    command: list[str | Path] = [executable, case, str(seed), str(episodes)]
    command += [f"+{fault}"] if fault else []
    done = run_command(command, seconds=_RUN_SECONDS, merge_errors=True)
    lines = done.output.splitlines()
    if done.exit_code not in (0, 1) or not lines or not lines[-1].startswith("episodes"):
        raise ToolError(f"{executable.name} {done.ending}: {done.tail}")
    figures = Figures(*map(int, lines[-1].split()[1::2]))
    return figures, "" if done.exit_code == 0 else lines[-2]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs episodes on each build; returns 1 if a promise breaks."""
    parser = argparse.ArgumentParser(prog="python -m tests.host.random_writes", description=__doc__)
    parser.add_argument("--episodes", type=int, default=100_000, help="of each build")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    failures = 0
    for engine in (RAW, QUANTISED, SERIAL):
        with tempfile.TemporaryDirectory(prefix="dwsim-host-") as name:
            executable, case = build(engine, Path(name)), Path(name) / "case.bin"
            write_case(case, engine, arguments.seed)
            figures, broken = run(executable, case, arguments.seed, arguments.episodes)
        print(f"{engine.name}: {figures} {broken}", flush=True)
        failures += broken != ""
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
