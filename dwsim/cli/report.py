"""``dwsim report``: the HTML page and the figures of a finished exploration."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dwsim.cli.arguments import add_command, any_path, named
from dwsim.errors import Rules, ToolError
from dwsim.exploration.report import vega

MISSING = "dwsim report needs {}: python -m pip install 'dwsim[report]'"


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = add_command(
        commands,
        "report",
        summary="write the HTML page and the figures of an exploration",
        description="Makes the page or the figures of an exploration from the tables in its"
        " directory. Without options it writes DIR/report.html.",
        examples=(
            ("dwsim report dwsim-explore/mobilenet_v1", "the page, beside the results"),
            (
                "dwsim report dwsim-explore/mobilenet_v1 --figures figures/ --format svg png",
                "figures for a paper and for a slide",
            ),
        ),
    )
    parser.add_argument(
        "directory",
        metavar="DIR",
        type=any_path,
        help="the directory of the results of dwsim explore",
    )
    add_outputs(parser)
    parser.set_defaults(run=run)


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """--report, --figures and --format."""
    parser.add_argument(
        "--report", type=_html, metavar="FILE.html", help="write an HTML page of the results"
    )
    parser.add_argument(
        "--figures", type=any_path, metavar="DIR", help="write figures of the fronts and the layers"
    )
    parser.add_argument(
        "--bandwidth",
        type=_gigabytes,
        metavar="GB/S",
        help="bandwidth of the memory, for its roof in the rooflines of page and figures",
    )
    parser.add_argument(
        "--format",
        nargs="+",
        action="extend",
        choices=vega.FORMATS,
        dest="formats",
        metavar="FORMAT",
        help=f"formats of the figures: {', '.join(vega.FORMATS)} (default: svg)",
    )


def check_outputs(arguments: argparse.Namespace) -> None:
    """Checks, before anything runs, that the outputs can be written.

    Raises:
        SpecError: for --format without --figures.
        ToolError: if a package is missing.
    """
    rules = Rules("report")
    given = arguments.formats is None or arguments.figures is not None
    rules.require(given, "--format", arguments.formats, "needs --figures DIR")
    outputs = (arguments.report, arguments.figures)
    given = arguments.bandwidth is None or outputs != (None, None)
    rule = "needs --report FILE.html or --figures DIR"
    rules.require(given, "--bandwidth", arguments.bandwidth, rule)
    rules.raise_if_any()
    if outputs == (None, None):
        return
    vega.require()


def write_outputs(directory: Path, arguments: argparse.Namespace) -> None:
    """Writes the outputs that the arguments ask for, and prints their paths."""
    if arguments.report is None and arguments.figures is None:
        return
    try:
        # Here and not at the top: only these outputs need these modules.
        from dwsim.exploration.report.figures import write_figures
        from dwsim.exploration.report.page import write_report
        from dwsim.exploration.results import read_results
    except ModuleNotFoundError as error:
        raise ToolError(MISSING.format(error.name)) from None
    results = read_results(directory)
    if arguments.report is not None:
        write_report(results, arguments.report, arguments.bandwidth)
        size = arguments.report.stat().st_size
        print(f"report: {arguments.report}, {size / 1e6:.1f} MB, for any browser")
    if arguments.figures is not None:
        formats = arguments.formats or ("svg",)
        paths = write_figures(results, arguments.figures, formats, arguments.bandwidth)
        print(f"figures: {arguments.figures}/: {len(paths)} files")


def run(arguments: argparse.Namespace) -> int:
    """Runs the command."""
    if arguments.report is None and arguments.figures is None:
        arguments.report = arguments.directory / "report.html"
    check_outputs(arguments)
    write_outputs(arguments.directory, arguments)
    return 0


def _gigabytes(text: str) -> float:
    """An argument's type: a positive number."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a positive number of GB/s, not {text!r}")
    return value


def _html(text: str) -> Path:
    return named(text, ".html")
