"""Reads the parts of the page that the tests check."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from dwsim.exploration.results import Results

FIRST_NETWORK = "mobilenet_v1"


def ok_pairs(results: Results, network: str) -> list[dict[str, Any]]:
    return [p for p in results.pairs if p["network"] == network and p["status"] == "ok"]


def column(page: Page, key: str) -> list[str]:
    """The texts of a column of the table, in the rows of the document."""
    keys = page.locator("#grid th").evaluate_all("cells => cells.map(c => c.dataset.key)")
    cells = page.locator(f"#grid tr[data-id] td:nth-child({keys.index(key) + 1})")
    return cells.all_inner_texts()


def canvas(page: Page) -> str:
    """The pixels of the plot, without elements in front of it."""
    return page.evaluate("document.querySelector('#plot canvas').toDataURL()")
