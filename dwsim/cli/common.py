"""What the commands share: their arguments and reading the spec."""

from __future__ import annotations

import argparse
from pathlib import Path

from dwsim.derive import EngineNumbers, Plan
from dwsim.errors import Rules, SpecError, Violation
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.spec_file import SpecFile, read_spec, ready_specs

ALL = "all"
"""``--interleave``: every channel group of a layer."""


def add_spec(parser: argparse.ArgumentParser) -> None:
    """SPEC."""
    ready = ", ".join(ready_specs())
    parser.add_argument("spec", metavar="SPEC", help=f"a TOML file, or one of: {ready}")


def add_layers(parser: argparse.ArgumentParser) -> None:
    """--layer."""
    parser.add_argument(
        "--layer",
        nargs="+",
        action="extend",
        metavar="NAME",
        dest="layers",
        help="only these layers (default: all)",
    )


def add_interleave(parser: argparse.ArgumentParser) -> None:
    """--interleave."""
    parser.add_argument(
        "--interleave",
        type=_interleave,
        default=1,
        metavar="N",
        help="channel groups whose pixels alternate in the streams: a divisor of each layer's, or"
        f" {ALL}, which is NHWC (default: 1, plane-major)",
    )


def add_seed(parser: argparse.ArgumentParser) -> None:
    """--seed."""
    parser.add_argument(
        "--seed",
        type=_seed,
        default=1,
        metavar="N",
        help="seed of data and stalls, not negative (default: 1)",
    )


def add_simulator(parser: argparse.ArgumentParser) -> None:
    """--sim, and --waves."""
    parser.add_argument(
        "--sim",
        choices=("verilator", "icarus"),
        default="verilator",
        help="the simulator (default: verilator)",
    )
    add_waves(parser)


def add_waves(parser: argparse.ArgumentParser) -> None:
    """--waves."""
    parser.add_argument("--waves", type=_fst, metavar="FILE.fst", help="write a waveform")


def check_waves(command: str, waves: Path | None, layers: int) -> None:
    """A waveform is of one layer.

    Raises:
        SpecError: when there are several.
    """
    rules = Rules(command)
    rules.require(
        waves is None or layers == 1,
        "--waves",
        str(waves),
        "is one simulation's waveform: choose one layer with --layer",
    )
    rules.raise_if_any()


def _interleave(text: str) -> int | str:
    if text != ALL and not text.isdecimal():
        raise argparse.ArgumentTypeError(
            f"must be a number of channel groups or {ALL}, not {text!r}"
        )
    return text if text == ALL else int(text)


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be an integer of at least 0, not {text!r}")
    return int(text)


def _fst(text: str) -> Path:
    # A viewer goes by the name: anything else would not open.
    if not text.endswith(".fst"):
        raise argparse.ArgumentTypeError(f"must be named *.fst, the format, not {text!r}")
    return Path(text)


def load_spec(path_or_name: str) -> SpecFile:
    """The spec, after checking that every layer fits the engine.

    Raises:
        SpecError: what ``read_spec`` raises; else every rule that the engine's numbers or any
            layer's fit break, together.
    """
    spec = read_spec(path_or_name)
    found: list[Violation] = []
    try:
        EngineNumbers(spec.engine)
        for index, layer in enumerate(spec.layers):
            found += _misfits(index, layer, spec)
    except SpecError as error:
        found += [Violation(f"engine.{v.field}", v.value, v.rule) for v in error.violations]
    if found:
        raise SpecError(str(spec.path), found)
    return spec


def _misfits(index: int, layer: LayerSpec, spec: SpecFile, interleave: int = 1) -> list[Violation]:
    """Why a layer does not fit the engine of its spec when so many channel groups interleave."""
    where = f"layer[{index}] ({layer.name})"
    try:
        Plan(layer, spec.engine, interleave=interleave)
    except SpecError as error:
        fields = {"ofmap": f"{where}.ofmap", "interleave": "--interleave"}
        return [
            Violation(
                fields.get(v.field, f"engine.{v.field}"),
                v.value,
                v.rule if v.field == "ofmap" else f"{where}: {v.rule}",
            )
            for v in error.violations
        ]
    return []


def load_layers(arguments: argparse.Namespace) -> tuple[SpecFile, tuple[LayerSpec, ...]]:
    """The spec and those of its layers that ``--layer`` chose: at least one."""
    spec = load_spec(arguments.spec)
    if not spec.layers:
        rule = "is required: this spec has no [[layer]] to run"
        raise SpecError(str(spec.path), [Violation("layer", None, rule)])
    if arguments.layers is None:
        return spec, spec.layers
    return spec, spec.select(arguments.layers, "--layer")


def load_plans(arguments: argparse.Namespace) -> tuple[SpecFile, list[Plan]]:
    """The spec, and the layers that ``--layer`` chose, in the order of ``--interleave``.

    Raises:
        SpecError: what ``load_layers`` raises; else why any of the layers cannot interleave so.
    """
    spec, layers = load_layers(arguments)
    found: list[Violation] = []
    plans = []
    for layer in layers:
        plan = Plan(layer, spec.engine)
        wanted = plan.channel_groups if arguments.interleave == ALL else arguments.interleave
        misfits = _misfits(spec.layers.index(layer), layer, spec, wanted)
        if not misfits:
            plans.append(Plan(layer, spec.engine, interleave=wanted))
        found += misfits
    if found:
        raise SpecError(str(spec.path), found)
    return spec, plans
