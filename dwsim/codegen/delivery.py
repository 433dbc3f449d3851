"""A delivery: every file of a generated engine, for somebody who does not have dwsim."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dwsim.codegen.directory import MANIFEST, write_directory
from dwsim.codegen.library import library_modules
from dwsim.codegen.license_lines import PRIMITIVES, with_license_lines
from dwsim.codegen.options import DeliveryOptions
from dwsim.codegen.packaging import Package, package_files
from dwsim.codegen.readme import Contents, readme
from dwsim.codegen.register_files import (
    axil_name,
    host_verilog,
    register_header,
    register_markdown,
)
from dwsim.codegen.streams import streams
from dwsim.codegen.testbench import tb_name, tb_verilog
from dwsim.codegen.vectors import LayerVectors, layer_vectors
from dwsim.codegen.verilog import (
    Origin,
    axis_bytes_name,
    axis_bytes_verilog,
    engine_verilog,
    static_name,
    static_verilog,
)
from dwsim.derive import numbers_of
from dwsim.host.register_map import register_map
from dwsim.spec.canonical import canonical_toml, spec_hash
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.support.resources import primitives_dir

FILE_LIST = "files.f"
SPEC = "spec.toml"
README = "README.md"
REGISTERS = "REGISTERS.md"


@dataclass(frozen=True)
class Delivered:
    """A directory that was written: where, its files in order of their names, and the top module.

    ``top`` is the module for an integrator: the one with the AXI4-Lite port or with byte streams
    if there is one, otherwise the core.
    """

    directory: Path
    files: tuple[str, ...]
    top: str


def deliver(
    engine: EngineSpec,
    layers: Sequence[LayerSpec] = (),
    *,
    output: Path | str,
    options: DeliveryOptions | None = None,
    force: bool = False,
) -> Delivered:
    """Writes the directory of an engine.

    Args:
        engine: the engine.
        layers: the layers of its README, its static engines and its vectors.
        output: the directory to write.
        options: the parts to write besides the core; by default none.
        force: overwrite edited files, and keep files that dwsim did not write.

    Raises:
        SpecError: when an option, a layer or the directory is refused, with every violated rule;
            nothing is written then.
        OSError: when the directory cannot be written; nothing is left behind then.
    """
    delivery = Delivery(engine, tuple(layers), options or DeliveryOptions())
    files = delivery.files
    write_directory(files, Path(output), force)
    return Delivered(Path(output), tuple(sorted([*files, MANIFEST])), delivery.top)


class Delivery:
    """An engine, its layers and the options; ``files`` has every file but the manifest.

    Raises:
        SpecError: when an option contradicts the engine, its layers or another option.
    """

    def __init__(
        self, engine: EngineSpec, layers: tuple[LayerSpec, ...], options: DeliveryOptions
    ) -> None:
        options.check(engine, layers)
        self.engine = engine
        self.layers = layers
        self.options = options
        self.built = options.built(engine)
        self.origin = Origin(spec_hash(engine, layers), options.command)

    @property
    def top(self) -> str:
        """The module for an integrator."""
        if self.options.axil:
            return axil_name(self.built)
        return axis_bytes_name(self.built) if self.options.in_bytes else self.built.name

    @cached_property
    def static_tops(self) -> dict[str, str]:
        """The module names of the static engines, by the names of their layers."""
        layers = self.options.static_layers(self.layers)
        return {layer.name: static_name(self.built, layer) for layer in layers}

    @cached_property
    def verilog(self) -> dict[str, str]:
        """The Verilog of the engine: file name to text, in compile order."""
        built, origin, options = self.built, self.origin, self.options
        files = engine_verilog(built, origin=origin, target=options.target)
        if options.in_bytes:
            files |= axis_bytes_verilog(built, origin)
        for layer in options.static_layers(self.layers):
            files |= static_verilog(built, layer, origin, options.in_bytes)
        if options.axil:
            files |= host_verilog(built, origin, options.in_bytes)
        return files

    @cached_property
    def vectors(self) -> tuple[LayerVectors, ...]:
        """The vectors of each layer that gets some; each layer has data of its own."""
        chosen = self.options.vector_layers(self.layers)
        return tuple(
            layer_vectors(layer, self.engine, self.options.seed + index, self.options.prefix)
            for index, layer in enumerate(self.layers)
            if layer in chosen
        )

    @cached_property
    def testbenches(self) -> dict[str, str]:
        """The testbench of every top module: file name to text."""
        if not self.vectors:
            return {}
        built, in_bytes, numbers = self.built, self.options.in_bytes, numbers_of(self.built)
        whole = streams(numbers, in_bytes)
        tops = [("core", built.name, streams(numbers), self.vectors)]
        if in_bytes:
            tops.append(("core", axis_bytes_name(built), whole, self.vectors))
        for layer, module in self.static_tops.items():
            own = tuple(vectors for vectors in self.vectors if vectors.name == layer)
            tops += [("static", module, whole, own)] if own else []
        if self.options.axil:
            tops.append(("axil", axil_name(built), whole, self.vectors))
        files: dict[str, str] = {}
        for kind, module, formats, vectors in tops:
            files |= tb_verilog(
                built, kind, module, formats, vectors, self.origin, self._library_flag
            )
        return files

    @cached_property
    def primitives(self) -> dict[str, str]:
        """The target's primitives for simulation: file name to text."""
        paths = sorted(primitives_dir(self.options.target).glob("*.v"))
        return {f"{PRIMITIVES}/{path.name}": path.read_text() for path in paths}

    @property
    def _library_flag(self) -> str:
        """The arguments by which a simulator finds the primitives."""
        return f"-y {PRIMITIVES} " if self.primitives else ""

    @cached_property
    def files(self) -> dict[str, str]:
        """Every file but the manifest: name to text. Equal specs and options give equal texts."""
        built, origin = self.built, self.origin
        files = dict(self.verilog)
        files[FILE_LIST] = "".join(f"{name}\n" for name in self.verilog)
        files[SPEC] = canonical_toml(self.engine, self.layers)
        files[README] = readme(built, self.layers, self._contents, origin)
        if self.options.axil:
            files[f"{built.name}_registers.h"] = register_header(built, origin)
            files[REGISTERS] = register_markdown(built, origin)
        files |= self.primitives | self.testbenches
        for vectors in self.vectors:
            files |= vectors.files()
        files |= package_files(built, self._package, origin)
        return self._prefixed(with_license_lines(files))

    @property
    def _package(self) -> Package:
        """The names that the files for other tools list."""
        others = [self.built.name, *self.static_tops.values()]
        benches = [name.removesuffix(".v") for name in self.testbenches]
        has_registers = self.options.axil
        return Package(
            tops=[name for name in others if name != self.top] + [self.top],
            verilog=self.verilog,
            testbenches=sorted(benches, key=lambda name: name == tb_name(self.top)),
            primitives=list(self.primitives),
            vector_files=[name for vectors in self.vectors for name in vectors.files()],
            registers=register_map(numbers_of(self.built)) if has_registers else None,
        )

    @property
    def _contents(self) -> Contents:
        """The parts of this delivery that its README describes."""
        built = self.built.name
        table = [
            ("`files.f`", "the Verilog files in compile order, relative to this directory"),
            ("`*.v`", "one module each; the names of testbenches end with `_tb`"),
            ("`spec.toml`", "the engine and its layers, as dwsim reads them"),
            ("`manifest.sha256`", "digests: `sha256sum --check manifest.sha256` finds changes"),
            ("`LICENSE.txt`", "the licence"),
        ]
        table += [
            (f"`{built}.core`", "the package for FuseSoC, with lint and simulation targets"),
            ("`*.xml`", "an IP-XACT component (IEEE 1685-2014) of each top"),
            ("`*_instance.vh`", "an instance of each top, to copy"),
            ("`*.sdc`", "constraints; the clock's period is the variable `clk_period`, in ns"),
        ]
        if self.options.axil:
            table.append(("`REGISTERS.md`", "the registers of the AXI4-Lite port"))
            table.append((f"`{built}_registers.h`", "the registers for C"))
        if self.vectors:
            table.append(("`vectors/`", "stimulus and expected output, for `$readmemh`"))
        if self.primitives:
            table.append((f"`{PRIMITIVES}/`", "the target's primitives, for simulation only"))
        return Contents(
            files=tuple(table),
            static_tops=self.static_tops,
            in_bytes=self.options.in_bytes,
            axil=self.options.axil,
            testbenches=tuple(name.removesuffix(".v") for name in self.testbenches),
            vector_layers=tuple(f"`{vectors.name}`" for vectors in self.vectors),
            library_flag=self._library_flag,
        )

    def _prefixed(self, files: dict[str, str]) -> dict[str, str]:
        """The files with the prefix in front of every hand-written module's name.

        The generated modules have it already, because the engine was renamed.
        """
        if not self.options.prefix:
            return files
        names = sorted(library_modules(), key=len, reverse=True)
        word = re.compile(rf"\b({'|'.join(names)})\b")
        put = rf"{self.options.prefix}_\1"
        return {
            word.sub(put, name): text if name == SPEC else word.sub(put, text)
            for name, text in files.items()
        }
