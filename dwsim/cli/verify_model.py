"""``dwsim verify MODEL``: the depthwise layers of a model file against the format's runtime."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dwsim.cli import kept
from dwsim.cli.data_options import given
from dwsim.cli.engine_options import engine_fields
from dwsim.cli.model_options import input_shapes, is_onnx
from dwsim.codegen.readme import multipliers
from dwsim.errors import MismatchError, Rules, SpecError, Violation
from dwsim.rtlsim.cosim import SIGNALS
from dwsim.spec.canonical import spec_hash
from dwsim.spec.quantisation_limits import INTEGER_ROUNDINGS, ROUNDINGS
from dwsim.support.optional_packages import onnx_packages
from dwsim.support.progress import progress
from dwsim.support.text_table import Column, csv_text, json_text, text_table
from dwsim.verification.assessment import in_words
from dwsim.verification.float_comparison import verdict_of
from dwsim.verification.kept_verdicts import KeptVerdicts
from dwsim.verification.network_result import LayerResult, NetworkResult, Progress

COLUMNS = (
    Column("layer", "layer", "text"),
    Column("ifmap", "ifmap", "text"),
    Column("kernel", "kernel", "text"),
    Column("stride", "stride", "text"),
    Column("dilation", "dilation", "text"),
    Column("rounding", "rounding", "text"),
    Column("cycles", "cycles"),
    Column("law", "law"),
    Column("ideal", "ideal"),
    Column("bound", "bound"),
    Column("bound_share", "bound/cycles", "share"),
    Column("utilisation", "utilisation", "share"),
    Column("differing", "differing"),
    Column("verdict", "verdict", "text"),
)


def run(arguments: argparse.Namespace) -> int:
    """Runs the command on ``arguments.spec``, a ``.tflite`` or ``.onnx`` file."""
    _check_options(arguments)
    with progress(0, "beat", arguments.lines) as bar:

        def show(step: str, done: int, total: int) -> None:
            bar.describe(step)
            bar.show(done, total)

        result = _verified(arguments, show)
    rows = [_row(layer, result.runtime) for layer in result.layers]
    if arguments.json:
        print(json_text(document(result, rows)), end="")
    elif arguments.csv:
        print(csv_text(COLUMNS, rows), end="")
    elif arguments.lines is not None:
        arguments.lines.document(document(result, rows))
    else:
        print(text(result, rows), end="")
    print(kept.line(rows), end="", file=sys.stderr)
    if result.alone:
        print(f"layers run alone, on random data: {result.alone}", file=sys.stderr)
    for line in (*result.host_notes, *result.rest):
        print(line, file=sys.stderr)
    if result.wrong:
        message = f"{result.wrong} values differ from those of {result.runtime}"
        raise MismatchError(f"{message}; {result.doubt}" if result.doubt else message)
    if arguments.strict and result.rest:
        rule = "with --strict every layer must run and be compared"
        raise SpecError(arguments.spec, [Violation("layers", len(result.rest), rule)])
    return 0


def _verified(arguments: argparse.Namespace, show: Progress) -> NetworkResult[Any]:
    sizes = (arguments.batch, input_shapes(arguments))
    options: dict[str, Any] = {
        "stalls": arguments.stalls,
        "seed": arguments.seed,
        "simulator": arguments.sim,
        "array": engine_fields("verify", arguments),
        "verdicts": KeptVerdicts(arguments.seed, arguments.again),
        "lockstep": arguments.lockstep,
        "progress": show,
    }
    # Here and not at the top: each format needs packages of its own.
    if is_onnx(arguments.spec):
        with onnx_packages():
            from dwsim.verification.against_onnxruntime import verify_onnx
            from dwsim.workloads.onnx_model import read_onnx

            model = read_onnx(arguments.spec, *sizes)
            return verify_onnx(model, arguments.lanes, optimise=arguments.optimise, **options)
    from dwsim.verification.against_interpreter import verify_network
    from dwsim.workloads.tflite import read_model

    # In the order of ROUNDINGS, each once.
    given = arguments.roundings or INTEGER_ROUNDINGS
    options["roundings"] = [rounding for rounding in ROUNDINGS if rounding in given]
    return verify_network(read_model(arguments.spec, *sizes), arguments.lanes, **options)


def _check_options(arguments: argparse.Namespace) -> None:
    """Refuses the options that only specs have."""
    rules = Rules("verify")
    for option, value, default in (
        ("--layer", arguments.layers, None),
        ("--waves", arguments.waves, None),
        ("--static", arguments.static, False),
        ("--interleave", arguments.interleave, 1),
    ):
        rules.require(value == default, option, value, "is for specs, not for model files")
    for option, value in given(arguments):
        rules.require(False, option, value, "is for specs, not for model files")
    rules.require(
        arguments.stalls != "all", "--stalls", "all", "must be one profile for a model file"
    )
    rules.require(
        not arguments.optimise or is_onnx(arguments.spec),
        "--optimise",
        True,
        "is for .onnx files: LiteRT's two sets of kernels are both compared",
    )
    rules.require(
        arguments.roundings is None or not is_onnx(arguments.spec),
        "--rounding",
        arguments.roundings,
        "is for .tflite files",
    )
    rules.raise_if_any()


def _row(result: LayerResult[Any], runtime: str) -> dict[str, Any]:
    layer, plan = result.verified.job.layer, result.verified.plan
    model = "RTL = model" if result.verified.compared == SIGNALS else "RTL"
    verdict = f"{model} = {runtime.removeprefix('the ')}"
    if not result.is_compared:
        verdict = f"{model} = golden; not comparable"
    elif result.wrong:
        verdict = f"{result.wrong} values wrong"
    elif result.comparisons:
        apart = verdict_of(result.comparisons, result.differing, result.verified.ofmap.size)
        verdict = f"{model} = golden; {apart}"
    elif result.on_host:
        verdict = f"{model}; requantised by the host = {runtime.removeprefix('the ')}"
    elif result.float_rounded:
        verdict = f"equal except {result.float_rounded} rounded in float32"
    verdict += kept.MARK if result.verified.kept else ""
    return {
        "layer": result.layer.name,
        "ifmap": f"{layer.ifmap_h}x{layer.ifmap_w}x{layer.channels}",
        "kernel": f"{layer.kernel_h}x{layer.kernel_w}",
        "stride": f"{layer.stride_h}x{layer.stride_w}",
        "dilation": f"{layer.dilation_h}x{layer.dilation_w}",
        "rounding": result.rounding,
        "cycles": result.verified.cycles,
        "law": plan.cycles,
        "ideal": plan.ideal,
        "bound": plan.bound,
        "bound_share": plan.bound / result.verified.cycles,
        "utilisation": plan.utilisation(result.verified.cycles),
        "differing": result.differing if result.is_compared else None,
        "verdict": verdict,
        "compared": result.verified.compared,
        "kept": result.verified.kept,
        "comparisons": [asdict(comparison) for comparison in result.comparisons],
    }


def document(result: NetworkResult[Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The result for JSON."""
    return {
        "engines": [
            {
                "engine": spec_hash(engine),
                "lanes": engine.lanes,
                "multipliers": engine.multipliers,
            }
            for engine in result.engines
        ],
        "network_cycles": {r: result.cycles(r) for r in _roundings(result)},
        "layers": rows,
        "rest": list(result.rest),
        "host_notes": list(result.host_notes),
        "alone": result.alone,
    }


def _roundings(result: NetworkResult[Any]) -> list[str]:
    return list(dict.fromkeys(layer.rounding for layer in result.layers))


def text(result: NetworkResult[Any], rows: list[dict[str, Any]]) -> str:
    """The result as a table, with a line of totals for each rounding."""
    out = [text_table(COLUMNS, rows)]
    for rounding in _roundings(result):
        mine = [row for row in rows if row["rounding"] == rounding]
        bound = sum(row["bound"] for row in mine)
        cycles = result.cycles(rounding)
        found = [r for r in result.layers if r.rounding == rounding]
        out.append(
            f"{in_words(rounding)}: {len(mine)} layers back to back in {cycles:,} cycles,"
            f" {bound / cycles:.1%} of the bound{_differences(found)}\n"
        )
    out += [f"multipliers: {multipliers(engine)}\n" for engine in result.engines]
    return "".join(out)


def _differences(results: Sequence[LayerResult[Any]]) -> str:
    """The differing values of the layers of a rounding; for floats, against each set of kernels."""
    comparisons = [one for result in results for one in result.comparisons]
    if not comparisons:
        compared = [result for result in results if result.is_compared]
        differing = sum(result.differing for result in compared)
        values = sum(result.verified.ofmap.size for result in compared)
        return f"; {differing:,} of {values:,} values differ"
    lines = []
    for source in dict.fromkeys(one.source for one in comparisons):
        mine = [one for one in comparisons if one.source == source]
        equal, values = sum(one.bit_equal for one in mine), sum(one.values for one in mine)
        lines.append(
            f"\n  {source}: {equal / values:.1%} of {values:,} values bit-equal, the largest error"
            f" {max(one.bound_share for one in mine):.1%} of what rounding allows"
        )
    return "".join(lines)
