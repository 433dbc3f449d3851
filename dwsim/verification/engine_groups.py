"""As few engines as run all layers of a file, each with its layers in order."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from dwsim.errors import SpecError
from dwsim.spec.engine_spec import EngineSpec

Layer = TypeVar("Layer")


def engine_groups(
    layers: Iterable[Layer],
    kind: Callable[[Layer], Hashable],
    smallest: Callable[[Sequence[Layer]], EngineSpec],
) -> list[tuple[EngineSpec, list[Layer]]]:
    """Groups layers that one engine runs.

    A layer joins the first group of its kind that has an engine with it: a group has none if the
    maxima of its layers exceed those of every engine.

    Args:
        layers: layers that run, each on an engine of its own.
        kind: layers of different kinds, such as number formats, share no engine.
        smallest: the smallest engine for layers of one kind; raises SpecError if there is none.

    Raises:
        SpecError: if a layer has no engine of its own.
    """
    groups: list[tuple[EngineSpec, list[Layer]]] = []
    for layer in layers:
        for index, (_, members) in enumerate(groups):
            if kind(members[0]) != kind(layer):
                continue
            try:
                engine = smallest([*members, layer])
            except SpecError:
                continue
            groups[index] = (engine, [*members, layer])
            break
        else:
            groups.append((smallest([layer]), [layer]))
    return groups
