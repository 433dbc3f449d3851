"""From EngineSpecs to cells and Fmax, several tools at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dwsim.errors import ToolError
from dwsim.support.processes import stop_running
from dwsim.synth.parse import Routed, count_cells
from dwsim.synth.request import SynthRequest, SynthResult
from dwsim.synth.steps import Netlist, make_netlist, route
from dwsim.synth.tools import find_tool


def tool_versions(request: SynthRequest) -> dict[str, str]:
    """The tools that a request takes, and their versions.

    Raises:
        ToolError: when one is missing.
    """
    names = ["yosys", *filter(None, [request.target.nextpnr])]
    return {name: find_tool(name).version for name in names}


def runs(requests: Sequence[SynthRequest]) -> int:
    """How often ``synthesise`` reports, at most: each netlist, each seed."""
    return sum(1 + (len(r.seeds) if r.target.nextpnr else 0) for r in requests)


def synthesise(
    requests: Sequence[SynthRequest],
    jobs: int = 1,
    report: Callable[[], None] = lambda: None,
) -> list[SynthResult | ToolError]:
    """Synthesises engines: for each request its result, or why there is none.

    Everything is kept, so what is asked for again costs nothing, and an interrupted call goes
    on where it was.

    Args:
        requests: what to do.
        jobs: tools that run at a time.
        report: called after each netlist and each seed.

    Raises:
        ToolError: when a tool is missing.
    """
    versions = [tool_versions(request) for request in requests]

    def netlist(request: SynthRequest) -> Netlist | ToolError:
        return _attempt(report, make_netlist, request)

    def run(job: tuple[SynthRequest, Netlist, int]) -> Routed | ToolError:
        return _attempt(report, route, *job)

    with ThreadPoolExecutor(max(1, jobs)) as pool:
        try:
            netlists = list(pool.map(netlist, requests))
            work = [_route_jobs(*made) for made in zip(requests, netlists, strict=True)]
            outcomes = iter(list(pool.map(run, [job for jobs_of in work for job in jobs_of])))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            stop_running()
            raise
    return [
        _result(request, made, {seed: next(outcomes) for _, _, seed in jobs_of}, tools)
        for request, made, jobs_of, tools in zip(requests, netlists, work, versions, strict=True)
    ]


def _attempt(report: Callable[[], None], step: Callable[..., Any], *arguments: Any) -> Any:
    """What a step returns, or the error that it raises."""
    try:
        return step(*arguments)
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
