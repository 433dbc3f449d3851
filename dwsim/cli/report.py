"""``dwsim report``: the report and the figures of an exploration that was made before."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dwsim.errors import Rules, ToolError
from dwsim.exploration.report import vega

MISSING = "dwsim report needs {}: python -m pip install 'dwsim[report]'"


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = commands.add_parser(
        "report",
        help="the report of an exploration: one HTML file, and figures for papers",
        description="Makes the report of an exploration from the tables that it left;"
        " without options DIR/report.html.",
    )
    parser.add_argument(
        "directory", metavar="DIR", type=Path, help="where dwsim explore put its results"
    )
    add_outputs(parser)
    parser.set_defaults(run=run)


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """--report, --figures and --format."""
    parser.add_argument(
        "--report", type=_html, metavar="FILE.html", help="write a page that explores the results"
    )
    parser.add_argument(
        "--figures", type=Path, metavar="DIR", help="write the fronts and layers as figures"
    )
    parser.add_argument(
        "--format",
        nargs="+",
        action="extend",
        choices=vega.FORMATS,
        dest="formats",
        metavar="FORMAT",
        help=f"of the figures: {', '.join(vega.FORMATS)} (default: svg)",
    )


def check_outputs(arguments: argparse.Namespace) -> None:
    """Says at once what would keep the outputs from being written.

    Raises:
        SpecError: for --format without --figures.
        ToolError: when a package is missing.
    """
    rules = Rules("report")
    given = arguments.formats is None or arguments.figures is not None
    rules.require(given, "--format", arguments.formats, "is for --figures DIR, which is missing")
    rules.raise_if_any()
    if arguments.report is None and arguments.figures is None:
        return
    vega.require()


def write_outputs(directory: Path, arguments: argparse.Namespace) -> None:
    """Writes what was asked for of the results in a directory, and says so."""
    if arguments.report is None and arguments.figures is None:
        return
    try:
        # Here and not at the top: the other commands need none of this.
        from dwsim.exploration.report.figures import write_figures
        from dwsim.exploration.report.page import write_report
        from dwsim.exploration.results import read_results
    except ModuleNotFoundError as error:
        raise ToolError(MISSING.format(error.name)) from None
    results = read_results(directory)
    if arguments.report is not None:
        write_report(results, arguments.report)
        size = arguments.report.stat().st_size
        print(f"report: {arguments.report}, {size / 1e6:.1f} MB, for any browser")
    if arguments.figures is not None:
        paths = write_figures(results, arguments.figures, arguments.formats or ("svg",))
        print(f"figures: {arguments.figures}/: {len(paths)} files")


def run(arguments: argparse.Namespace) -> int:
    """Runs the command."""
    if arguments.report is None and arguments.figures is None:
        arguments.report = arguments.directory / "report.html"
    check_outputs(arguments)
    write_outputs(arguments.directory, arguments)
    return 0


def _html(text: str) -> Path:
    # A browser goes by the name: anything else would be shown as text.
    if not text.endswith(".html"):
        raise argparse.ArgumentTypeError(f"must be named *.html, the format, not {text!r}")
    return Path(text)
