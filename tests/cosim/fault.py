"""A fault that a test puts into the Verilog of an engine, and the small engines that get them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dwsim import EngineSpec

ENGINE = EngineSpec(
    name="broken",
    lanes=2,
    kernel_h=3,
    kernel_w=3,
    ifmap_width=4,
    weight_width=4,
    max_row_pitch=12,
    max_plane_rows=8,
    max_channel_groups=4,
    max_channel_multiplier=2,
    max_interleave=3,
    max_lead=20,
)

IN_PASSES = replace(ENGINE, name="in_passes", taps_per_cycle=2)
"""Nine taps in five passes: the engine of faults that no other engine has."""


@dataclass(frozen=True)
class Fault:
    """One edit of one file; ``old`` must be there exactly once. ``seen`` is in the message."""

    name: str
    file: str
    old: str
    new: str
    seen: str
    engine: EngineSpec = ENGINE

    def edit(self, files: dict[str, str]) -> dict[str, str]:
        """The files with the fault in them."""
        found = files[self.file].count(self.old)
        assert found == 1, f"{self.name}: {found} times in {self.file}: {self.old!r}"
        return files | {self.file: files[self.file].replace(self.old, self.new)}
