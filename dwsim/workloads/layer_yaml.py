"""Reads depthwise layers from YAML: workloads of ZigZag, and problems of Timeloop."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from dwsim.errors import Rules, ToolError
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.spec_tables import layers_of_tables

_RELATION = re.compile(r"(i[xy])=(?:(\d+)\*)?o[xy]\+(?:(\d+)\*)?f[xy]")
MAX_CHARACTERS = 1 << 24


def read_yaml(text: str, path: Path) -> tuple[LayerSpec, ...]:
    """The depthwise layers of a YAML file; others are passed over.

    A list is a workload of ZigZag: a layer is an operator with groups (``G``) and at most one
    channel in each (``C``); ``K`` is its channel multiplier. A mapping with ``problem``, or a list
    of such, is Timeloop's: a layer is a problem with channels (``C`` or ``G``) and without ``M``,
    or with ``G`` and C = 1. Both state the ofmap; the ifmap, its padding included, follows.
    ZigZag's ``padding`` and ``pr_loop_sizes`` are read where they are given.

    Raises:
        SpecError: with every violated rule.
        ToolError: if PyYAML is not installed.
    """
    rules = Rules(str(path))
    rules.require(
        len(text) <= MAX_CHARACTERS, "characters", len(text), f"must be at most {MAX_CHARACTERS}"
    )
    rules.raise_if_any()
    found = _parsed(rules, text)
    entries = found if isinstance(found, list) else [found]
    tables = []
    for index, entry in enumerate(entries):
        if not rules.require(
            isinstance(entry, dict), f"entry {index}", type(entry).__name__, "must be a mapping"
        ):
            continue
        where = f"entry {index}"
        problem = entry.get("problem")
        if isinstance(problem, dict):
            table = _of_timeloop(rules, where, problem)
        else:
            table = _of_zigzag(rules, where, entry)
        if table is not None:
            tables.append({"name": f"layer{index}", **table})
    rules.raise_if_any()
    layers = layers_of_tables(rules, tables)
    rules.require(bool(tables), "layers", 0, "must be at least one depthwise layer")
    rules.raise_if_any()
    return layers


def _parsed(rules: Rules, text: str) -> Any:
    try:
        import yaml
    except ModuleNotFoundError:
        how = "python -m pip install 'dwsim[yaml]'"
        raise ToolError(f"reading .yaml files needs PyYAML: {how}") from None
    try:
        # An alias would let a small file stand for a huge one.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            rules.fail("alias", "*", "must not be in the file: write the values out")
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        rules.fail("YAML", None, " ".join(str(error).split()))


def _integers(
    rules: Rules, where: str, values: dict[str, Any], least: int = 1
) -> dict[str, int] | None:
    good = [rules.integer(f"{where}: {key}", value, least) for key, value in values.items()]
    return values if all(good) else None


def _of_timeloop(rules: Rules, where: str, problem: dict[str, Any]) -> dict[str, Any] | None:
    """A problem: R and P are columns of kernel and ofmap, S and Q rows."""
    shape = problem.get("shape")
    instance = problem.get("instance", problem)
    if not isinstance(instance, dict):
        return None
    sizes = {key: value for key, value in instance.items() if isinstance(value, int)}
    dimensions = shape.get("dimensions") if isinstance(shape, dict) else None
    if not isinstance(dimensions, list):
        dimensions = list(sizes)
    groups = sizes.get("G", 1)
    per_group = sizes.get("C", 1)
    if "G" in sizes and per_group == 1 and groups > 1:
        channels, multiplier = groups, sizes.get("M", 1)
    elif "M" not in dimensions and "K" not in dimensions and "C" in sizes and groups == 1:
        channels, multiplier = per_group, 1
    else:
        return None
    wanted = {key: sizes.get(key, 1) for key in ("N", "P", "Q", "R", "S")}
    steps = {key: sizes.get(key, 1) for key in ("Wstride", "Hstride", "Wdilation", "Hdilation")}
    known = _integers(rules, where, {**wanted, **steps})
    if known is None:
        return None
    return _layer(
        (known["N"], channels, multiplier),
        (known["Q"], known["P"]),
        (known["S"], known["R"]),
        (known["Hstride"], known["Wstride"]),
        (known["Hdilation"], known["Wdilation"]),
    )


def _of_zigzag(rules: Rules, where: str, entry: dict[str, Any]) -> dict[str, Any] | None:
    names, sizes = entry.get("loop_dims"), entry.get("loop_sizes")
    if not isinstance(names, list) or not isinstance(sizes, list) or len(names) != len(sizes):
        return None
    loops = {str(name).upper(): size for name, size in zip(names, sizes, strict=True)}
    is_layer = "FX" in loops and loops.get("G", 1) != 1 and loops.get("C", 1) == 1
    # The weight of a pooling has no channels.
    if not is_layer or "w[g]" not in str(entry.get("equation", "")).replace(" ", "").lower():
        return None
    wanted = {key: loops.get(key, 1) for key in ("B", "G", "K", "OY", "OX", "FY", "FX")}
    known = _integers(rules, where, wanted)
    relations = _relations(rules, where, entry.get("dimension_relations", []))
    if known is None or relations is None:
        return None
    (stride_h, dilation_h), (stride_w, dilation_w) = relations["iy"], relations["ix"]
    table = _layer(
        (known["B"], known["G"], known["K"]),
        (known["OY"], known["OX"]),
        (known["FY"], known["FX"]),
        (stride_h, stride_w),
        (dilation_h, dilation_w),
    )
    return _with_padding(rules, where, entry, table)


def _relations(rules: Rules, where: str, given: Any) -> dict[str, tuple[int, int]] | None:
    """Stride and dilation of both axes, from ``ix=2*ox+1*fx``."""
    found = {"ix": (1, 1), "iy": (1, 1)}
    for relation in given if isinstance(given, list) else [given]:
        match = _RELATION.fullmatch(str(relation).replace(" ", "").lower())
        if not rules.require(
            match is not None,
            f"{where}: dimension_relations",
            relation,
            "must be of the form ix=2*ox+1*fx",
        ):
            return None
        assert match is not None
        found[match[1]] = (int(match[2] or 1), int(match[3] or 1))
    return found


def _with_padding(
    rules: Rules, where: str, entry: dict[str, Any], table: dict[str, Any]
) -> dict[str, Any] | None:
    """The table with ZigZag's padding taken out of its ifmap."""
    names = [str(name).upper() for name in entry.get("pr_loop_dims") or ["IY", "IX"]]
    padding = entry.get("padding")
    if padding is None:
        return table
    pairs: dict[str, list[int]] = {"IY": [0, 0], "IX": [0, 0]}
    for name, pair in zip(names, padding if isinstance(padding, list) else [], strict=False):
        pairs[name] = pair
    flat = {
        f"padding of {name}[{end}]": size
        for name in ("IY", "IX")
        for end, size in enumerate(pairs[name] if isinstance(pairs[name], list) else [None])
    }
    if _integers(rules, where, flat, least=0) is None or len(flat) != 4:
        return None
    table["pad_top"], table["pad_bottom"] = pairs["IY"]
    table["pad_left"], table["pad_right"] = pairs["IX"]
    table["ifmap_h"] -= sum(pairs["IY"])
    table["ifmap_w"] -= sum(pairs["IX"])
    return table


def _layer(
    counts: tuple[int, int, int],
    ofmap: tuple[int, int],
    kernel: tuple[int, int],
    strides: tuple[int, int],
    dilations: tuple[int, int],
) -> dict[str, Any]:
    """A table of a layer; ``counts`` are batch, channels and channel multiplier."""
    ifmap = [
        (out - 1) * stride + (taps - 1) * dilation + 1
        for out, taps, stride, dilation in zip(ofmap, kernel, strides, dilations, strict=True)
    ]
    return {
        "batch": counts[0],
        "channels": counts[1],
        "channel_multiplier": counts[2],
        "ifmap_h": ifmap[0],
        "ifmap_w": ifmap[1],
        "kernel_h": kernel[0],
        "kernel_w": kernel[1],
        "stride_h": strides[0],
        "stride_w": strides[1],
        "dilation_h": dilations[0],
        "dilation_w": dilations[1],
    }
