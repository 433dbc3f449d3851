"""The directories of templates, Verilog and ready-made files, in a wheel or in a checkout."""

from __future__ import annotations

from pathlib import Path

from dwsim.errors import ToolError

_PACKAGE = Path(__file__).resolve().parents[1]


def package_dir() -> Path:
    """The directory of the package."""
    return _PACKAGE


def template_dir() -> Path:
    """The directory of the Jinja2 templates."""
    return _shipped("templates")


def rtl_dir() -> Path:
    """The directory of the hand-written Verilog modules."""
    return _shipped("rtl")


def primitives_dir(target: str) -> Path:
    """The directory of a target's primitives for simulation; it exists for some targets only."""
    return rtl_dir() / target / "simulation"


def spec_dir() -> Path:
    """The directory of the ready-made specs (``*.toml``)."""
    return _PACKAGE / "spec" / "ready"


def network_dir() -> Path:
    """The directory of the tables of networks (``*.toml``)."""
    return _PACKAGE / "workloads" / "networks"


def space_dir() -> Path:
    """The directory of the ready-made spaces (``*.toml``)."""
    return _PACKAGE / "exploration" / "spaces"


def report_dir() -> Path:
    """The directory of the report's page: HTML, styles and scripts."""
    return _PACKAGE / "exploration" / "report" / "assets"


def _shipped(name: str) -> Path:
    # A wheel has the top-level directories inside the package, a checkout beside it.
    candidates = (_PACKAGE / "_resources" / name, _PACKAGE.parent / name)
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    places = " nor ".join(str(candidate) for candidate in candidates)
    raise ToolError(f"this installation of dwsim has no {name}/: neither {places} exists")
