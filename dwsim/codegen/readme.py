"""Writes the README of a generated engine: its ports, its streams, its timing, its layers."""

from __future__ import annotations

from collections.abc import Mapping

from dwsim.codegen.verilog import Origin, context, environment, plain_origin, sized
from dwsim.derive import ConfigField, Plan
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec


def readme(
    engine: EngineSpec,
    layers: tuple[LayerSpec, ...],
    static_tops: Mapping[str, str],
    origin: Origin | None = None,
) -> str:
    """The README, Markdown, of an engine, the layers of its spec and its static engines.

    Raises:
        SpecError: when a layer does not fit the engine.
    """
    plans = [Plan(layer, engine) for layer in layers]
    return (
        environment()
        .get_template("readme.md.j2")
        .render(
            context(engine, origin or plain_origin(engine, layers)),
            plans=plans,
            values=[
                {f.name: _value(plan, f) for f in plan.numbers.config_fields} for plan in plans
            ],
            static_tops=[(module, layer) for layer, module in static_tops.items()],
        )
    )


def _value(plan: Plan, field: ConfigField) -> str:
    """The value of a ``cfg_*`` port: decimal, or a literal with its elements."""
    if field.name not in plan.geometry:
        return "from the layer's quantisation"
    word, value = plan.geometry_words()[field.name], plan.geometry[field.name]
    if isinstance(value, int):
        return str(word)
    return f"{sized(field.total_width, word)} = [{', '.join(map(str, value))}]"
