"""The FPGA families for which an engine is synthesised, and the options of their tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dwsim.errors import Rules


@dataclass(frozen=True)
class Device:
    """One part, with the options that select it in Yosys and in nextpnr."""

    name: str
    yosys: tuple[str, ...] = ()
    nextpnr: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """One family: its synthesis command, its parts, and its place-and-route tool, if any.

    ``cells`` names the cells that the columns lut, ff, dsp and bram count. ``freq`` is the clock in
    MHz that place and route aims at. ``block`` is the multiplier that dwsim.synth.floorplan places.
    ``notes`` explain the Fmax.
    """

    name: str
    title: str
    synth: tuple[str, ...]
    devices: Mapping[str, Device]
    default_device: str
    nextpnr: str | None
    freq: float
    cells: Mapping[str, str]
    nextpnr_options: tuple[str, ...] = ()
    block: str | None = None
    speeds: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def device(self, name: str | None) -> Device:
        """The part with this name, or the default part.

        Raises:
            SpecError: if the family has no such part.
        """
        name = self.default_device if name is None else name
        rules = Rules(f"target {self.name}")
        known = ", ".join(self.devices)
        rules.require(name in self.devices, "--device", name, f"must be one of {known}")
        rules.raise_if_any()
        return self.devices[name]

    def speed(self, speed: str | None) -> str | None:
        """The speed grade, or the fastest grade; None if the part name implies it.

        Raises:
            SpecError: if the family has no such grade.
        """
        if speed is None:
            return self.speeds[-1] if self.speeds else None
        rules = Rules(f"target {self.name}")
        known = (
            f"must be one of {', '.join(self.speeds)}"
            if self.speeds
            else "must be left out: this target has no speed grades"
        )
        rules.require(speed in self.speeds, "--speed", speed, known)
        rules.raise_if_any()
        return speed


def _ecp5(name: str) -> Device:
    return Device(name, (), (f"--{name}", "--package", "CABGA381"))


def _ice40(name: str, package: str, family: str, *synth: str) -> Device:
    return Device(name, ("-device", family, *synth), (f"--{name}", "--package", package))


def _by_name(*devices: Device) -> dict[str, Device]:
    return {device.name: device for device in devices}


_ECP5_PARTS = ("12k", "25k", "45k", "85k", "um-25k", "um-45k", "um-85k")

ECP5 = Target(
    name="ecp5",
    title="Lattice ECP5",
    # -nowidelut: LUT5 to LUT7 built from slice multiplexers need a third more LUT4s and restrict
    # their placement; measured on the 8-lane 3x3 int8 engine.
    synth=("synth_ecp5", "-nowidelut"),
    devices=_by_name(*map(_ecp5, _ECP5_PARTS)),
    default_device="85k",
    nextpnr="nextpnr-ecp5",
    freq=250.0,
    cells={"lut": "TRELLIS_COMB", "ff": "TRELLIS_FF", "dsp": "MULT18X18D", "bram": "DP16KD"},
    nextpnr_options=("--lpf-allow-unconstrained",),
    block="MULT18X18D",
    speeds=("6", "7", "8"),
    notes=(
        "nextpnr does not time paths inside a multiplier block that has its own registers",
        "dwsim/synth/floorplan.py places multiplier blocks lane by lane, nextpnr all other cells",
    ),
)

ICE40 = Target(
    name="ice40",
    title="Lattice iCE40",
    synth=("synth_ice40",),
    devices=_by_name(
        _ice40("up5k", "sg48", "u", "-dsp"),
        _ice40("u4k", "sg48", "u", "-dsp"),
        _ice40("hx8k", "ct256", "hx"),
        _ice40("hx4k", "tq144", "hx"),
        _ice40("lp8k", "cm225", "lp"),
    ),
    default_device="up5k",
    nextpnr="nextpnr-ice40",
    freq=50.0,
    cells={"lut": "ICESTORM_LC", "ff": "SB_DFF*", "dsp": "ICESTORM_DSP", "bram": "ICESTORM_RAM"},
    nextpnr_options=("--pcf-allow-unconstrained",),
)

XILINX = Target(
    name="xilinx",
    title="AMD Xilinx",
    # Flat, which is the default of the other two, and without I/O pads and clock buffers.
    synth=("synth_xilinx", "-flatten", "-noiopad", "-noclkbuf"),
    devices=_by_name(
        *(Device(family, ("-family", family)) for family in ("xc7", "xcu", "xcup", "xc6s", "xc6v"))
    ),
    default_device="xc7",
    nextpnr=None,
    freq=0.0,
    cells={
        "lut": "LUT1 to LUT6, and LUTs used as memory or shift register",
        "ff": "FDRE, FDSE, FDCE, FDPE",
        "dsp": "DSP48",
        "bram": "RAMB18 (a RAMB36 counts as two)",
    },
)

TARGETS = {target.name: target for target in (ECP5, ICE40, XILINX)}


def find_target(name: str) -> Target:
    """The target with this name.

    Raises:
        SpecError: if there is none.
    """
    rules = Rules("synth")
    rules.require(name in TARGETS, "--target", name, f"must be one of {', '.join(TARGETS)}")
    rules.raise_if_any()
    return TARGETS[name]
