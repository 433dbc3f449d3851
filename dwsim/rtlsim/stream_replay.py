"""A C++ bench around a Verilated engine: runs jobs, and replays them on mutants of its netlist.

``stream_replay.cpp`` drives the ports, with the same streams and kinds of stalls as the cocotb
bench, and compares recorded ports in every cycle. It needs no Python while it runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dwsim.codegen.module_ports import module_ports
from dwsim.errors import ToolError
from dwsim.rtlsim.build import keep_runtime, lend_runtime
from dwsim.rtlsim.compile_units import write_compile_units
from dwsim.rtlsim.job import Job
from dwsim.rtlsim.job_stream import JobStream
from dwsim.rtlsim.replay_ports import ports_header
from dwsim.rtlsim.toolchain import cxx_compiler, find_verilator, verilator_environment
from dwsim.spec.engine_spec import EngineSpec
from dwsim.stream.stalls import PROFILES
from dwsim.support.processes import cores, run_command

_SOURCES = {
    "stream_replay": ("stream_replay.h", "stream_replay.cpp"),
    "stream_lockstep": (
        "stream_replay.h",
        "port_model.h",
        "stream_lockstep.h",
        "stream_lockstep.cpp",
    ),
}
_BUILD_SECONDS = 900.0
_RUN_SECONDS = 1800.0


@dataclass(frozen=True)
class BusWrite:
    """A write of a register, ``gap`` cycles after the answer to the operation before."""

    address: int
    data: int
    strobe: int = 15
    gap: int = 0

    @property
    def words(self) -> tuple[int, ...]:
        """For the case file."""
        return (0, self.address, self.data, self.strobe, self.gap)


@dataclass(frozen=True)
class BusRead:
    """A read of a register; with a mask it is repeated until ``word & mask == value``."""

    address: int
    mask: int = 0
    value: int = 0
    gap: int = 0

    @property
    def words(self) -> tuple[int, ...]:
        """For the case file."""
        return (2 if self.mask else 1, self.address, self.value, self.mask, self.gap)


@dataclass(frozen=True)
class Verdict:
    """The end of one mutant: "survived", or the kind and place of its first difference.

    ``kind`` is "cycle" if a handshake or a status port differs, "value" if only payload does.
    """

    mutant: int
    kind: str
    port: str = ""
    cycle: int = 0


@dataclass(frozen=True)
class Replay:
    """The recorded cycles, the ofmap words of each job, and the verdict on each mutant."""

    cycles: int
    ofmaps: dict[int, list[int]] = field(repr=False)
    verdicts: tuple[Verdict, ...]


def bench_sources(bench: str = "stream_replay") -> tuple[tuple[str, str], ...]:
    """The C++ files of a bench: name and text."""
    return tuple((name, (Path(__file__).parent / name).read_text()) for name in _SOURCES[bench])


def build_replay(
    top: str,
    header: str,
    sources: Sequence[Path],
    folder: Path,
    bench: str | Path = "stream_replay",
    optimise: str = "-O1",
    extra: Sequence[str] = (),
) -> Path:
    """Builds a bench around a netlist; returns its executable.

    Args:
        top: the name of the module.
        header: the Verilog text of the top before it was made a netlist, for its ports.
        sources: the Verilog files; an input ``mutsel`` selects the mutant, if the top has one.
        folder: gets the build.
        bench: "stream_replay", "stream_lockstep", or a C++ file that includes stream_replay.h.
        optimise: the C++ compiler's option.
        extra: more options of Verilator.

    Raises:
        ToolError: with the end of the log, if the build fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(path.read_text() for path in sources)
    (folder / "ports.h").write_text(ports_header(top, module_ports(top, header), text))
    own = [(bench.name, bench.read_text())] if isinstance(bench, Path) else []
    stem = bench.stem if isinstance(bench, Path) else bench
    for name, source in [*bench_sources("stream_replay" if own else stem), *own]:
        (folder / name).write_text(source)
    options = "--cc --exe -O3 -Wno-fatal -Wno-lint -Wno-style -Wno-MULTITOP --no-assert"
    options += " --x-initial unique --x-assign fast --prefix Vtop"
    objects = folder / "obj"
    verilate: list[str | Path] = [find_verilator().executable, *options.split()]
    verilate += [*extra, "--top-module", top, "--Mdir", objects, "-CFLAGS", f"-I{folder}"]
    verilate += ["-o", stem, folder / f"{stem}.cpp", *sources]
    variables = {"OPT_FAST": optimise, "OPT_SLOW": "-O0"}
    environment = verilator_environment(variables)
    runtime = _runtime_identity(variables)
    if any(option.startswith("--coverage") for option in extra):
        runtime |= {"coverage": True}  # the library is compiled with another macro
    _run(verilate, top, environment, folder)
    lend_runtime(runtime, objects)
    make: list[str | Path] = ["make", "-j", str(cores()), "-C", objects, "-f", "Vtop.mk"]
    _run([*make, *write_compile_units(objects, "Vtop")], top, environment, folder)
    keep_runtime(runtime, objects)
    return objects / stem


def _run(
    command: Sequence[str | Path], top: str, environment: dict[str, str], folder: Path
) -> None:
    done = run_command(
        command, seconds=_BUILD_SECONDS, environment=environment, merge_errors=True, folder=folder
    )
    if done.exit_code != 0:
        raise ToolError(f"{Path(command[0]).name} {done.ending} on {top}:\n{done.tail}")


def _runtime_identity(variables: dict[str, str]) -> dict[str, object]:
    """Everything that the run-time library of a bench in C++ depends on."""
    tool = find_verilator()
    version = {"version": tool.version, "executable": str(tool.executable)}
    return {"bench": "C++", "compiler": cxx_compiler(), "make": variables, **version}


def run_replay(
    executable: Path,
    engine: EngineSpec,
    jobs: Sequence[Job],
    folder: Path,
    *,
    bus: Sequence[BusWrite | BusRead] = (),
    mutants: tuple[int, int] = (1, 0),
    has_config: bool = True,
) -> Replay:
    """Runs the jobs on the sound engine, then replays them on the mutants from first to last.

    Of a job's stall profile the bench in C++ takes the shares, the length of the bursts and the
    stop of the sink at the start. With "boundary", geometry and streams wait some cycles after the
    job before, by the seed; it has no waits between planes.

    Raises:
        ToolError: if the sound engine hangs, or the bench crashes.
    """
    folder = folder.resolve()
    case, output = folder / "case.bin", folder / "ofmap.bin"
    np.array(_case_words(engine, jobs, bus, has_config), np.uint32).tofile(case)
    done = run_command(
        [executable.resolve(), case, output, *map(str, mutants)],
        seconds=_RUN_SECONDS,
        merge_errors=True,
        folder=folder,
    )
    if done.exit_code != 0:
        raise ToolError(f"{executable.name} {done.ending}: {done.tail}")
    verdicts = []
    cycles = 0
    for line in done.output.splitlines():
        parts = line.split()
        if parts[0] == "cycles":
            cycles = int(parts[1])
        elif parts[2] == "survived":
            verdicts.append(Verdict(int(parts[1]), "survived"))
        else:
            verdicts.append(Verdict(int(parts[1]), parts[2], parts[3], int(parts[4])))
    width = JobStream(jobs[0], jobs[0].plan(engine)).plan.numbers.formats.ofmap_beat_width
    return Replay(cycles, _ofmap_words(output, -(-width // 32)), tuple(verdicts))


def _ofmap_words(path: Path, count: int) -> dict[int, list[int]]:
    """The ofmap beats of each job, as integers."""
    found: dict[int, list[int]] = {}
    for job, *words in np.fromfile(path, np.uint32).reshape(-1, 1 + count).tolist():
        found.setdefault(job, []).append(sum(word << 32 * i for i, word in enumerate(words)))
    return found


def _case_words(
    engine: EngineSpec,
    jobs: Sequence[Job],
    bus: Sequence[BusWrite | BusRead],
    has_config: bool,
) -> list[int]:
    words = [len(jobs)]
    for job in jobs:
        stream = JobStream(job, job.plan(engine))
        formats = stream.plan.numbers.formats
        profile = PROFILES[job.stalls]
        shares = (int(1000 * profile.source), int(1000 * profile.sink), int(profile.burst))
        words += [job.reset_after or 0, *shares, int(profile.stopped), job.seed, int(job.load)]
        words += _waits(job, has_config)
        if has_config:
            ports = stream.plan.config_words() | {"load": int(job.load)}
            for fields in stream.plan.numbers.config_fields:
                words += _split(ports[fields.name], fields.total_width)
        for beats, width in (
            (stream.param, formats.param_beat_width),
            (stream.ifmap, formats.ifmap_beat_width),
        ):
            words.append(len(beats))
            for beat in beats:
                words += _split(beat, width)
    words.append(len(bus))
    for operation in bus:
        words += operation.words
    return words


def _waits(job: Job, has_config: bool) -> tuple[int, int, int]:
    """Cycles from the end of the job before until geometry, parameters and ifmap are offered.

    The registers of a bus take their geometry in some hundred cycles; there streams wait longer.
    """
    if not PROFILES[job.stalls].boundary:
        return 0, 0, 0
    wait = job.seed // 5 % 24 * (1 if has_config else 40)
    return job.seed % 5, wait if job.seed % 2 else 0, wait


def _split(value: int, width: int) -> list[int]:
    """Words of 32 bits, the lowest first."""
    return [value >> at & 0xFFFFFFFF for at in range(0, width, 32)]
