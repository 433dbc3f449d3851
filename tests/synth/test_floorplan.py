"""Every multiplier block is placed, with the lanes side by side in the middle of the part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dwsim.synth.floorplan import blocks_netlist, place_blocks, read_sites
from dwsim.synth.flow import synthesise
from dwsim.synth.request import SynthRequest, SynthResult
from tests.synth.engines import SMALL

# Three rows of six, as nextpnr names them.
SITES = [f"X{x}/Y{y}/MULT18_{x % 2}" for x in (4, 5, 8, 13, 14, 100) for y in (10, 34, 58)]


def _module(names: list[str]) -> dict[str, Any]:
    cells = {name: {"type": "MULT18X18D", "attributes": {}} for name in names}
    return {"cells": {**cells, "other": {"type": "LUT4", "attributes": {}}}}


def test_lanes_are_strips_with_their_rows_above_each_other() -> None:
    array = [f"e.g_lane[{n}].g_row[{r}].u_cell_0" for n in (10, 2) for r in (0, 2, 1)]
    names = ["e.g_requantise[2].u_low", "e.nobodys", *array]
    module = _module(names)
    placed = place_blocks(module, "MULT18X18D", SITES)
    assert sorted(placed) == sorted(names)
    for name, site in placed.items():
        assert module["cells"][name]["attributes"] == {"BEL": site}
    assert module["cells"]["other"]["attributes"] == {}
    # 8 of 18 sites, from the sixth: lane 2 has four, then lane 10 three, then the one of no lane.
    assert placed == {
        "e.g_lane[2].g_row[0].u_cell_0": "X8/Y10/MULT18_0",
        "e.g_lane[2].g_row[1].u_cell_0": "X8/Y34/MULT18_0",
        "e.g_lane[2].g_row[2].u_cell_0": "X5/Y58/MULT18_1",
        "e.g_requantise[2].u_low": "X8/Y58/MULT18_0",
        "e.g_lane[10].g_row[0].u_cell_0": "X13/Y10/MULT18_1",
        "e.g_lane[10].g_row[1].u_cell_0": "X13/Y34/MULT18_1",
        "e.g_lane[10].g_row[2].u_cell_0": "X13/Y58/MULT18_1",
        "e.nobodys": "X14/Y10/MULT18_0",
    }


def test_numbers_in_names_count() -> None:
    names = [f"e.g_lane[0].g_row[{r}].u_cell_{c}" for r in (10, 9) for c in (0, 11, 2)]
    placed = place_blocks(_module(names), "MULT18X18D", SITES[:6])
    by_site = sorted(
        placed,
        key=lambda name: SITES.index(placed[name]) % 3 * 10 + int(SITES.index(placed[name]) / 3),
    )
    assert by_site == [f"e.g_lane[0].g_row[{r}].u_cell_{c}" for r in (9, 10) for c in (0, 2, 11)]


def test_sites_are_read_column_by_column(tmp_path: Path) -> None:
    netlist = json.loads(blocks_netlist("MULT18X18D", len(SITES)))
    cells = netlist["modules"]["blocks"]["cells"].values()
    for cell, site in zip(cells, reversed(SITES), strict=True):
        cell["attributes"]["NEXTPNR_BEL"] = site
    path = tmp_path / "placed.json"
    path.write_text(json.dumps(netlist))
    assert read_sites(path) == SITES


def test_nextpnr_keeps_the_blocks_where_they_were_put(cache: Path) -> None:
    (result,) = synthesise([SynthRequest(SMALL, "ecp5", "25k", seeds=(1,))])
    assert isinstance(result, SynthResult), result
    (kept,) = (cache / "synth").glob("sites-*")
    sites = read_sites(kept / "placed.json")
    # The part has 28 blocks, by the report of nextpnr.
    assert len(sites) == len(set(sites)) == 28
    (route,) = (cache / "synth").glob("route-*")
    log = (route / "nextpnr.log").read_text()
    assert f"Placed {SMALL.multipliers} cells based on constraints" in log
