"""The engines and the instances that leaves are tested with."""

from __future__ import annotations

from dataclasses import dataclass, field

from dwsim.spec.engine_spec import EngineSpec

# fmt: off
SPECS = {
    spec.name: spec
    for spec in (
        EngineSpec(name="square", lanes=4, kernel_h=3, kernel_w=3, max_row_pitch=7,
                   max_plane_rows=5, max_dilation_h=2, max_dilation_w=2, max_channel_groups=3,
                   max_channel_multiplier=3),
        EngineSpec(name="single", lanes=1, kernel_h=1, kernel_w=1, max_row_pitch=1,
                   max_plane_rows=1, ifmap_width=2, weight_width=2, ifmap_signed=False,
                   weight_signed=False),
        EngineSpec(name="wide", lanes=3, kernel_h=2, kernel_w=5, max_row_pitch=5,
                   max_plane_rows=3, max_dilation_w=6, max_channel_multiplier=2,
                   ifmap_width=16, weight_width=5, ifmap_signed=False),
        EngineSpec(name="tall", lanes=2, kernel_h=5, kernel_w=1, max_row_pitch=3,
                   max_plane_rows=9, max_dilation_h=3, max_channel_groups=4,
                   max_channel_multiplier=2, ifmap_width=4, weight_width=16,
                   weight_signed=False),
        EngineSpec(name="largest", lanes=1, kernel_h=11, kernel_w=11, max_row_pitch=1,
                   max_plane_rows=1, ifmap_width=16, weight_width=16),
        EngineSpec(name="natural", lanes=8, kernel_h=7, kernel_w=2, max_row_pitch=2,
                   max_plane_rows=2, ifmap_width=16, weight_width=16, ifmap_signed=False,
                   weight_signed=False),
        EngineSpec(name="spread", lanes=5, kernel_h=1, kernel_w=2, max_row_pitch=2,
                   max_plane_rows=1, max_channel_multiplier=7, ifmap_width=3,
                   weight_width=3),
        EngineSpec(name="scaled", lanes=2, kernel_h=2, kernel_w=1, max_row_pitch=3,
                   max_plane_rows=3, max_channel_groups=2, max_channel_multiplier=2,
                   requantise="both"),
        # Several passes: of two kernel rows out of five, of a part of a row, of one tap.
        EngineSpec(name="rows", lanes=2, kernel_h=5, kernel_w=2, max_row_pitch=6,
                   max_plane_rows=3, max_dilation_h=2, max_channel_groups=4,
                   max_channel_multiplier=2, max_interleave=4, requantise="single",
                   taps_per_cycle=4),
        EngineSpec(name="part", lanes=3, kernel_h=2, kernel_w=5, max_row_pitch=8,
                   max_plane_rows=4, max_dilation_w=3, max_channel_groups=5, max_interleave=2,
                   max_lead=70, ifmap_width=16, weight_width=5, ifmap_signed=False,
                   taps_per_cycle=3),
        EngineSpec(name="serial", lanes=1, kernel_h=3, kernel_w=1, max_row_pitch=6,
                   max_plane_rows=2, max_channel_groups=6, max_channel_multiplier=3,
                   max_interleave=3, ifmap_width=2, weight_width=2, ifmap_signed=False,
                   weight_signed=False, taps_per_cycle=1),
        EngineSpec(name="narrow", lanes=1, kernel_h=1, kernel_w=2, max_row_pitch=4,
                   max_plane_rows=1, max_channel_groups=3, requantise="double",
                   taps_per_cycle=1),
        EngineSpec(name="folded", lanes=1, kernel_h=11, kernel_w=11, max_row_pitch=1,
                   max_plane_rows=1, ifmap_width=16, weight_width=16, taps_per_cycle=55),
    )
}
# fmt: on
SMALL = ("square", "single", "wide", "tall", "scaled", "rows", "part", "serial", "narrow")


@dataclass(frozen=True)
class Instance:
    """One instance of a leaf. ``registered``: outputs that no input reaches within a cycle."""

    module: str
    inputs: dict[str, int]
    outputs: dict[str, int]
    registered: tuple[str, ...] = ()
    parameters: dict[str, int] = field(default_factory=dict)
    spec: EngineSpec | None = None
    leaf: str = ""
    index: int = 0
    cell: int = 0
    """dw_mac_cell: how many cells of its chain come before it."""
    clocked: bool = True

    @property
    def name(self) -> str:
        """Unique in its wrapper."""
        return f"{self.leaf}_{self.index}"

    def __str__(self) -> str:
        values = [f"{name}={value}" for name, value in self.parameters.items()]
        if self.spec in SPECS.values():
            values.append(f"engine spec {self.spec.name!r}")
        return f"{self.module} #{self.index} ({', '.join(values) or 'no parameters'})"
