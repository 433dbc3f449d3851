"""Builds a wrapper of leaf instances, and runs cocotb tests of its leaves in it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from dwsim.codegen.verilog import engine_verilog
from dwsim.rtlsim.build import build_simulator
from dwsim.rtlsim.simulator_run import SimulationResult, random_reset, run_simulator
from dwsim.support.resources import primitives_dir, rtl_dir
from tests.leaf.leaf_instances import instances, wrapper_verilog
from tests.leaf.leaf_specs import SPECS

SEED_VARIABLE = "DWSIM_SEED"
ECP5_MODULES = ("dw_ram", "dw_pixel_ram")
"""The modules whose version for ECP5 is a leaf too, named ecp5_<module>."""


def _ecp5_modules(modules: Iterable[str]) -> dict[str, str]:
    """ECP5's versions of memories as modules of their own, and the cells in them."""
    cells = [primitives_dir("ecp5") / f"{name}.v" for name in ("DP16KD", "PDPW16KD")]
    sources = {path.name: path.read_text() for path in cells}
    for module in modules:
        text = (rtl_dir() / "ecp5" / f"{module}.v").read_text()
        head = f"module {module} #("
        sources[f"ecp5_{module}.v"] = text.replace(head, f"module ecp5_{module} #(")
    return sources


def leaf_sources(leaves: Sequence[str]) -> dict[str, str]:
    """File name to text: the hand-written modules, and the generated leaves among ``leaves``."""
    sources = {path.name: path.read_text() for path in sorted(rtl_dir().glob("*.v"))}
    wanted = {f"{instance.module}.v" for leaf in leaves for instance in instances(leaf)}
    ecp5 = [module for module in ECP5_MODULES if f"ecp5_{module}.v" in wanted]
    if ecp5:
        sources |= _ecp5_modules(ecp5)
    if wanted - sources.keys():
        for spec in SPECS.values():
            files = engine_verilog(spec)
            sources |= {name: files[name] for name in wanted & files.keys()}
            if f"{spec.name}_multiplier_array.v" in wanted:
                parts = (f"{spec.name}_{stem}.v" for stem in ("kernel_row", "row_tree"))
                sources |= {name: files[name] for name in parts}
    return sources


def build_wrapper(
    simulator: str,
    name: str,
    leaves: Sequence[str],
    broken: Mapping[str, str] | None = None,
    copies: Mapping[str, Sequence[str]] | None = None,
) -> Path:
    """The simulator of a wrapper of ``leaves``, built or from the cache.

    ``broken``: further files, with the modules of the ``copies``; see ``wrapper_verilog``.
    """
    texts = leaf_sources(leaves) | dict(broken or {})
    texts[f"{name}.v"] = wrapper_verilog(name, leaves, copies)
    with tempfile.TemporaryDirectory(prefix="dwsim-leaf-") as folder:
        paths = [Path(folder) / file_name for file_name in sorted(texts)]
        for path in paths:
            path.write_text(texts[path.name])
        return build_simulator(simulator, name, paths)


def run_leaves(
    build: Path,
    wrapper: str,
    benches: Sequence[str],
    seed: int,
    log: Path,
    *,
    cycles: int | None = None,
    leaves: Sequence[str] | None = None,
) -> SimulationResult:
    """Runs the leaf tests of the files ``benches``, or those of ``leaves`` among them.

    Each for at most ``cycles`` cycles.
    """
    environment = {SEED_VARIABLE: str(seed)}
    if leaves is not None:
        environment["COCOTB_TEST_FILTER"] = rf"\.({'|'.join(leaves)})$"
    if cycles is not None:
        environment["DWSIM_LEAF_CYCLES"] = str(cycles)
    return run_simulator(
        build,
        ",".join(f"tests.leaf.{bench}" for bench in benches),
        toplevel=wrapper,
        log=log,
        environment=environment,
        plusargs=random_reset(seed),  # Icarus, whose registers start as X, has no use for them
        seed=seed,
    )


def failed_leaves(result: SimulationResult) -> str:
    """The failures, each with the leaf's instance, cycle and signals first."""
    return "\n".join(f"{failure.name}: {failure.message}" for failure in result.failures)


def chosen_seed(default: int) -> int:
    """The seed of the stimuli: $DWSIM_SEED, or the test session's."""
    return int(os.environ.get(SEED_VARIABLE, default))
