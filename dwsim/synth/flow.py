"""From EngineSpecs to cells and Fmax; several tools run at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from dwsim.errors import ToolError
from dwsim.support.command_threads import CommandThreads
from dwsim.synth.parse import Routed, count_cells
from dwsim.synth.request import SynthRequest, SynthResult
from dwsim.synth.steps import Netlist, make_netlist, route
from dwsim.synth.tools import find_tool

Made = TypeVar("Made")


def tool_versions(request: SynthRequest) -> dict[str, str]:
    """The tools that a request needs, and their versions.

    Raises:
        ToolError: if a tool is missing.
    """
    names = ["yosys", *filter(None, [request.target.nextpnr])]
    return {name: find_tool(name).version for name in names}


def runs(requests: Sequence[SynthRequest]) -> int:
    """The largest number of reports of ``synthesise``: one for each netlist and each seed."""
    return sum(1 + (len(r.seeds) if r.target.nextpnr else 0) for r in requests)


def synthesise(
    requests: Sequence[SynthRequest],
    jobs: int = 1,
    report: Callable[[], None] = lambda: None,
) -> list[SynthResult | ToolError]:
    """Synthesises engines; returns the result of each request, or the error that prevents it.

    Every finished step is cached, so that a repeated request costs nothing and an interrupted call
    continues with the first unfinished step.

    Args:
        requests: the engines and their parts.
        jobs: the number of tools that run at a time.
        report: called after each netlist and each seed.

    Raises:
        ToolError: if a tool is missing.
    """
    versions = [tool_versions(request) for request in requests]

    def netlist(request: SynthRequest) -> Netlist | ToolError:
        return _attempt(report, partial(make_netlist, request))

    def run(job: tuple[SynthRequest, Netlist, int]) -> Routed | ToolError:
        return _attempt(report, partial(route, *job))

    with CommandThreads(max(1, jobs)) as threads:
        netlists = threads.map(netlist, requests)
        work = [_route_jobs(*made) for made in zip(requests, netlists, strict=True)]
        outcomes = iter(threads.map(run, [job for jobs_of in work for job in jobs_of]))
    return [
        _result(request, made, {seed: next(outcomes) for _, _, seed in jobs_of}, tools)
        for request, made, jobs_of, tools in zip(requests, netlists, work, versions, strict=True)
    ]


def _attempt(report: Callable[[], None], step: Callable[[], Made]) -> Made | ToolError:
    """The result of a step, or the error that it raises; reports the end of the step."""
    try:
        return step()
    except ToolError as error:
        return error
    finally:
        report()


def _route_jobs(
    request: SynthRequest, netlist: Netlist | ToolError
) -> list[tuple[SynthRequest, Netlist, int]]:
    if isinstance(netlist, ToolError) or request.target.nextpnr is None:
        return []
    return [(request, netlist, seed) for seed in request.seeds]


def _result(
    request: SynthRequest,
    netlist: Netlist | ToolError,
    routed: dict[int, Routed | ToolError],
    tools: dict[str, str],
) -> SynthResult | ToolError:
    for outcome in (netlist, *routed.values()):
        if isinstance(outcome, ToolError):
            return outcome
    assert isinstance(netlist, Netlist)
    cells = count_cells(request.target_name, netlist.cells, netlist.bels)
    done = {seed: run for seed, run in routed.items() if isinstance(run, Routed)}
    return SynthResult(request, cells, netlist.cells, done, tools)
