"""The options of a delivery, in one object, from which the command that repeats it is printed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from dwsim.codegen.library import GENERIC, library_modules, targets
from dwsim.codegen.verilog import static_name
from dwsim.errors import Rules
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.toml_text import unknown
from dwsim.spec.verilog_words import is_verilog_word

ALL = "all"
"""``vectors``: every layer of the spec."""

DEFAULT_SEED = 1


@dataclass(frozen=True)
class DeliveryOptions:
    """Everything that ``dwsim generate`` can be asked for besides the engine and its layers.

    Attributes:
        static: names of layers that get a static engine each.
        axil: also the engine behind an AXI4-Lite port.
        axis_bytes: byte streams on every top but the core; ``None``: with ``axil``.
        vectors: names of layers that get test vectors, or ``("all",)``.
        seed: of the data of the vectors.
        prefix: put in front of every module's name, with an underscore; ``""``: none.
        target: whose hand-written modules the engine is made of, one of ``targets()``.
    """

    static: tuple[str, ...] = ()
    axil: bool = False
    axis_bytes: bool | None = None
    vectors: tuple[str, ...] = ()
    seed: int = DEFAULT_SEED
    prefix: str = ""
    target: str = GENERIC

    @property
    def in_bytes(self) -> bool:
        """The tops around the core have byte streams."""
        return self.axil if self.axis_bytes is None else self.axis_bytes

    @property
    def arguments(self) -> tuple[str, ...]:
        """The options as arguments of ``dwsim generate``: those that are not the default."""
        words: list[str] = []
        if self.static:
            words += ["--static", *self.static]
        if self.axil:
            words += ["--axil"]
        if self.in_bytes != self.axil:
            words += ["--axis-bytes" if self.in_bytes else "--no-axis-bytes"]
        if self.vectors:
            words += ["--vectors", *self.vectors]
        if self.seed != DEFAULT_SEED:
            words += ["--seed", str(self.seed)]
        if self.prefix:
            words += ["--prefix", self.prefix]
        if self.target != GENERIC:
            words += ["--target", self.target]
        return tuple(words)

    @property
    def command(self) -> str:
        """The command that repeats the delivery, run in its directory; it writes to DIR."""
        return " ".join(["dwsim generate spec.toml -o DIR", *self.arguments])

    def built(self, engine: EngineSpec) -> EngineSpec:
        """The engine under the name that its modules have."""
        return replace(engine, name=f"{self.prefix}_{engine.name}") if self.prefix else engine

    def check(self, engine: EngineSpec, layers: tuple[LayerSpec, ...]) -> None:
        """Checks the options against the engine and its layers.

        Raises:
            SpecError: with every violated rule.
        """
        rules = Rules("delivery")
        _check_prefix(rules, self.prefix, engine)
        rules.require(
            self.target in targets(),
            "target",
            self.target,
            f"must be one of {', '.join(targets())}: no other target has modules of its own",
        )
        rules.integer("seed", self.seed, 0)
        names = [layer.name for layer in layers]
        twice = sorted({name for name in names if names.count(name) > 1})
        rules.require(not twice, "layer", twice, "must have a name of its own in each layer")
        clash = sorted({*names} & {*library_modules()}) if self.prefix else []
        rules.require(not clash, "layer", clash, "names a module, which gets the prefix")
        for option, chosen in (("static", self.static), ("vectors", self.vectors)):
            _check_names(rules, option, chosen, names)
        rules.require(
            self.seed == DEFAULT_SEED or bool(self.vectors),
            "seed",
            self.seed,
            "needs vectors: only the data of vectors are drawn from a seed",
        )
        rules.raise_if_any()
        for layer in self.static_layers(layers):
            static_name(self.built(engine), layer)

    def static_layers(self, layers: tuple[LayerSpec, ...]) -> tuple[LayerSpec, ...]:
        """The layers that get a static engine."""
        return _chosen(self.static, layers)

    def vector_layers(self, layers: tuple[LayerSpec, ...]) -> tuple[LayerSpec, ...]:
        """The layers that get vectors."""
        return layers if self.vectors == (ALL,) else _chosen(self.vectors, layers)


def _chosen(names: Iterable[str], layers: tuple[LayerSpec, ...]) -> tuple[LayerSpec, ...]:
    by_name = {layer.name: layer for layer in layers}
    return tuple(by_name[name] for name in dict.fromkeys(names))


def _check_prefix(rules: Rules, prefix: str, engine: EngineSpec) -> None:
    if not prefix:
        return
    is_identifier = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", prefix) is not None
    rules.require(
        is_identifier and not is_verilog_word(prefix),
        "prefix",
        prefix,
        "must be a Verilog identifier and no keyword: a letter, then letters, digits, underscores",
    )
    rules.require(
        prefix != "dw" and not prefix.startswith("dw_"),
        "prefix",
        prefix,
        "must not start with dw_, the library's own prefix",
    )
    whole = f"{prefix}_{engine.name}"
    rules.require(not is_verilog_word(whole), "prefix", prefix, f"makes {whole}, a Verilog keyword")


def _check_names(rules: Rules, option: str, chosen: tuple[str, ...], names: list[str]) -> None:
    """Each name is that of a layer; for vectors ``all`` stands alone."""
    if option == "vectors" and ALL in chosen:
        rules.require(chosen == (ALL,), option, chosen, f"must be {ALL} alone or names of layers")
        rules.require(bool(names), option, ALL, "needs a layer: this spec has no [[layer]]")
        return
    for name in chosen:
        known = f"the layers of this spec are {', '.join(names) or '(none)'}"
        rules.require(name in names, option, name, unknown(name, names, known))
