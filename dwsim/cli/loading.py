"""Reads the spec of a command, and checks that its layers fit its engine."""

from __future__ import annotations

import argparse
from pathlib import Path

from dwsim.cli.engine_options import network_engine
from dwsim.derive import AnyPlan, Plan, numbers_of, plan_of
from dwsim.errors import Rules, SpecError, Violation
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.spec_file import SpecFile, read_spec, ready_specs
from dwsim.support.resources import network_dir
from dwsim.verification.layer_plans import ALL
from dwsim.workloads.network import read_network, ready_networks


def load_spec(path_or_name: str, cut: bool = False) -> SpecFile:
    """The spec, after a check that every layer fits the engine.

    Args:
        path_or_name: a TOML file, or the name of a ready spec.
        cut: a layer that exceeds the engine may run as several streams.

    Raises:
        SpecError: as ``read_spec``; otherwise with every violated rule about the engine's numbers,
            or about the fit of any layer.
    """
    spec = read_spec(path_or_name)
    rules = Rules(str(spec.path))
    try:
        numbers_of(spec.engine)
    except SpecError as error:
        for v in error.violations:
            rules.require(False, f"engine.{v.field}", v.value, v.rule)
    rules.raise_if_any()
    for layer in spec.layers:
        _plan(rules, layer, spec, cut=cut)
    rules.raise_if_any()
    return spec


def is_network(name: str) -> bool:
    """True for the name of a ready network; a spec of that name takes precedence."""
    return name in ready_networks() and name not in ready_specs() and not Path(name).is_file()


def _network(arguments: argparse.Namespace) -> SpecFile:
    """The layers of a ready network, on the engine that the options choose."""
    name = arguments.spec
    layers = read_network(name).layers
    engine = network_engine(name, layers, arguments)
    return SpecFile(engine, layers, network_dir() / f"{name}.toml")


def load_layers(arguments: argparse.Namespace, cut: bool) -> tuple[SpecFile, tuple[LayerSpec, ...]]:
    """The spec, and the layers that ``--layer`` chooses: at least one.

    Raises:
        SpecError: as ``load_spec``; if the spec has no layer; for an unknown name.
    """
    spec = _network(arguments) if is_network(arguments.spec) else load_spec(arguments.spec, cut)
    if not spec.layers:
        rule = "is required: this spec has no [[layer]] to run"
        raise SpecError(str(spec.path), [Violation("layer", None, rule)])
    if arguments.layers is None:
        return spec, spec.layers
    return spec, spec.select(arguments.layers, "--layer")


def load_plans(arguments: argparse.Namespace, cut: bool = True) -> tuple[SpecFile, list[AnyPlan]]:
    """The spec, and plans of the layers that ``--layer`` chooses, in ``--interleave`` order.

    With ``cut``, a layer that exceeds the engine runs as several streams.

    Raises:
        SpecError: as ``load_layers``; otherwise with every layer that cannot interleave like that.
    """
    spec, layers = load_layers(arguments, cut)
    rules = Rules(str(spec.path))
    plans = []
    for layer in layers:
        groups = layer.channel_groups(spec.engine.lanes)
        wanted = groups if arguments.interleave == ALL else arguments.interleave
        plan = _plan(rules, layer, spec, wanted, cut)
        if plan is not None:
            plans.append(plan)
    rules.raise_if_any()
    return spec, plans


def _plan(
    rules: Rules, layer: LayerSpec, spec: SpecFile, interleave: int = 1, cut: bool = False
) -> AnyPlan | None:
    """The plan of a layer; None after violations, which then name the layer of the spec."""
    make = plan_of if cut else Plan
    try:
        return make(layer, spec.engine, interleave=interleave)
    except SpecError as error:
        where = f"layer[{spec.layers.index(layer)}] ({layer.name})"
        fields = {"ofmap": f"{where}.ofmap", "interleave": "--interleave"}
        for v in error.violations:
            field = fields.get(v.field, f"engine.{v.field}")
            rule = v.rule if v.field == "ofmap" else f"{where}: {v.rule}"
            rules.require(False, field, v.value, rule)
        return None
