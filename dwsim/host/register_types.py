"""A register and its fields: the words in which the register map is written."""

from __future__ import annotations

from dataclasses import dataclass

ACCESS = {
    "ro": "read only",
    "rw": "read and write",
    "w1": "writing 1 acts; reads as 0",
    "w1c": "writing 1 clears flags",
}
"""Kinds of access to a register."""

KINDS = ("constant", "status", "value", "action", "flag")
"""Kinds of a field: a constant of the build, a value from the hardware, a value from the host, a
pulse that a write makes, and a flag that the hardware sets and the host clears."""


@dataclass(frozen=True)
class Field:
    """Bits ``[lsb +: width]`` of a register; ``kind`` is one of ``KINDS``."""

    name: str
    lsb: int
    width: int
    meaning: str
    reset: int = 0
    signed: bool = False
    kind: str = "value"

    @property
    def mask(self) -> int:
        """The field's bits in the register."""
        return ((1 << self.width) - 1) << self.lsb

    def extract(self, word: int) -> int:
        """The field's value in a register's word."""
        value = (word & self.mask) >> self.lsb
        if self.signed and value >> (self.width - 1):
            value -= 1 << self.width
        return value


@dataclass(frozen=True)
class Register:
    """One 32-bit register. ``locked``: it cannot be written while a start is pending.

    ``config`` names the ``cfg_*`` port that the register drives, and ``element`` is the index of
    the element in it. Such a register holds one number, sign-extended if it is signed.
    """

    name: str
    offset: int
    access: str
    fields: tuple[Field, ...]
    locked: bool = False
    config: str = ""
    element: int = 0

    def field(self, name: str) -> Field:
        """A field by its name."""
        return next(field for field in self.fields if field.name == name)

    @property
    def reset_word(self) -> int:
        """Value of the register after a reset, with status fields as 0."""
        return sum(field.reset << field.lsb for field in self.fields)

    @property
    def is_constant(self) -> bool:
        """True if every field is a constant of the build."""
        return all(field.kind == "constant" for field in self.fields)

    def signal(self, field: Field) -> str:
        """The Verilog name of a field."""
        return self.name if field.name == "value" else f"{self.name}_{field.name}"
